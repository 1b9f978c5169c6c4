"""Tagged scalars of RAD 1.0 to 1.2: text and times that keep their tag."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from astropy import units as u
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models import FileDate, Telescope

TAGS = "asdf://stsci.edu/datamodels/roman/tags/"


def test_text_of_an_old_file_is_a_str_that_knows_its_tag(old: Any) -> None:
    telescope = old.meta.telescope
    assert isinstance(telescope, str)
    assert telescope == "ROMAN"
    assert telescope.tag == f"{TAGS}telescope-1.0.0"


def test_a_time_of_an_old_file_is_a_time_that_knows_its_tag(old: Any) -> None:
    assert isinstance(old.meta.file_date, Time)
    assert old.meta.file_date.tag == f"{TAGS}file_date-1.0.0"


def test_a_new_file_holds_plain_values(new: Any) -> None:
    assert type(new.meta.file_date) is Time
    assert type(new.meta.telescope) is str


def test_text_set_on_a_tagged_scalar_is_tagged_again(old: Any) -> None:
    old.meta.calibration_software_version = "1.2.3"
    value = old.meta.calibration_software_version
    assert (value, value.tag) == ("1.2.3", f"{TAGS}calibration_software_version-1.0.0")


def test_a_time_set_on_a_tagged_scalar_is_tagged_again(old: Any) -> None:
    old.meta.file_date = Time("2021-01-01")
    assert old.meta.file_date == Time("2021-01-01")
    assert old.meta.file_date.tag == f"{TAGS}file_date-1.0.0"


def test_a_wrong_text_for_a_tagged_scalar_is_refused(old: Any) -> None:
    with pytest.raises(rcm.ValidationError, match=r"meta\.telescope: 'HUBBLE' is not 'ROMAN'"):
        old.meta.telescope = "HUBBLE"


@pytest.mark.parametrize("value", [3, None, True, ["ROMAN"]])
def test_a_wrong_type_for_a_tagged_scalar_is_refused(old: Any, value: Any) -> None:
    with pytest.raises(rcm.ValidationError, match=r"^(\d problems:\n  )?meta\.telescope: "):
        old.meta.telescope = value


@pytest.mark.parametrize("value", [3, None, True, ["2020-01-01"], {"value": 58849.0, "format": "mjd"}], ids=repr)
def test_what_is_no_time_is_refused_in_the_place_of_a_tagged_time(old: Any, value: Any) -> None:
    before = old.meta.file_date
    with pytest.raises(rcm.ValidationError, match=r"^meta\.file_date: .* is not of the tag file_date-1\.0\.0"):
        old.meta.file_date = value
    assert old.meta.file_date is before


def test_a_tagged_scalar_set_in_a_new_model_loses_its_tag(old: Any, new: Any) -> None:
    new.meta.telescope = old.meta.telescope
    new.meta.file_date = old.meta.file_date
    assert type(new.meta.telescope) is str
    assert type(new.meta.file_date) is Time


def test_what_is_calculated_from_a_tagged_time_can_be_set(old: Any) -> None:
    later = old.meta.file_date + 1 * u.day
    old.meta.file_date = later
    assert old.meta.file_date == later
    assert old.meta.file_date.tag == f"{TAGS}file_date-1.0.0"


@pytest.mark.parametrize(
    "make",
    [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))],
    ids=["copy", "deepcopy", "pickle"],
)
@pytest.mark.parametrize("name", ["telescope", "file_date"])
def test_a_copy_of_a_tagged_scalar_keeps_its_tag(old: Any, name: str, make: Any) -> None:
    value = old.meta[name]
    twin = make(value)
    assert twin == value
    assert (type(twin), twin.tag, twin.version) == (type(value), value.tag, "1.0.0")


def test_a_plain_value_is_got_from_a_tagged_scalar(old: Any) -> None:
    assert type(old.meta.telescope.plain()) is str
    assert type(old.meta.file_date.plain()) is Time


def test_json_writes_tagged_text_as_text() -> None:
    assert json.dumps({"telescope": Telescope("ROMAN")}) == '{"telescope": "ROMAN"}'


def test_tagged_text_is_made_with_the_newest_tag() -> None:
    assert Telescope("ROMAN").tag == f"{TAGS}telescope-1.0.0"


def test_a_tagged_time_is_made_with_the_newest_tag() -> None:
    assert FileDate("2020-01-01").tag == f"{TAGS}file_date-1.0.0"


def test_a_tag_that_a_scalar_does_not_have_is_told_with_those_that_it_has() -> None:
    with pytest.raises(
        rcm.SchemaNotFoundError, match=r"Telescope has no version 9\.0\.0\. There are: .*telescope-1\.0"
    ):
        Telescope("ROMAN", version="9.0.0")
