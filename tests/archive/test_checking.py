"""What is wrong with the columns of RAD, and what changed in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import rad

import roman_cal_models as rcm
from roman_cal_models import archive

CAL_STEP = "resources/schemas/meta/l2_cal_step-2.0.0.yaml"
BASIC = "resources/schemas/meta/basic-2.0.0.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the installed RAD, whose schemas may be changed."""
    target = tmp_path_factory.mktemp("rad") / "rad"
    shutil.copytree(rad.__path__[0], target)
    return target


Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    """Give a function that replaces text in a schema of the copy until the test ends."""
    kept: dict[Path, str] = {}

    def change(name: str, old: str, new: str) -> Path:
        file = folder / name
        text = file.read_text()
        kept.setdefault(file, text)
        assert old in text
        file.write_text(text.replace(old, new, 1))
        return folder

    yield change  # type: ignore[misc]
    for file, text in kept.items():
        file.write_text(text)


def test_rad_itself_is_in_order() -> None:
    assert archive.lint() == []


@pytest.mark.newest_rad
@pytest.mark.parametrize(
    ("old", "new", "kind", "message"),
    [
        ("[ScienceRefData.s_flat_field]", "[Nowhere.s_flat_field]", "unknown table", "there is no such table"),
        ("[ScienceRefData.s_flat_field]", "[ScienceRefData.s_dark]", "duplicate", "goes there as well"),
        ("nvarchar(15)", "nvarchar(5)", "too short", r"nvarchar\(5\) cannot hold text of 10 characters"),
        ("nvarchar(15)", "int", "wrong type", "int cannot hold every string"),
        ("nvarchar(15)", "varchar(15)", "unknown type", "is no database type"),
    ],
)
def test_a_fault_is_found(spoil: Spoil, old: str, new: str, kind: str, message: str) -> None:
    found = archive.lint(spoil(CAL_STEP, old, new))
    assert {finding.kind for finding in found} == {kind}
    assert {finding.path.rpartition(".")[0] for finding in found} == {"meta.cal_step"}
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(str(found[0]))


def test_the_same_release_has_not_changed(folder: Path) -> None:
    assert archive.compare(folder) == []


@pytest.mark.newest_rad
def test_what_changed_is_told(spoil: Spoil) -> None:
    changed = spoil(CAL_STEP, "[ScienceRefData.s_flat_field]", "[ScienceRefData.s_flat]")
    spoil(CAL_STEP, "  dark:\n", "  darkness:\n")
    told = [str(change) for change in archive.compare(changed) if change.family == "wfi_image"]
    assert told == [
        "wfi_image meta.cal_step.flat_field: archive columns changed from "
        "('nvarchar(15)', 'ScienceRefData.s_flat') to ('nvarchar(15)', 'ScienceRefData.s_flat_field')",
        "wfi_image meta.cal_step.darkness: property removed",
        "wfi_image meta.cal_step.darkness: archive columns ('nvarchar(15)', 'ScienceRefData.s_dark') removed",
        "wfi_image meta.cal_step.dark: property added",
        "wfi_image meta.cal_step.dark: archive columns ('nvarchar(15)', 'ScienceRefData.s_dark') added",
    ]


def test_a_folder_without_rad_is_refused(tmp_path: Path) -> None:
    with pytest.raises(rcm.SchemaError, match="holds no schemas"):
        archive.compare(tmp_path)
