"""Values converted to the types of a database."""

from __future__ import annotations

import datetime
import decimal
import io
import json
import math
from typing import Any

import asdf
import numpy as np
import pytest
from astropy.time import Time
from astropy.units import microsecond
from hypothesis import given
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.definitions.datatypes import INTEGER_RANGES, datatype
from roman_cal_models.header.header_source import HeaderSource
from roman_cal_models.nodes.deferred import FileValue
from roman_cal_models.yaml import TaggedMapping, TaggedScalar, TaggedSequence

OLD_TIME = "asdf://stsci.edu/datamodels/roman/tags/file_date-1.0.0"
TIME = "tag:stsci.edu:asdf/time/time-1.4.0"


OTHERS = [
    "real",
    "decimal(9,2)",
    "numeric(38,38)",
    "date",
    "varchar(10)",
    "varchar(max)",
    "char(2)",
    "uniqueidentifier",
]
"""The types of SQL Server that RAD does not use yet."""


@pytest.mark.parametrize(
    "name", ["nvarchar(15)", "nvarchar(max)", "nchar(1)", "float", "datetime2", *INTEGER_RANGES, *OTHERS]
)
def test_every_type_of_rad_is_known(name: str) -> None:
    assert str(datatype(name)) == name
    assert datatype(name).convert(None) is None


@pytest.mark.parametrize(
    "name", ["ntext", "nvarchar", "nvarchar(0)", "nvarchar(-1)", "decimal(39)", "decimal(4,5)", "real(3)", ""]
)
def test_any_other_is_refused(name: str) -> None:
    with pytest.raises(rcm.SchemaError, match="is not a known database type"):
        datatype(name)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30), st.integers(1, 30))
def test_text_fits_by_its_length(text: str, size: int) -> None:
    kind = datatype(f"nvarchar({size})")
    # SQL Server counts what it stores, two bytes each
    length = len(text.encode("utf-16-be")) // 2
    if length <= size:
        assert kind.convert(text) == text
    else:
        with pytest.raises(ValueError, match=f"has {length} characters.*, and nvarchar\\({size}\\) holds {size}"):
            kind.convert(text)
    assert datatype("nvarchar(max)").convert(text) == text


@pytest.mark.parametrize("text", ["WFI\0", "\ud800"])
def test_text_that_no_database_takes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has a character that no database takes"):
        datatype("nvarchar(max)").convert(text)


@pytest.mark.parametrize("name", ["nvarchar(max)", "nchar(1)"])
def test_the_object_of_a_language_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"bears the tag tag:yaml\.org,2002:python/tuple"):
        datatype(name).convert(TaggedSequence([1], "tag:yaml.org,2002:python/tuple"))


@given(st.integers(), st.sampled_from(sorted(INTEGER_RANGES)))
def test_an_integer_fits_by_its_range(value: int, name: str) -> None:
    least, greatest = INTEGER_RANGES[name]
    if least <= value <= greatest:
        assert datatype(name).convert(value) == value
    else:
        with pytest.raises(ValueError, match="is out of the range"):
            datatype(name).convert(value)


@pytest.mark.parametrize("name", INTEGER_RANGES)
def test_the_least_and_the_greatest_integer_fit(name: str) -> None:
    least, greatest = INTEGER_RANGES[name]
    assert [datatype(name).convert(value) for value in (least, greatest)] == [least, greatest]
    for value in (least - 1, greatest + 1):
        with pytest.raises(ValueError, match="is out of the range"):
            datatype(name).convert(value)


@given(st.floats() | st.integers())
def test_a_number_is_finite(value: float) -> None:
    if abs(value) <= 1e308:
        assert datatype("float").convert(value) == float(value)
    elif not math.isfinite(value) or abs(value) > 1.8e308:
        with pytest.raises(ValueError, match="does not fit into a float column"):
            datatype("float").convert(value)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4)))
def test_a_list_is_text_that_can_be_read_again(value: Any) -> None:
    if isinstance(value, list):
        text = datatype("nvarchar(max)").convert(value)
        assert json.loads(text) == value
        assert ", " not in json.dumps([1, 2], separators=(",", ":"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("int", "1"),
        ("int", 1.5),
        ("int", math.inf),
        ("int", True),
        ("bit", 2),
        ("real", 3.5e38),
        ("real", "1"),
        ("decimal(3,1)", 100),
        ("decimal(3,1)", 99.95),
        ("decimal(3,1)", math.nan),
        pytest.param("decimal(3,1)", 10**5000, id="digits that Python does not write"),
        ("decimal(3,1)", True),
        ("date", "yesterday"),
        ("uniqueidentifier", "x"),
        ("varchar(9)", "é"),
        ("char(1)", "ab"),
        ("nvarchar(9)", [math.inf]),
        ("nvarchar(max)", {"a": math.nan}),
        ("float", "1"),
        ("float", True),
        ("datetime2", 5),
        ("datetime2", "yesterday"),
        ("datetime2", "2026-02-30T00:00:00"),
        ("nvarchar(9)", object()),
        ("nvarchar(9)", [object()]),
        ("nchar(1)", "YES"),
    ],
)
def test_what_is_of_another_kind_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError):
        datatype(name).convert(value)


def test_integers_have_the_ranges_of_sql_server() -> None:
    assert INTEGER_RANGES == {
        "bit": (0, 1),
        "tinyint": (0, 255),
        "smallint": (-32_768, 32_767),
        "int": (-2_147_483_648, 2_147_483_647),
        "bigint": (-9_223_372_036_854_775_808, 9_223_372_036_854_775_807),
    }


@pytest.mark.parametrize("name", INTEGER_RANGES)
def test_the_ends_of_a_range_are_in_it(name: str) -> None:
    for value in INTEGER_RANGES[name]:
        assert datatype(name).convert(value) == value


@pytest.mark.parametrize(("value", "text"), [(1.5, "1.5"), (7, "7"), (0.1, "0.1")])
def test_a_number_is_text_where_text_is_wanted(value: float, text: str) -> None:
    assert datatype("nvarchar(9)").convert(value) == text


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("nvarchar(9)", object, "is not text: <class 'object'>"),
        ("nvarchar(9)", [object], "cannot be written as text: there is a type in it"),
        (
            "nvarchar(9)",
            [FileValue(HeaderSource(None, "1.6.0"), TaggedScalar("x", "a:b"))],
            "cannot be written as text: there is a FileValue in it",
        ),
        ("datetime2", np.float64(5), "is not a time: "),
        ("datetime2", 5, "is not a time: 5"),
        ("int", "x" * 58, f"is not an integer: '{'x' * 58}'"),
        ("int", "x" * 59, f"is not an integer: '{'x' * 56}..."),
    ],
)
def test_what_does_not_fit_is_told(name: str, value: Any, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        datatype(name).convert(value)
    assert str(caught.value).startswith(reason)
    assert len(str(caught.value)) <= len("is not an integer: ") + 60


def test_a_time_without_a_scale_keeps_its_microseconds() -> None:
    wanted = datetime.datetime(2026, 5, 4, 3, 2, 1, 123456)
    for value in (
        TaggedMapping({"value": "2026-05-04T03:02:01.1234567"}, TIME),
        TaggedMapping({"value": "2026-05-04T03:02:01.123456", "scale": "utc"}, OLD_TIME),
        TaggedScalar("2026-05-04T03:02:01.123456", TIME),
    ):
        assert datatype("datetime2").convert(value) == wanted


def file_value(raw: Any) -> FileValue:
    return FileValue(HeaderSource(None, "1.6.0"), raw)


@pytest.mark.parametrize(
    "value",
    [
        file_value(TaggedScalar("2026-05-04T03:02:01.250", TIME)),
        file_value(TaggedMapping({"value": "2026-05-04T03:02:38.250", "scale": "tai"}, TIME)),
        TaggedMapping({"value": "2026:124:03:02:01.250"}, TIME),
        TaggedScalar("2026:124:03:02:01.250", OLD_TIME),
    ],
    ids=["of a file", "of a file, in another scale", "in another format", "old, in another format"],
)
def test_a_time_is_read_whatever_holds_it(value: Any) -> None:
    if isinstance(value, TaggedScalar):
        value = rcm.FileDate(str(value))
    assert datatype("datetime2").convert(value) == datetime.datetime(2026, 5, 4, 3, 2, 1, 250000)


def test_a_date_is_its_first_moment() -> None:
    assert datatype("datetime2").convert(TaggedScalar("2026-05-04", TIME)) == datetime.datetime(2026, 5, 4)


@pytest.mark.filterwarnings("ignore::erfa.ErfaWarning")
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Time(["2026-05-04", "2026-05-05"]), "is not a time: <Time object"),
        (Time(-1e6, format="mjd"), "is not a time that datetime2 holds"),
        (TaggedScalar("2026-02-30T00:00:00", TIME), "2026-02-30T00:00:00 is not a time that datetime2 holds: day"),
    ],
    ids=["two times", "before the first year", "a day that is not"],
)
def test_a_time_that_no_column_holds_is_told(value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        datatype("datetime2").convert(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 10**400])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="does not fit into a float column"):
        datatype("float").convert(value)


def test_times_in_a_list_are_text() -> None:
    source = HeaderSource(None, "1.6.0")
    time = FileValue(source, TaggedScalar("2026-05-04T03:02:01.5", TIME))
    assert datatype("nvarchar(max)").convert([time]) == '["2026-05-04T03:02:01.500000"]'


def test_a_boolean_is_a_letter() -> None:
    assert [datatype("nchar(1)").convert(value) for value in (True, False)] == ["T", "F"]


@pytest.mark.parametrize(
    "value",
    [
        TaggedScalar("2026-05-04T03:02:01.25", TIME),
        TaggedScalar("2026-05-04 03:02:01.2500009", TIME),
        TaggedMapping({"value": "2026-05-04T03:02:01.250", "base_format": "datetime"}, TIME),
        TaggedMapping({"value": "2026-05-04T03:02:38.250", "scale": "tai", "format": "isot"}, TIME),
        TaggedMapping({"value": "2026-05-04T03:02:01.250", "base_format": "datetime"}, OLD_TIME),
        TaggedMapping({"value": 61164.12640335648, "format": "mjd"}, TIME),
        Time("2026-05-04T03:02:01.25"),
        Time("2026-05-04T03:02:38.25", scale="tai"),
        rcm.FileDate("2026-05-04T03:02:01.25"),
    ],
)
def test_a_time_is_in_utc(value: Any) -> None:
    wanted = datetime.datetime(2026, 5, 4, 3, 2, 1, 250000)
    assert abs(datatype("datetime2").convert(value) - wanted) < datetime.timedelta(microseconds=100)


@given(st.datetimes(min_value=datetime.datetime(1972, 1, 1), max_value=datetime.datetime(2026, 1, 1)))
def test_quick_and_thorough_reading_of_times_agree(when: datetime.datetime) -> None:
    kind = datatype("datetime2")
    assert kind.convert(TaggedScalar(when.isoformat(), TIME)) == when
    assert abs(kind.convert(Time(when.isoformat(), precision=9)) - when) <= datetime.timedelta(microseconds=1)


@pytest.mark.parametrize(
    "value",
    [
        TaggedScalar("2016-12-31T23:59:60.5", TIME),
        TaggedMapping({"value": "2017-01-01T00:00:36.5", "scale": "tai"}, TIME),
        Time("2016-12-31T23:59:60.5"),
    ],
)
def test_a_leap_second_is_told(value: Any) -> None:
    with pytest.raises(ValueError, match=r"2016-12-31T23:59:60\.50* is in a leap second, which"):
        datatype("datetime2").convert(value)


@pytest.mark.parametrize(
    ("value", "microsecond"),
    [
        (TaggedMapping({"value": "2026-01-01T00:00:37.123456", "scale": "tai"}, TIME), 123456),
        (TaggedMapping({"value": "2026-01-01T00:00:37.1234569", "scale": "tai"}, TIME), 123456),
        (Time("2026-01-01T00:00:00.123456"), 123456),
        (Time("2026-01-01T00:00:00.999999", precision=0), 999999),
        (TaggedScalar("2026:001:00:00:00.999999", TIME), 999999),
        # 0.5 days and 1.15e-8 days
        (TaggedMapping({"value": 61041.0000000115, "format": "mjd"}, TIME), 993),
    ],
)
def test_a_time_of_another_scale_or_format_keeps_its_microseconds_and_no_more(value: Any, microsecond: int) -> None:
    before = value.precision if isinstance(value, Time) else None
    assert datatype("datetime2").convert(value) == datetime.datetime(2026, 1, 1, microsecond=microsecond)
    assert before is None or value.precision == before


@given(
    st.datetimes(min_value=datetime.datetime(1972, 1, 1), max_value=datetime.datetime(2028, 1, 1)),
    st.sampled_from(["tai", "tt"]),
)
def test_a_time_of_another_scale_is_that_of_utc(when: datetime.datetime, scale: str) -> None:
    text = getattr(Time(when.isoformat(), precision=9), scale).isot
    assert datatype("datetime2").convert(TaggedMapping({"value": text, "scale": scale}, TIME)) == when


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026:001:00:00:00.123", datetime.datetime(2026, 1, 1, 0, 0, 0, 123000)),
        ("2026:032", datetime.datetime(2026, 2, 1)),
        # J2000.0 is noon of the first day of 2000, in TT
        ("J2000.0", datetime.datetime(2000, 1, 1, 11, 58, 55, 816000)),
        ("2026-01-01T00:00:00Z", datetime.datetime(2026, 1, 1)),
    ],
)
def test_a_text_is_a_time_where_asdf_reads_it_as_one(text: str, when: datetime.datetime) -> None:
    read = asdf_time(text)
    assert abs(read - Time(when)) < 1 * microsecond
    for value in (TaggedScalar(text, TIME), TaggedScalar(text, OLD_TIME), text, file_value(TaggedScalar(text, TIME))):
        assert datatype("datetime2").convert(value) == when


def asdf_time(text: str) -> Any:
    head = b"#ASDF 1.0.0\n#ASDF_STANDARD 1.6.0\n%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n--- !core/asdf-1.1.0\n"
    with asdf.open(io.BytesIO(head + b"time: !time/time-1.4.0 " + text.encode() + b"\n...\n")) as file:
        return file["time"]


def test_what_a_made_up_model_has_not_built_is_a_time() -> None:
    model = rcm.ImageModel.create_fake_data()
    exposure = archive.rows(model)["WFIExposure"]
    start = datetime.datetime(2020, 1, 1)
    assert exposure["exposure_start_time"] == exposure["visit_start_time"] == exposure["filedate"] == start
    assert not [problem for problem in archive.rows(model).problems if "time" in problem.reason]
    assert model.meta.exposure.start_time.isot == "2020-01-01T00:00:00.000"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("int", 1.0, 1),
        ("bigint", -2.0, -2),
        ("bit", True, 1),
        ("bit", 0, 0),
        ("real", 0.1, float(np.float32(0.1))),
        ("real", 1e-50, 0.0),
        ("decimal(5,2)", 0.125, decimal.Decimal("0.13")),
        ("decimal(5,2)", -999.994, decimal.Decimal("-999.99")),
        ("numeric(5)", 99999, decimal.Decimal(99999)),
        ("date", "2026-05-04T23:59:59.9", datetime.date(2026, 5, 4)),
        ("date", TaggedMapping({"value": "2026-05-04T00:00:36.9", "scale": "tai"}, TIME), datetime.date(2026, 5, 3)),
        ("varchar(3)", "abc", "abc"),
        ("char(1)", True, "T"),
        ("uniqueidentifier", "{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ],
)
def test_a_value_is_converted_to_the_type(name: str, value: Any, found: Any) -> None:
    converted = datatype(name).convert(value)
    assert converted == found
    assert type(converted) is type(found)


def test_decimal_without_digits_has_those_of_sql_server() -> None:
    assert str(datatype("decimal")) == "decimal(18,0)"
    assert str(datatype("numeric(4)")) == "numeric(4,0)"
