"""Files of ``roman_datamodels``: opened, changed, saved, and read again by it and by asdf."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
import roman_datamodels
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.schema import installed
from tests.peer import (
    FILE_SAYS,
    TAGS,
    WriteFile,
    differences,
    leaves,
    newest_tags,
    our_class,
    peer_class,
    peer_fake,
    peer_tree,
    roman_tags,
    short,
)

OLD = [
    TAGS + name for name in ("wfi_image-1.0.0", "wfi_image-1.3.0", "ramp-1.0.0", "wfi_mosaic-1.0.0", "wfi_wcs-1.0.0")
]
ALL = [*newest_tags(), *OLD]


@dataclass
class Journey:
    """A file of the peer, and the file that was made of it."""

    tag: str
    path: Path
    changed: Path
    opened: dict[str, Any]
    expected: dict[str, Any]


@pytest.fixture(scope="module", params=ALL, ids=short)
def journey(request: pytest.FixtureRequest, peer_file: WriteFile, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """Open a file, change a word and an element of each array, and save it elsewhere."""
    tag = request.param
    path = peer_file(tag)
    changed = tmp_path_factory.mktemp("ours") / "changed.asdf"
    with rcm.open(path) as model:
        assert type(model) is our_class(tag)
        opened = {"problems": model.problems(), "tag": model.tag, "leaves": list(leaves(model.node))}
        with roman_datamodels.open(path) as theirs:
            opened["differences"] = differences(peer_tree(theirs), model.node)
        model.meta[_free_text(model)] = "changed"
        for array in _arrays(model):
            array.flat[0] = 1
        model.save(changed)
        expected = rcm.ObjectNode.create_from_node(model.node)
    return Journey(tag, path, changed, opened, expected)


def _free_text(model: rcm.DataModel) -> str:
    """Return the name of a text in ``meta`` that may say anything, a new one where there is none."""
    names = ("author", "description", "calibration_software_version", "prd_version")
    return next((name for name in names if isinstance(model.meta.get(name), str)), "remark")


def _arrays(model: rcm.DataModel) -> Iterator[np.ndarray]:
    for value in leaves(model.node):
        if type(value) is np.ndarray and value.size and value.dtype.kind in "fiu":
            yield value


@pytest.mark.newest_rad
def test_there_are_41_kinds_of_files() -> None:
    assert len(newest_tags()) == 41


def test_values_are_those_that_the_peer_reads(journey: Journey) -> None:
    assert journey.opened["differences"] == []


def test_the_tag_is_that_of_the_file(journey: Journey) -> None:
    assert journey.opened["tag"] == journey.tag


def test_the_peers_file_has_no_problems(journey: Journey) -> None:
    assert journey.opened["problems"] == []


def test_times_and_arrays_are_what_users_know(journey: Journey) -> None:
    kinds = {type(value).__name__ for value in journey.opened["leaves"] if not isinstance(value, (str, Time))}
    assert kinds <= {"ndarray", "int", "float", "bool", "NoneType", "WCS", "Table", "Quantity", "CompoundModel"}


def test_text_of_the_newest_files_is_str_itself(peer_file: WriteFile) -> None:
    with rcm.open(peer_file(newest_tags()[-1])) as model:
        assert {type(value) for value in leaves(model.node) if isinstance(value, str)} == {str}


def test_the_peer_reads_the_changed_file_with_equal_content(journey: Journey) -> None:
    with roman_datamodels.open(journey.changed) as theirs:
        assert type(theirs) is peer_class(journey.tag)
        assert differences(peer_tree(theirs), journey.expected, ignore=FILE_SAYS) == []


def test_the_peer_accepts_the_changed_file_as_it_accepts_its_own(journey: Journey) -> None:
    verdicts = []
    for path in (journey.path, journey.changed):
        with roman_datamodels.open(path) as theirs:
            try:
                theirs.validate()
            except asdf.ValidationError as error:
                # it refuses the dtype of its own skycells once they are read
                verdicts.append(error.message)
            else:
                verdicts.append("valid")
    assert verdicts[0] == verdicts[1]


def test_plain_asdf_reads_the_changed_file(journey: Journey) -> None:
    with asdf.open(journey.changed) as file:
        assert differences(file["roman"], journey.expected, ignore=FILE_SAYS) == []


def test_every_roman_tag_of_the_file_is_kept(journey: Journey) -> None:
    assert roman_tags(journey.changed) == roman_tags(journey.path)


def test_the_changed_file_names_the_extension_of_the_manifest_that_knows_its_tag(journey: Journey) -> None:
    manifest = installed().store.manifest_of(journey.tag)
    assert manifest is not None
    for path in (journey.path, journey.changed):
        with asdf.open(path) as file:
            assert manifest.extension_uri in {entry.get("extension_uri") for entry in file["history"]["extensions"]}


@pytest.mark.parametrize("tag", ALL, ids=short)
def test_fake_data_are_the_peers(tag: str) -> None:
    ours = our_class(tag).create_fake_data(tag=tag, shape=(8, 8, 8))
    assert differences(peer_tree(peer_fake(tag)), ours.node) == []


@pytest.mark.parametrize("tag", ALL, ids=short)
def test_a_minimal_model_is_the_peers_but_for_its_calibration_steps(tag: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = peer_tree(peer_class(tag).create_minimal(tag=tag))
    ours = our_class(tag).create_minimal(tag=tag)
    found = differences(theirs, ours.node, ignore=[".meta.file_date"])
    assert [text for text in found if not text.startswith(".meta.cal_step.")] == []


@pytest.mark.parametrize("tag", [TAGS + "ramp-1.0.0", newest_tags()[-1]], ids=short)
def test_what_we_made_up_is_read_by_the_peer(tag: str, tmp_path: Path) -> None:
    model = our_class(tag).create_fake_data(tag=tag, shape=(8, 8, 8))
    model.save(tmp_path / "ours.asdf")
    with roman_datamodels.open(tmp_path / "ours.asdf") as theirs:
        assert differences(peer_tree(theirs), model.node, ignore=FILE_SAYS) == []


@pytest.mark.parametrize("tag", OLD[:3], ids=short)
def test_a_plain_value_set_on_a_tagged_scalar_of_an_old_file_is_tagged_again(
    tag: str, peer_file: WriteFile, tmp_path: Path
) -> None:
    with rcm.open(peer_file(tag)) as model:
        model.meta.telescope = "ROMAN"
        model.meta.origin = "STSCI"
        model.meta.file_date = Time("2027-01-01T00:00:00.0")
        model.save(tmp_path / "again.asdf")
    assert roman_tags(tmp_path / "again.asdf") == roman_tags(peer_file(tag))


@pytest.mark.parametrize("tag", OLD[:3], ids=short)
def test_an_old_tagged_time_of_either_form_is_a_time(tag: str, peer_file: WriteFile, tmp_path: Path) -> None:
    times = []
    with rcm.open(peer_file(tag)) as model:  # written as a mapping
        times.append(model.meta.file_date)
        model.meta.file_date = "2027-01-01T00:00:00.000"
        model.save(tmp_path / "text.asdf")
    with rcm.open(tmp_path / "text.asdf") as model:
        times.append(model.meta.file_date)
    assert [type(time).__name__ for time in times] == ["FileDate", "FileDate"]
    assert all(isinstance(time, Time) for time in times)
