"""URIs: taken apart in one place, ordered as numbers."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roman_cal_models import SchemaError
from roman_cal_models.schema import installed, uris

BASE = "asdf://stsci.edu/datamodels/roman"
CAL_STEP = f"{BASE}/schemas/meta/l2_cal_step-1.0.0"

VERSIONS = st.lists(st.integers(0, 30), min_size=1, max_size=4)


def test_a_schema_uri_is_taken_apart() -> None:
    uri = uris.parse(CAL_STEP)
    assert (uri.base, uri.kind, uri.family, uri.version, uri.numbers) == (
        BASE,
        "schemas",
        "meta/l2_cal_step",
        "1.0.0",
        (1, 0, 0),
    )


@pytest.mark.parametrize("kind", ["schemas", "tags", "manifests", "extensions"])
def test_every_kind_is_known(kind: str) -> None:
    assert uris.parse(f"{BASE}/{kind}/datamodels-1.0").kind == kind


def test_a_uri_of_another_authority_is_taken_apart() -> None:
    assert uris.parse("asdf://example.org/schemas/thing-2.0.0").base == "asdf://example.org"


def test_a_family_may_hold_numbers_and_hyphens() -> None:
    uri = uris.parse(f"{BASE}/schemas/a-1/l1-face-2.3.4")
    assert (uri.family, uri.version) == ("a-1/l1-face", "2.3.4")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "meta/l2_cal_step-1.0.0",
        f"{BASE}/schemas/meta/l2_cal_step",
        f"{BASE}/schemas/meta/l2_cal_step-",
        f"{BASE}/schemas/meta/l2_cal_step-1.0.0a",
        f"{BASE}/schemas/meta/l2_cal_step-1..0",
        f"{BASE}/schemas/meta/l2_cal_step-1.0.0#/properties",
        f"{BASE}/schemas/-1.0.0",
        f"{BASE}/things/meta/l2_cal_step-1.0.0",
        f"{CAL_STEP}\n",
        "tag:stsci.edu:asdf/time/time-1.4.0",
        "http://stsci.edu/schemas/asdf/time/time-1.4.0",
    ],
)
def test_what_is_no_such_uri_is_refused(text: str) -> None:
    with pytest.raises(SchemaError) as caught:
        uris.parse(text)
    assert str(caught.value) == f"{text!r} is not of the form asdf://<authority>/schemas/<family>-<version>"


@pytest.mark.parametrize("text", ["", "1.", ".1", "1.a", "-1", "1 ", "\u0967"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(SchemaError, match="is not a version of the form"):
        uris.parse_version(text)


def test_versions_are_ordered_as_numbers() -> None:
    texts = [f"{BASE}/schemas/a-{version}" for version in ("1.9.0", "1.10.0", "1.2.0", "10.0.0", "2.0.0")]
    assert [uri.version for uri in sorted(map(uris.parse, texts))] == ["1.2.0", "1.9.0", "1.10.0", "2.0.0", "10.0.0"]


@given(one=VERSIONS, two=VERSIONS)
def test_the_order_is_that_of_the_numbers(one: list[int], two: list[int]) -> None:
    first, second = (uris.parse(f"{BASE}/schemas/a-{'.'.join(map(str, numbers))}") for numbers in (one, two))
    assert (first < second) == (one < two)


def test_a_tag_follows_from_a_schema_and_back() -> None:
    uri = uris.parse(CAL_STEP)
    assert str(uri.as_tag()) == f"{BASE}/tags/meta/l2_cal_step-1.0.0"
    assert uri.as_tag().as_schema() == uri


def test_another_version_of_a_family_is_named() -> None:
    assert uris.parse(CAL_STEP).with_version("1.10.0") == uris.parse(f"{BASE}/schemas/meta/l2_cal_step-1.10.0")


def test_names_for_people() -> None:
    assert (uris.parse(CAL_STEP).short, uris.parse(CAL_STEP).name) == ("meta/l2_cal_step-1.0.0", "l2_cal_step")


def test_a_uri_is_written_as_it_was_read() -> None:
    for uri in installed().store.schema_uris():
        assert uris.parse(str(uri)) == uri


def test_a_uri_can_be_pickled_and_hashed() -> None:
    uri = uris.parse(CAL_STEP)
    assert pickle.loads(pickle.dumps(uri)) == uri
    assert len({uri, uris.parse(CAL_STEP)}) == 1


def test_a_version_is_the_same_however_it_is_written() -> None:
    one, other = (uris.parse(f"{BASE}/schemas/a-{version}") for version in ("1.0.0", "1.00.0"))
    assert one == other
    assert str(one) != str(other)
