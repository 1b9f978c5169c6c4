"""The emitter writes what asdf's dumper writes, letter for letter, or leaves the tree to it."""

from __future__ import annotations

import io
from collections import OrderedDict
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
import yaml
from asdf.tagged import TaggedDict, TaggedList, TaggedString
from asdf.yamlutil import AsdfDumper, AsdfLoader
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from roman_cal_models.yaml import TaggedMapping, TaggedScalar, TaggedSequence, load
from roman_cal_models.yaml.emitter import document
from roman_cal_models.yaml.scalars import Unusual
from tools.fuzz_yaml.comparing import assert_same

HANDLES = {"!": "tag:stsci.edu:asdf/"}
TAGS = st.sampled_from(["tag:stsci.edu:asdf/core/x-1.0.0", "asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0"])

OURS: Any = {TaggedMapping: TaggedDict, TaggedSequence: TaggedList}


def dumped(tree: Any) -> str:
    stream = io.BytesIO()
    yaml.dump_all(
        [tree],
        stream=stream,
        Dumper=AsdfDumper,
        explicit_start=True,
        explicit_end=True,
        version=(1, 1),
        allow_unicode=True,
        encoding="utf-8",
        tags=HANDLES,
    )
    return stream.getvalue().decode()


def tagged_string(text: str, tag: str) -> TaggedString:
    value = TaggedString(text)
    value._tag = tag
    return value


WORDS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="ab '\n:#-,\"\\", max_size=200),
    st.lists(st.sampled_from(["a", "longer", "of text", "x:", "y #", "  ", "it's", "é", "12", "🙂"]), max_size=40).map(
        " ".join
    ),
    st.sampled_from(["yes", "null", "~", "1", "1.5", "0x1", "2020-01-01", "<<", "=", "-", "?", ":", "", "...", "---"]),
    st.sampled_from(
        ["a: b", "a:b", "[x]", "- a", "?a", ":a", "-a", "1e5", "1:30", "a\n b", "a \nb", "\ta", "a\u2028b"]
    ),
    st.from_regex(r"[0-9:eE+\-. _TZ]{1,12}", fullmatch=True),
)
SCALARS = st.one_of(
    WORDS,
    st.none(),
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(),
    st.floats().map(np.float64),
    st.datetimes(),
    st.dates(),
    st.builds(tagged_string, WORDS, TAGS),
)
KEYS = st.sampled_from(["a", "b", "meta", "long_key_name", "c d", "1", "yes", "it's", "x: y", "a,b", "#c", "é"]) | (
    st.text(alphabet="ab: -,#é", max_size=8)
)


def containers(members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    mappings = st.dictionaries(KEYS, members, max_size=6)
    lists = st.lists(members, max_size=6)
    return st.one_of(
        mappings,
        lists,
        lists.map(tuple),
        st.lists(st.floats() | st.integers(-9, 9), max_size=40),
        st.builds(TaggedDict, mappings, TAGS),
        st.builds(TaggedList, lists, TAGS),
        # one object in several places
        members.map(lambda member: [member, {"z": member}, member]),
    )


TREES = st.recursive(SCALARS, containers, max_leaves=25)


@settings(deadline=None, max_examples=200)
@given(TREES)
@example({"a": "b " * 60, "c": ["d " * 60, {"e": "f " * 60}]})
@example({"a": "one\n\ntwo " + "long " * 40, "b": ["it's " * 40], "c": {"d": " x" * 80, "e": [[1.5] * 40]}})
@example({"times": [datetime(2020, 1, 1, tzinfo=UTC), date(2020, 1, 1)], "time": datetime(2020, 1, 1)})
def test_what_is_written_is_what_asdf_writes(tree: Any) -> None:
    try:
        text = document(tree, HANDLES)
    except Unusual:
        assume(False)
    assert text == dumped(tree)


@settings(deadline=None, max_examples=100)
@given(TREES)
def test_what_is_written_is_read_alike_by_all(tree: Any) -> None:
    try:
        text = document({"roman": tree}, HANDLES)
    except Unusual:
        assume(False)
    # NaN is not itself, and PyYAML reads some times as text
    assert repr(yaml.load(text, Loader=AsdfLoader)) == repr(yaml.load(dumped({"roman": tree}), Loader=AsdfLoader))
    assert_same(load(text), yaml.load(text, Loader=AsdfLoader))


def test_values_of_our_reader_are_written_as_those_of_asdf() -> None:
    text = TaggedScalar("2020-01-01T00:00:00", "tag:stsci.edu:asdf/time/time-1.1.0")
    ours = TaggedMapping({"b": TaggedSequence([1, text], "tag:a"), "a": text}, "asdf://x/y-1.0.0")
    told = tagged_string(str(text), text.tag)
    assert document(ours, HANDLES) == dumped(
        TaggedDict({"b": TaggedList([1, told], "tag:a"), "a": told}, "asdf://x/y-1.0.0")
    )


def test_what_stands_in_several_places_is_written_once() -> None:
    shared = {"x": [1, 2]}
    assert document({"a": shared, "b": [shared]}, {}) == ("%YAML 1.1\n---\na: &id001\n  x: [1, 2]\nb:\n- *id001\n...\n")


def test_what_holds_itself_is_written() -> None:
    tree: dict[str, Any] = {"a": [1]}
    tree["a"].append(tree)
    assert document(tree, HANDLES) == dumped(tree)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(2**63, id="more than 64 bits"),
        pytest.param({1: 2}, id="a number as key"),
        pytest.param({"k" * 200: 2}, id="a long key"),
        pytest.param({"a\nb": 2}, id="a key of two lines"),
        pytest.param(OrderedDict(a=1), id="another kind of mapping"),
        pytest.param({1, 2}, id="a set"),
        pytest.param(b"bytes", id="bytes"),
        pytest.param(np.float32(1), id="a number of another library"),
        pytest.param(object(), id="an object"),
        pytest.param("\ud800", id="half a letter"),
        pytest.param(TaggedDict({}, "tag:yaml.org,2002:map"), id="a tag of YAML itself"),
        pytest.param(TaggedDict({}, "a tag"), id="a tag to be escaped"),
    ],
)
def test_the_rest_is_left_to_asdf(value: Any) -> None:
    with pytest.raises(Unusual):
        document({"roman": [value]}, HANDLES)


def test_so_is_what_is_to_be_written_in_a_style() -> None:
    folded, flowing = tagged_string("text", "tag:a"), TaggedDict({"a": [[1]]}, "tag:a")
    folded.style, flowing.flow_style = "folded", "flow"
    for value in (folded, flowing):
        with pytest.raises(Unusual):
            document([value], HANDLES)
