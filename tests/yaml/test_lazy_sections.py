"""Values that stay text until they are asked for: as if all had been read at once, or else read at once."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from roman_cal_models.yaml import Limits, UnparsedValue, YamlError, YamlLimitError, load, load_along, opened, read
from roman_cal_models.yaml.limits import check_tree
from tools.fuzz_yaml.comparing import assert_read_as_asdf_reads
from tools.fuzz_yaml.mutations import PIECES

LIMITS = Limits(depth=100, nodes=100_000, items=10_000)
PATH = ("roman", "meta")


class RefusedError(Exception):
    """What an unread value raises here."""


def along(text: str, limits: Limits = LIMITS) -> Any:
    return load_along(text, PATH, limits, lambda error: RefusedError(str(error)))


TEXT = """\
%YAML 1.1
%TAG ! tag:stsci.edu:asdf/
--- !core/asdf-1.1.0
history:
  extensions:
  - !core/extension_metadata-1.0.0 {name: 'a, b'}
roman: !<asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0>
  data: !core/ndarray-1.1.0
    source: 0
    shape: [8, 8]
  meta:
    cal_step: {flat_field: COMPLETE,
      dark: INCOMPLETE}
    exposure:
      start_time: !time/time-1.4.0 2020-01-01T00:00:00.000
    telescope: ROMAN
    file_date: !time/time-1.4.0 2020-01-01T00:00:00.000
    counts: [1, 2]
    none:
    last: no
...
"""


def test_what_stands_beside_the_path_is_unread() -> None:
    tree = along(TEXT)
    assert {key: type(value).__name__ for key, value in tree.items()} == {
        "history": "UnparsedValue",
        "roman": "TaggedMapping",
    }
    assert tree["roman"].tag == "asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0"
    meta = opened(tree["roman"]["meta"])
    unread = [key for key, value in meta.items() if isinstance(value, UnparsedValue)]
    assert unread == ["cal_step", "exposure", "file_date"]
    assert (meta["telescope"], meta["counts"], meta["none"], meta["last"]) == ("ROMAN", [1, 2], None, False)


def test_an_unread_value_tells_its_tag() -> None:
    tree = along(TEXT)
    tags = [tree["roman"]["data"].tag, opened(tree["roman"]["meta"])["file_date"].tag, tree["history"].tag]
    assert tags == ["tag:stsci.edu:asdf/core/ndarray-1.1.0", "tag:stsci.edu:asdf/time/time-1.4.0", None]


def test_a_value_is_read_once() -> None:
    meta = opened(along(TEXT)["roman"]["meta"])
    assert read(meta["cal_step"]) == {"flat_field": "COMPLETE", "dark": "INCOMPLETE"}
    assert read(meta["cal_step"]) is read(meta["cal_step"])


def test_a_mapping_on_the_path_is_read_whole_with_the_values_that_it_gave() -> None:
    unread = along(TEXT)["roman"]["meta"]
    cal_step = read(opened(unread)["cal_step"])
    assert read(unread)["cal_step"] is cal_step
    assert read(unread) == load(TEXT)["roman"]["meta"]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_a_copy_is_read(copied: Callable[[Any], Any]) -> None:
    unread = along(TEXT)["roman"]["data"]
    assert copied(unread) == load(TEXT)["roman"]["data"]


# -- what must not be split ------------------------------------------------------------------------------------------


def meta_with(text: str) -> str:
    return f"roman:\n  meta:\n{text}"


JOINED = {
    "a quoted text over two keys": "    a: 'b\n    c: d'\n    e: f\n",
    "a double-quoted text over two keys": '    a: "b\n    c: d"\n    e: f\n',
    "a flow collection over two keys": "    a: {b: c,\n    d: e}\n    f: g\n",
    "an apostrophe hides a quoted text": "    a: {b: it's, c: '}\n    d: e'}\n    f: g\n",
    "a closing bracket hides an open one": "    a:\n      b: c}d\n      e: {f: g,\n    h: i}\n    j: k\n",
    "an alias of another section": "    a: &x {b: 1,\n      c: 2}\n    d: {e: *x,\n      f: 3}\n",
    "an anchor that is set twice": "    a: &x {b: 1,\n      c: *x}\n    d: {e: *x,\n      f: &x [1]}\n",
    "a block scalar that looks like keys": "    a: |\n      b: 'c\n      d: {\n    e: f\n",
    "a folded block scalar": "    a: >-\n      b: [c\n    e: f\n",
    "a comment with a bracket": "    a: {b: c, # {\n      d: e}\n    f: g\n",
    "a merged mapping": "    a: &x {b: 1,\n      c: 2}\n    <<: *x\n",
    "a complex key": "    ? [a,\n      b]\n    : c\n    d: {e: f,\n      g: h}\n",
    "a key with spaces": "    a b: {c: d,\n      e: f}\n    g: h\n",
    "lines that begin further to the left": "    a: {b: c,\n  d: e}\n    f: g\n",
    "a comment at the margin": "    a: {b: c,\n      d: e}\n# comment\n    f: g\n",
    "a key twice": "    a: {b: c,\n      d: e}\n    a: {f: g,\n      h: i}\n",
    "a key twice, and a word at last": "    a: {b: c,\n      d: e}\n    a: f\n",
    "a sequence at the column of its key": "    a:\n    - b: c\n    -\n    - {d: e,\n      f: g}\n    h: i\n",
    "a plain text of two lines": "    a: b 'c\n      - \"d\n    e: f\n",
}


@pytest.mark.parametrize("text", JOINED.values(), ids=JOINED)
def test_what_hangs_together_is_read_as_asdf_reads_it(text: str) -> None:
    assert_read_as_asdf_reads(meta_with(text))


@given(
    st.lists(st.tuples(st.sampled_from(["    ", "  ", "      ", ""]), st.sampled_from([*PIECES, "k: "])), max_size=12)
)
def test_lines_made_of_pieces_are_read_as_asdf_reads_them(lines: list[tuple[str, str]]) -> None:
    assert_read_as_asdf_reads(meta_with("".join(f"{margin}a{n}: {piece}\n" for n, (margin, piece) in enumerate(lines))))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["it's", '"', "[", "a: b"]),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=20,
    ),
    st.sampled_from([None, True, False]),
    st.sampled_from([20, 80]),
)
def test_dumped_sections_are_read_as_asdf_reads_them(value: Any, flow: bool | None, width: int) -> None:
    tree = {"roman": {"meta": {"first": value, "second": [value], "third": {"in": value}}, "more": value}}
    assert_read_as_asdf_reads(yaml.safe_dump(tree, default_flow_style=flow, width=width, sort_keys=False))


# -- what is wrong ---------------------------------------------------------------------------------------------------


def test_a_broken_section_is_refused_when_it_is_asked_for_with_its_line() -> None:
    meta = opened(along(meta_with("    a:\n      b: c: d\n    e: {f: 1,\n      g: 2}\n"))["roman"]["meta"])
    assert read(meta["e"]) == {"f": 1, "g": 2}
    with pytest.raises(RefusedError, match="line 4"):
        read(meta["a"])


@pytest.mark.parametrize(
    ("text", "limits", "words"),
    [
        ("    a:\n" + "".join(f"{' ' * n}b:\n" for n in range(6, 26)), Limits(20, 1000, 1000), "nested more than 20"),
        ("    a: [" + "[" * 20 + "]" * 20 + ",\n      1]\n", Limits(20, 1000, 1000), "nested more than 20"),
        ("    a:\n" + "    - b\n" * 30, Limits(20, 1000, 20), "more than 20 values in one"),
        ("".join(f"    a{n}: b\n" for n in range(21)), Limits(20, 1000, 20), "more than 20 values in one"),
    ],
    ids=["depth", "brackets", "items", "keys"],
)
def test_the_limits_hold_for_the_whole(text: str, limits: Limits, words: str) -> None:
    with pytest.raises((RefusedError, YamlLimitError), match=words):
        read(opened(along(meta_with(text), limits)["roman"]["meta"])["a"])


def repeating(name: str) -> str:
    """Return a section of few characters and many values."""
    levels = [f"{' ' * 6}{name}{n}: &{name}{n} [{', '.join([f'*{name}{n - 1}'] * 4)}]\n" for n in range(1, 5)]
    return f"    {name}:\n      {name}0: &{name}0 [x, x, x, x]\n{''.join(levels)}"


def test_values_are_counted_over_all_sections() -> None:
    text = meta_with("".join(map(repeating, "abc")))
    count = check_tree(load(text), LIMITS)
    assert 2 * len(text) < count  # or else it would be read at once
    for limit in (count, count - 1):
        limits = Limits(LIMITS.depth, limit, LIMITS.items)
        meta = opened(along(text, limits)["roman"]["meta"])
        assert [type(value) for value in meta.values()] == [UnparsedValue] * 3
        assert [len(read(meta[name])) for name in "ab"] == [5, 5]
        if limit == count:
            assert read(meta["c"])
        else:
            with pytest.raises(RefusedError, match=f"more than {limit} values, aliases followed"):
                read(meta["c"])


def test_a_broken_document_is_refused_at_once() -> None:
    with pytest.raises(YamlError, match="line"):
        along("roman: {meta: [\n")
