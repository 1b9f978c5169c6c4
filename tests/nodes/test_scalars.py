"""Tagged scalars on their own: how they are made, and what they keep."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from astropy import units as u
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.nodes.scalar_node import ScalarNode, scalar
from roman_cal_models.schema import installed
from roman_cal_models.schema.values import lower

TAGS = "asdf://stsci.edu/datamodels/roman/tags/"
SCHEMAS = "asdf://stsci.edu/datamodels/roman/schemas/tagged_scalars/"


@pytest.fixture(params=["Telescope", "FileDate"])
def value(request: pytest.FixtureRequest) -> Any:
    cls = getattr(rcm, request.param)
    return cls("ROMAN" if request.param == "Telescope" else "2020-01-01")


def test_a_scalar_knows_its_schema_and_tag(value: Any) -> None:
    name = "telescope" if isinstance(value, str) else "file_date"
    assert (value.schema_uri, value.version, value.tag) == (f"{SCHEMAS}{name}-1.0.0", "1.0.0", f"{TAGS}{name}-1.0.0")
    assert value.__roman_tag__() == value.tag
    assert isinstance(value, ScalarNode)


@pytest.mark.parametrize("home", [{}, {"version": "1.0.0"}, {"tag": f"{TAGS}telescope-1.0.0"}], ids=str)
def test_a_scalar_is_made_of_a_version_or_a_tag(home: dict[str, str]) -> None:
    for made in (
        rcm.Telescope("ROMAN", **home),
        rcm.Telescope.create_minimal(**home),
        rcm.Telescope.create_fake_data(**home),
        rcm.Telescope.create_minimal("ROMAN", **home),
    ):
        assert (type(made), made, made.tag) == (rcm.Telescope, "ROMAN", f"{TAGS}telescope-1.0.0")


@pytest.mark.parametrize(
    ("home", "told"),
    [
        ({"version": "9.0.0"}, r"^Telescope has no version 9\.0\.0\. There are: .*telescope-1\.0\.0"),
        ({"tag": f"{TAGS}telescope-9.0.0"}, rf"^Telescope has no {TAGS}telescope-9\.0\.0\. There are: "),
        ({"tag": f"{TAGS}origin-1.0.0"}, rf"^Telescope has no {TAGS}origin-1\.0\.0\. There are: "),
        ({"tag": f"{TAGS}telescope-1.0.0", "version": "9.0.0"}, r"^Telescope has no "),
    ],
)
def test_a_version_or_tag_that_a_scalar_does_not_have_is_refused(home: dict[str, str], told: str) -> None:
    for make in (rcm.Telescope, rcm.Telescope.create_minimal, rcm.Telescope.create_fake_data):
        with pytest.raises(rcm.SchemaNotFoundError, match=told):
            make("ROMAN", **home)


def test_the_newest_tag_is_that_of_the_last_version() -> None:
    cls = rcm.PrdVersion
    versions = [uri.version for family in cls._families for uri in installed().store.versions(family)]
    assert cls("1.0.0").version in versions
    assert cls("1.0.0").tag == max(
        installed().store.tag_of(str(uri)) or ""
        for family in cls._families
        for uri in installed().store.versions(family)
    )


def test_what_the_schema_must_tell_is_not_made_minimally() -> None:
    assert rcm.PrdVersion.create_minimal() is None
    assert rcm.PrdVersion.create_minimal("1.2.3") == "1.2.3"
    assert type(rcm.Origin.create_fake_data()) is rcm.Origin
    assert rcm.Origin.create_fake_data() in {"STSCI", "STSCI/SOC"}
    assert rcm.Filename.create_fake_data() == "?"
    assert rcm.Filename.create_fake_data("a.asdf") == "a.asdf"


def test_a_time_is_made_with_what_astropy_takes() -> None:
    made = rcm.FileDate(58849.5, format="mjd", scale="tai", version="1.0.0")
    assert (made.value, made.format, made.scale, made.version) == (58849.5, "mjd", "tai", "1.0.0")
    with pytest.raises(rcm.SchemaNotFoundError):
        rcm.FileDate("2020-01-01", version="9.0.0")
    with pytest.raises(rcm.SchemaNotFoundError):
        rcm.FileDate("2020-01-01", tag=f"{TAGS}origin-1.0.0")


def test_a_plain_value_is_of_python_s_or_astropy_s_own_type(value: Any) -> None:
    assert type(value.plain()) is (str if isinstance(value, str) else Time)
    assert value.plain() == value


@pytest.mark.parametrize(
    "twin",
    [copy.copy, copy.deepcopy, lambda value: value.copy(), lambda value: pickle.loads(pickle.dumps(value))],
    ids=["copy", "deepcopy", "method", "pickle"],
)
def test_a_copy_is_of_the_same_tag(twin: Any, value: Any) -> None:
    made = twin(value)
    assert (type(made), made, made.tag, made.schema_uri) == (type(value), value, value.tag, value.schema_uri)


def test_text_cannot_be_changed_and_so_is_its_own_copy() -> None:
    text = rcm.Telescope("ROMAN")
    assert copy.copy(text) is copy.deepcopy(text) is text.copy() is text


def test_what_is_calculated_from_a_time_keeps_its_tag() -> None:
    date = rcm.FileDate("2020-01-01")
    for made in (date + 1 * u.day, date.replicate("mjd"), date.copy()):
        assert (type(made), made.tag) == (rcm.FileDate, date.tag)
    assert (date + 1 * u.day).isot == "2020-01-02T00:00:00.000"


def test_a_scalar_is_written_under_its_tag(value: Any) -> None:
    lowered = lower(value)
    assert getattr(lowered, "tag", None) == value.tag or lowered._tag == value.tag
    assert str(lowered) == str(value.plain())


def test_a_time_in_another_format_is_written_as_such() -> None:
    lowered = lower(rcm.FileDate(58849.5, format="mjd"))
    assert lowered._tag == f"{TAGS}file_date-1.0.0"
    assert (lowered["value"], lowered["format"]) == (58849.5, "mjd")


def test_a_value_of_another_type_is_left_as_it_is() -> None:
    for value in (3, None, ["ROMAN"], b"ROMAN"):
        assert scalar(value, f"{SCHEMAS}telescope-1.0.0") is value
        assert scalar(value, f"{SCHEMAS}file_date-1.0.0") is value
    assert scalar("never", f"{SCHEMAS}file_date-1.0.0") == "never"
    assert type(scalar("never", f"{SCHEMAS}file_date-1.0.0")) is str
    step = "asdf://stsci.edu/datamodels/roman/schemas/l2_cal_step-1.0.0"
    assert scalar("text", step) == "text"
    assert type(scalar("text", step)) is str
