"""A release of RAD taken in: a made-up one, see ``tests/newer_rad.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.newer_rad import VERSION, make_newer_rad
from tools.absorb.before import before
from tools.absorb.lines import Line, take_over
from tools.absorb.news import fragment

pytestmark = [pytest.mark.once, pytest.mark.newest_rad]


def run(repository: Path, site: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """Run a command in a copy of the source tree, beside the newer RAD."""
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (site, repository / "src")))}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=repository,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )
    return done.returncode, done.stdout


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    """Return a copy of the source tree, committed."""
    place = tmp_path / "repository"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, names.stdout.split("\0")):
        if (repository / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes((repository / name).read_bytes())
    who = ("-c", "user.name=tests", "-c", "user.email=tests@example.org")
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "As it is"]):
        subprocess.run(["git", *command], cwd=place, check=True, capture_output=True)
    # where an installed package has them
    (place / "src/roman_cal_models/schemas").symlink_to(place / "schemas")
    return place


def test_a_made_up_release_is_taken_in_whole(copy: Path, tmp_path: Path) -> None:
    site = make_newer_rad(tmp_path / "site")
    command = ["-m", "tools.absorb", VERSION, "--issue", "99", "--no-docs", "--no-tests"]
    status, printed = run(copy, site, command)
    assert status == 1, printed
    left = [line.strip() for line in printed.partition("for a person: ")[2].splitlines()[1:]]
    migration, archive = "src/roman_cal_models/migration/", "src/roman_cal_models/archive/definitions/"
    told = f'"not told by files of RAD before its release {VERSION}"'
    assert sorted(left) == sorted(
        [
            f'{migration}assumptions.py, ASSUMPTIONS: Assumption(("meta.jitter",), FILL, {told}),',
            f'{migration}assumptions.py, ASSUMPTIONS: Assumption(("dq3",), _like_data("uint32", 0), {told}),',
            f'{migration}moves.py, MOVES: Move("data", "counts"),',
            f'{migration}moves.py, MOVES: Move("dq2", "dq3"),',
            f'{archive}products.py, _BY_FAMILY: "grism_source_catalog": ("SourceCatalog", _SCIENCE),',
            f'{archive}products.py, _BY_FAMILY: "wfi_spectrum": ("WFIExposure", _SCIENCE),',
            f"{archive}datatypes.py, {archive}products.py: wfi_spectrum-1.0.0 meta.dispersion.resolution -> xml: "
            "'xml' is not a known database type",
            'tools/generate/classes.py, _HOMES: "pit",  # adds nothing to the names of LensingMap; or in '
            "NAMING_FOLDERS of schema/families.py",
        ]
    )
    # the rest is done: the classes, the one pin, the news
    assert run(copy, site, ["-m", "tools.generate", "--check"])[0] == 0
    assert f"rad=={VERSION}\n" in (copy / "tools/generate/rad.txt").read_text()
    news = (copy / "changes/99.feature.rst").read_text()
    assert {"``SpectrumModel``", "``LensingMapModel``", "``wfi_image-2.3.0``"} <= set(
        news.replace(",", "").replace(".\n", " ").replace(". ", " ").split()
    )
    script = """
import warnings
warnings.simplefilter("error")
import roman_cal_models as rcm
assert rcm.SpectrumModel.__module__ == "roman_cal_models.models.generated.wfi_spectrum"
assert rcm.GrismSourceCatalogModel.create_fake_data().problems() == []
assert list(rcm.archive.rows(rcm.SpectrumModel.create_fake_data())) == ["WFIExposure", "ScienceRefData"]
"""
    assert run(copy, site, ["-c", script]) == (0, "")
    # and what was printed is taken over by the command itself, but for what must be thought of
    status, printed = run(copy, site, [*command, "--take-over"])
    assert status == 1, printed
    assert printed.count("\nwrote ") == 7
    assert printed.partition("for a person: ")[2].splitlines()[:1] == ["1 line"]
    assert "'xml' is not a known database type" in printed.splitlines()[-1]
    assert len(list((copy / "changes").glob("99.*"))) == 1
    script = """
import roman_cal_models as rcm
for version in ("1.0.0", "2.2.0"):
    raw = rcm.ScienceRawModel.create_fake_data(version=version, shape=(2, 3, 3))
    raw.data[0, 0, 0] = 7
    assert raw.upgrade().counts[0, 0, 0] == 7
    assert rcm.ImageModel.create_fake_data(version=version, shape=(3, 3)).upgrade().problems() == []
"""
    assert run(copy, site, ["-c", script]) == (0, "")


def test_the_pin_is_what_the_classes_were_generated_from(repository: Path) -> None:
    pins = [line for line in (repository / "tools/generate/rad.txt").read_text().splitlines() if line[:1] != "#"]
    assert pins == [f"rad=={before().rad}"]


def test_a_line_is_taken_over_only_where_its_place_is_found(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("A = (\n)\n")
    lines = [
        Line("rules.py, A", "    1,\n", ")\n"),
        Line("rules.py, B", "    2,\n", "nowhere"),
        Line("rules.py", "think of this"),
    ]
    assert take_over(lines, tmp_path) == lines[:1]
    assert (tmp_path / "rules.py").read_text() == "A = (\n    1,\n)\n"


def test_news_tell_what_is_new() -> None:
    found = {"rad": "1.2.1", "new_models": [], "new_versions": []}
    assert fragment(found) == "RAD 1.2.1 is supported.\n"
    found = {"rad": "1.3.0", "new_models": ["SpectrumModel"], "new_versions": ["wfi_image-2.3.0"]}
    told = (
        "RAD 1.3.0 is supported, with a class for its new kinds of files: ``SpectrumModel``. Files of "
        "``wfi_image-2.3.0`` are read, checked and written, and older ones upgraded to them."
    )
    assert " ".join(fragment(found).split()) == told
