"""The table of kinds: which objects, and which tags, are of which."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Column, QTable, Table
from astropy.time import Time, TimeDelta

import roman_cal_models as rcm
from roman_cal_models.foreign.external import External
from roman_cal_models.foreign.integers import Integers
from roman_cal_models.foreign.kind import NOTHING, Head, Kind, kind_name
from roman_cal_models.foreign.kinds import kind_of, kind_of_tag
from roman_cal_models.foreign.quantities import Quantities
from roman_cal_models.foreign.table import ANY, KINDS, TABLE, TIME, WCS
from roman_cal_models.foreign.units import Units
from roman_cal_models.foreign.wcs import Frames, Transforms
from roman_cal_models.schema.store import store
from roman_cal_models.yaml import TaggedMapping, TaggedScalar, TaggedSequence

OTHER = "asdf://example.org/tags/duration-1.0.0"


def name(kind: Kind) -> str:
    return type(kind).__name__


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("tag:stsci.edu:asdf/time/time-1.*", "Times"),
        ("tag:astropy.org:astropy/table/table-1.1.0", "Tables"),
        ("tag:stsci.edu:gwcs/wcs-*", "WorldCoordinates"),
        ("tag:stsci.edu:gwcs/celestial_frame-1.0.0", "Frames"),
        ("tag:stsci.edu:asdf/transform/shift-1.2.0", "Transforms"),
        ("asdf://example.org/tags/transform/lens-1.0.0", "Transforms"),
        ("tag:stsci.edu:asdf/unit/quantity-1.*", "Quantities"),
        ("tag:stsci.edu:asdf/unit/unit-1.0.0", "Units"),
        ("tag:astropy.org:astropy/units/unit-1.*", "Units"),
        ("tag:stsci.edu:asdf/core/ndarray-1.1.0", "Arrays"),
        ("tag:stsci.edu:asdf/core/integer-1.0.0", "Integers"),
        ("tag:stsci.edu:asdf/core/externalarray-1.0.0", "External"),
        ("tag:stsci.edu:asdf/core/software-1.0.0", "_Record"),
        ("tag:stsci.edu:asdf/core/complex-1.0.0", "Kind"),
        (OTHER, "Kind"),
        ("", "Kind"),
    ],
)
def test_a_tag_tells_the_kind(tag: str, kind: str) -> None:
    assert name(kind_of_tag(tag)) == kind


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Time("2027-01-31"), "Times"),
        (TimeDelta(1, format="jd"), "Times"),
        (Table(), "Tables"),
        (QTable(), "Tables"),
        (1 * u.m, "Quantities"),
        ([1, 2] * u.m, "Quantities"),
        (u.m, "Units"),
        (u.Unit("DN / s"), "Units"),
        (np.zeros(2), "Arrays"),
        (np.ma.masked_array([1]), "Arrays"),
        (np.float32(1), "Arrays"),
        (Column([1], unit="m"), "Arrays"),
        (rcm.ArrayInfo(np.dtype("uint8"), (4,)), "Arrays"),
        (WCS.fake(None, ()), "WorldCoordinates"),  # type: ignore[arg-type]
        ("text", "Kind"),
        ({}, "Kind"),
        (None, "Kind"),
        (datetime.date(2027, 1, 31), "Kind"),
        (Fraction(1, 2), "Kind"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_a_type_tells_the_kind(value: Any, kind: str) -> None:
    assert name(kind_of(value)) == kind


def test_what_is_of_no_kind_is_answered_for() -> None:
    assert kind_of(Fraction(1, 2)) is kind_of_tag(OTHER) is ANY
    raw = TaggedMapping({"seconds": 3}, OTHER)
    assert ANY.check(raw) is None
    assert ANY.fake(None, ()) is ANY.from_header(raw) is ANY.database_value(raw) is NOTHING  # type: ignore[arg-type]
    assert ANY.as_json(raw) == {"tag": OTHER}
    assert ANY.as_json(TaggedScalar("3 s", OTHER)) == "3 s"
    assert ANY.outline_raw(Head("wait", "meta.wait"), TaggedScalar("3 s", OTHER)).as_json() == {
        "name": "wait",
        "path": "meta.wait",
        "type": "duration",
        "value": "3 s",
    }
    assert ANY.outline(Head("wait", "meta.wait"), Fraction(1, 2)).text == "<Fraction>"
    assert ANY.short(Fraction(1, 2)) == "Fraction(1, 2)"
    assert ANY.flat(datetime.datetime(2027, 1, 31)) == "2027-01-31T00:00:00"
    with pytest.raises(ValueError, match="'3 s' is not an object"):
        ANY.from_text("3 s")


def test_no_tag_is_of_two_kinds_but_those_of_gwcs() -> None:
    several = {tag: [name(kind) for kind in KINDS if kind.has_tag(tag)] for kind in KINDS for tag in kind.tags}
    assert {tag: kinds for tag, kinds in several.items() if len(kinds) > 1} == {
        "tag:stsci.edu:gwcs/wcs-": ["WorldCoordinates", "Frames"]
    }


def test_every_made_up_object_bears_a_tag_of_its_kind() -> None:
    tags = {name(kind): kind.fake_tag for kind in KINDS if kind.fake_tag is not None}
    assert tags.keys() == {"Times", "Tables", "WorldCoordinates"}
    assert all(name(kind_of_tag(tag)) == kind for kind, tag in tags.items())


def test_every_foreign_tag_of_the_schemas_is_of_a_kind() -> None:
    found = set[str]()
    for uri in store().schema_uris():
        _collect(store().load(str(uri)), found)
    assert len(found) > 4
    assert {tag for tag in found if kind_of_tag(tag) is ANY} == set()


def _collect(schema: Any, found: set[str]) -> None:
    if isinstance(schema, dict):
        tag = schema.get("tag")
        if isinstance(tag, str) and not tag.startswith("asdf://"):
            found.add(tag)
        for value in schema.values():
            _collect(value, found)
    elif isinstance(schema, list):
        for value in schema:
            _collect(value, found)


@pytest.mark.parametrize("kind", [Transforms(), Frames(), WCS], ids=name)
def test_a_number_of_axes_is_bounded(kind: Kind) -> None:
    kind.check(TaggedMapping({"n_dims": 1000}, OTHER))
    with pytest.raises(ValueError, match="its n_dims is 1001, and 1000 is the most"):
        kind.check(TaggedMapping({"n_dims": 1001}, OTHER))
    with pytest.raises(ValueError, match="its naxes is 'x', and should be a number"):
        kind.check(TaggedMapping({"naxes": "x"}, OTHER))
    kind.check(TaggedSequence([1001], OTHER))


def test_coefficients_are_bounded() -> None:
    Transforms().check(TaggedMapping({"coefficients": [0.0] * 10_000}, OTHER))
    with pytest.raises(ValueError, match="it has 10001 coefficients, and 10000 are the most"):
        Transforms().check(TaggedMapping({"coefficients": [0.0] * 10_001}, OTHER))


def test_words_are_bounded() -> None:
    Integers().check(TaggedMapping({"words": [1] * 10_000}, OTHER))
    with pytest.raises(ValueError, match="it has 10001 words, and 10000 are the most"):
        Integers().check(TaggedMapping({"words": [1] * 10_001}, OTHER))


def test_another_file_is_never_opened() -> None:
    with pytest.raises(ValueError, match="is in another file, and none is opened"):
        External().check(TaggedMapping({"fileuri": "x.fits"}, OTHER))


@pytest.mark.parametrize(
    ("one", "two", "answer"),
    [
        (1 * u.m, 100 * u.cm, False),
        (1 * u.m, 1 * u.m, None),
        (1 * u.m, 1, None),
        ([1, 2] * u.m, [1, 2] * u.m, True),
        ([1, 2] * u.m, [1, 2] * u.s, False),
        ([1, 2] * u.m, np.array([1.0, 2.0]), False),
        ([1, np.nan] * u.m, [1, np.nan] * u.m, True),
        ([1, 2] * u.m, 1 * u.m, False),
    ],
)
def test_quantities_are_equal_in_unit_and_number(one: Any, two: Any, answer: bool | None) -> None:
    assert Quantities().equal(one, two) is answer


def test_a_unit_is_shown_as_text() -> None:
    assert Units().outline(Head("unit", "meta.unit"), u.Unit("DN / s")).text == "DN / s"


def test_tables_answer_by_their_columns() -> None:
    table = Table({"flux": Column([1.0], unit="nJy", description="Flux")})
    entry = TABLE.outline(Head("source_catalog", "source_catalog", "Sources"), table)
    assert [(each.name, each.path, each.unit, each.title) for each in entry.members()] == [
        ("flux", "source_catalog.flux", "nJy", "Flux")
    ]
    assert TABLE.differences("a", table, 3, None) is None  # type: ignore[arg-type]


def test_times_are_read_from_text_and_yaml() -> None:
    when = Time("2027-01-31T12:00:00.000")
    assert TIME.text_example is not None
    assert TIME.from_text(TIME.text_example) == when
    assert TIME.from_header(TaggedScalar("2027-01-31T12:00:00.000", "")) == when
    assert TIME.from_header(TaggedMapping({"value": 61436.5, "format": "mjd"}, "")) == when
    assert TIME.from_header(TaggedMapping({"value": "2027-01-31", "location": {}}, "")) is NOTHING
    with pytest.raises(ValueError, match="not one of the formats of a time that need no name"):
        TIME.from_header(TaggedScalar("+02027-01-31T12:00:00", ""))


def test_the_last_word_of_a_tag_names_what_is_of_no_kind() -> None:
    assert [kind_name(tag) for tag in (OTHER, "plain")] == ["duration", "plain"]
