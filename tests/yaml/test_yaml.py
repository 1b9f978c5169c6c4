"""`roman_cal_models.yaml` gives what asdf's own loader gives, and refuses what that refuses."""

from __future__ import annotations

import copy
import importlib.resources
import os
import pickle
import subprocess
import sys
from collections import OrderedDict
from datetime import date, datetime

import pytest
import yaml
from asdf.tagged import TaggedDict, TaggedList, TaggedString
from asdf.yamlutil import AsdfDumper, AsdfLoader
from hypothesis import given, settings
from hypothesis import strategies as st

from roman_cal_models.errors import RomanCalModelsError
from roman_cal_models.printable import printable
from roman_cal_models.yaml import (
    Limits,
    TaggedMapping,
    TaggedScalar,
    TaggedSequence,
    YamlError,
    YamlLimitError,
    containers,
    load,
)
from roman_cal_models.yaml.fast_reader import Document, Reader
from tools.fuzz_yaml.comparing import REFUSED, assert_read_as_asdf_reads, assert_same, load_with_asdf
from tools.fuzz_yaml.mutations import PIECES

# Real documents


def schema_files(folder=None):
    folder = importlib.resources.files("rad") / "resources" if folder is None else folder
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from schema_files(entry)
        elif entry.name.endswith(".yaml"):
            yield entry


@pytest.fixture(scope="module")
def schemas():
    return [entry.read_bytes() for entry in schema_files()]


def write_header(model_name, folder):
    from roman_datamodels import datamodels

    path = folder / f"{model_name}.asdf"
    getattr(datamodels, model_name).create_fake_data().save(path)
    data = path.read_bytes()
    return data[: data.index(b"\n...\n") + 5]


@pytest.fixture(scope="module")
def image_header(tmp_path_factory):
    return write_header("ImageModel", tmp_path_factory.mktemp("image"))


def test_every_schema_of_rad_is_read_as_asdf_reads_it(schemas):
    assert len(schemas) > 500
    for data in schemas:
        assert_same(load(data), yaml.load(data, Loader=AsdfLoader))


@pytest.mark.parametrize(
    "model_name",
    [
        *("ScienceRawModel", "RampModel", "ImageModel", "MosaicModel", "ImageSourceCatalogModel"),
        *("FlatRefModel", "DarkRefModel", "WfiImgPhotomRefModel", "DistortionRefModel", "EpsfRefModel"),
    ],
)
def test_header_written_by_roman_datamodels_is_read_as_asdf_reads_it(model_name, tmp_path):
    header = write_header(model_name, tmp_path)
    assert_same(load(header), yaml.load(header, Loader=AsdfLoader))


def test_quick_reader_suffices_for_a_header(image_header):
    assert_same(Reader(Document(image_header)).read(), yaml.load(image_header, Loader=AsdfLoader))


def test_header_is_the_same_as_bytes_and_as_text(image_header):
    assert load(image_header) == load(image_header.decode())


def test_header_is_read_without_importing_pyyaml_or_asdf(image_header, tmp_path):
    (tmp_path / "header.yaml").write_bytes(image_header)
    code = (
        "import pathlib, sys; from roman_cal_models.yaml import load; "
        "load(pathlib.Path('header.yaml').read_bytes()); "
        "sys.exit('yaml' in sys.modules or 'asdf' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=False).returncode == 0


# Constructs, each said to be read or refused

ACCEPTED = {
    "words for booleans": "[yes, Yes, YES, no, on, off, true, FALSE, y, n, yEs, oN]\n",
    "nulls": "a: ~\nb: null\nc:\nd: NULL\ne: nULL\nf: ''\n~: g\n",
    "integers": "[0, -0, 7, +7, 017, 0x1F, 0b101, 1_000, 190:20:30, -1:30, 08, 0o17, 00, 1__0]\n",
    "large integers": f"- {10**30}\n- -{9**99}\n- {7**900}\n",
    "floats": "[1., 1.5, -0.0, 1e5, 1.0e+5, 1.0e5, .5, -.5, 1_0.5, 1:30.5, .inf, -.INF, .nan, +.inf, 01.50]\n",
    "times": "- 2001-01-01\n- 2001-01-01T02:03:04.5Z\n- 2001-01-01 02:03:04 +01:00\n- 2001-1-1\n- 2001-01-01T00:00\n",
    "versions": "[1.2.3, 1.2, '1.2', 1.2.3-4, v1]\n",
    "quotes make text": "- '1'\n- \"yes\"\n- '~'\n- 'it''s'\n- ''\n- \"\"\n",
    "escapes": '- "a\\tb\\x41\\u00e9\\U0001F600"\n- "\\\\\\"\\0\\N\\_\\L\\P\\e\\a\\b\\n\\v\\f\\r\\ \\/"\n',
    "plain text on several lines": "a: one\n  two\n    three\nb: 1\n  2\nc: one\n\n  two\nd: e\n",
    "quoted text on several lines": "a: 'one\n  two\n\n\n  it''s'\n"
    'b: "one\n  two\\\n  \\  three\\n\n\n  four \\\n\n  five"\n',
    "literal text": "a: |\n  x\n   y\n\n  z\n\nb: |-\n  x\n\nc: |+\n  x\n\n\n"
    "d: |2\n   x\ne: |\n\n  x\nf:\n- |\n x\n- !t |\n  x\n",
    "folded text": "a: >-\n  x\n  y\n\n  z\nb: >\n  x\n   y\n  z\nc: >+\n  x \n  y\n\nd: >\n  x\n # y\n",
    "text below its key": "a:\n  text\nb:\n  [1,\n   2]\nc:\n  {a: b}\nd:\n  'x'\ne:\n  !t x\nf:\n  one\n  two\n",
    "block collections": "- - a\n  - b: c\n    d:\n    - e\n"
    "- f:\n  - g\n  h: i\n-\n  j: k\n- l m: n\n  'o': p\n- - - q\n",
    "flow collections": "- [[1, [2]], {a: {b: c}}, {}, [], [ ], { }]\n"
    "- {a: b,}\n- [1,2,]\n- ['a, b', \"c]\", d e, 'f: g']\n",
    "flow collections on several lines": "a: [b c\n  d, 'e\n  f', {g: h,\n  i:\n  j}\n  ]\nb: {c: d,\n  e: f}\n",
    "flow pairs": "[a: b, {c, d}, ? e : f, {g: , h}]\n",
    "odd keys": "1: a\n1.5: b\nyes: c\n'1': d\n2001-01-01: e\na b: f\n\"g\": h\n? i\n: j\nk:l: m\n",
    "long keys": f"{'a' * 1020}: 1\n'{'b' * 1010}': {{{'c' * 1010}: 1}}\n",
    "duplicate keys": "a: 1\nb: 2\na: 3\nc: {a: 1, a: 2}\n",
    "merge keys": "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc:\n  <<: [*a, {z: 4}]\nd: <<\n",
    "anchors": "a: &a [1]\nb: *a\nc: &c\n  d: *a\ne: [*c, *a]\n"
    "f: &f x\ng: *f\nh: &h\ni: *h\nj: [&j {}, *j, &k l, *k]\n",
    "an alias as key": "&a b: 1\nc: {*a : 2}\n",
    "a recursive sequence": "&a [1, *a]\n",
    "a recursive mapping": "a: &a\n  b: *a\n",
    "core tags of scalars": "- !!str 1\n- !!int '1'\n- !!float 1\n- !!bool 'yes'\n- !!null x\n- !!binary aGVsbG8=\n"
    "- !!timestamp '2001-01-01'\n- !<tag:yaml.org,2002:str> 1\n- ! 12\n",
    "core tags of collections": "- !!set {a, b}\n- !!omap [a: 1, b: 2]\n- !!pairs [a: 1, a: 2]\n"
    "- !!seq [a]\n- !!map {a: b}\n",
    "tags": "%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n%TAG !r! asdf://roman/\n--- !core/asdf-1.1.0\n"
    "a: !core/x-1.0 {b: !r!y 1}\nc: !<asdf://z> [!q 2, !q {}, !q [a: b]]\nd: !e\nf: !g\n- h\ni: &j !k\n  l: m\n...\n",
    "a handle that means the core": "%TAG !y! tag:yaml.org,2002:\n---\n- !y!str 1\n",
    "another meaning of the core's handle": "%TAG !! asdf://a/\n---\n- !!str 1\n",
    "local tags": "- !a 1\n- !b [2]\n- !c {3: 4}\n- !d |\n  text\n- !e 'text'\n- !f\n- !g\n  h: i\n",
    "tags with anchors": "- !j &k l\n- &m !n o\n- *k\n- *m\n- &p !q\n  - 1\n- *p\n",
    "tags of Python objects": "- !!python/object/apply:os.getcwd []\n"
    "- !!python/name:os.system x\n- !!python/tuple [1]\n",
    "comments": "# a\nb: c # d\n\n  # e\nf:\n# g\n  - h\n  #i\n  - j#k\n",
    "document markers": "%YAML 1.1\n---\na: b\n...\n\n",
    "other letters": "é: 中 文\n'😀': \"ß\"\na: b é\n",
    "odd white space": "a:\tb\nc:  d  \ne: f\u00a0g\nh: \n",
    "carriage returns": "a: b\r\nc:\r\n- d\r\n",
    "a byte order mark": "\ufeffa: b\n",
    "punctuation in text": "- a-b\n- a, b\n- a:b\n- a#b\n- http://x/y?z#w\n"
    "- a'b\"c\n- $d\n- ?e\n- :f\n- x!y&z*\n- -g\n- --h\n",
    "special scalars": "- =\n- <\n- a=b\n- -\n  - a\n- ...\n",
    "folded text with a margin": "a: >\n  x\n   y\n  z\n",
    "literal text after a line of spaces": "a: |\n    \n      x\n",
    "literal text with a line of spaces": "a: |\n  x\n     \n  y\n",
    "an empty line in brackets": "a: [b,\n\n  'c\n\n  d', e\n\n  f]\n",
    "spaces before a line break": "a: b \n  c\n",
    "spaces before a quoted line break": "a: 'b \n  c'\n",
    "an escaped space before a line break": 'a: "b\\ \n  c"\n',
    "an escaped line break in brackets": 'a: ["b\\\n  c"]\n',
    "one scalar": "text",
    "one scalar on two lines": "a\n- b\n",
    "no line break at the end": "a: |\n  b",
    "an empty document": "",
    "a document of comments": "# nothing\n",
    "a document that is only marked": "---\n...\n",
    "UTF-16": "a: é\n".encode("utf-16"),
}

# What files commonly hold: read without PyYAML. One construct each, so that it cannot hide behind another.
COMMON = {
    "escapes": '- "a\\tb\\x41\\u00e9\\U0001F600"\n- "\\\\\\"\\0\\N\\_\\L\\P\\e\\a\\b\\n\\v\\f\\r\\ "\n',
    "plain text on several lines": "a: one\n  two\n    three\nb: 1\n  2\n",
    "plain text in an item on several lines": "- one\n  two\n- three\n",
    "single quotes on several lines": "a: 'one\n  two\n\n\n  it''s'\nb: c\n",
    "double quotes on several lines": 'b: "one\n  two\\\n  \\  three\\n\n\n  four"\n',
    "literal text": "a: |\n  x\n   y\n\n  z\n\nb: |-\n  x\n\nc: |+\n  x\n\n\nd: e\n",
    "folded text": "a: >-\n  x\n  y\n\n  z\nb: >\n  x\n\n\n  y\nc: >+\n  x \n  y\n\nd: e\n",
    "tagged literal text": "- !t |\n  x\n- |\n x\n",
    "text below its key": "a:\n  text\nb:\n  [1,\n   2]\nc:\n  {a: b}\nd:\n  'x'\ne:\n  one\n  two\n",
    "block collections": "- - a\n  - b: c\n    d:\n    - e\n- f:\n  - g\n  h: i\n- l m: n\n  'o': p\n- - - q\n",
    "keys": "1: a\n1.5: b\nyes: c\n'1': d\na b: f\n\"g\": h\nk:l: m\n",
    "tags": "%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n%TAG !r! asdf://roman/\n--- !core/asdf-1.1.0\n"
    "a: !core/x-1.0 {b: !r!y 1}\nc: !<asdf://z> [!q 2, !q {}, !q [a]]\nd: !e\nf: !g\n- h\ni: &j !k\n  l: m\n...\n",
    "comments": "# a\nb: c\n\n  # e\nf:\n# g\n  - h\n  #i\n  - j#k\n",
    "punctuation in text": "- a-b\n- a, b\n- a:b\n- a#b\n- http://x/y?z#w\n- a'b\"c\n- $d\n- x!y&z*\n- -g\n- ...\n",
    "other letters": "é: 中 文\n'😀': \"ß\"\na: b é\n",
}

REFUSALS = {
    "an open flow sequence": ("a: b\nc: [d\n", 3),
    "an open quote": ("a: 'b\n", 2),
    "two colons": ("a: b: c\n", 1),
    "indentation that fits nothing": ("a:\n    b: c\n  d: e\n", 3),
    "a value and entries": ("a: b\n  c: d\n", 2),
    "a stray bracket": ("a: ]\n", 1),
    "a reserved character": ("a: @b\n", 1),
    "a tab as indentation": ("a:\n\tb: c\n", 2),
    "an unknown alias": ("a: *b\n", 1),
    "an anchor twice": ("a: &b 1\nc: &b 2\n", 2),
    "an unknown tag handle": ("a: !b!c d\n", 1),
    "a list as key": ("[a]: b\n", 1),
    "a merge of what is no mapping": ("a:\n  <<: b\n", 2),
    "a tagged key": ("!a b: c\n", 1),
    "a tagged key of an ordered mapping": ("a: !!omap [!b c: d]\n", 1),
    "a key of two lines in braces": ("a: {b\n  c: d}\n", 2),
    "a tagged alias in brackets": ("a: &b 1\nc: [!t *b]\n", 2),
    "an unknown alias in brackets": ("a: [*b]\n", 1),
    "a second document in text": ("a\n--- b\n", 2),
    "a first line of spaces in literal text": ("a: |\n    \n  x\n", 3),
    "an outdented line in literal text": ("a: |\n   x\n  y\n", 3),
    "a key of two lines": ("a\n b: c\n", 2),
    "a key without end": (f"{'a' * 2000}: b\n", 1),
    "a key without end in braces": (f"a: {{{'b' * 2000}: c}}\n", 1),
    "two documents": ("--- a\n--- b\n", 2),
    "a second document after the end": ("---\na: b\n...\n---\nc: d\n", 4),
    "a control character": ("a: \x07\n", None),
    "broken UTF-8": (b"a: \xff\n", None),
    "half a surrogate pair": ("a: \ud800\n", None),
    "a bad escape": ('a: "\\q"\n', 1),
    "a day that does not exist": ("a: 2001-13-45\n", None),
    "no integer": ("a: !!int x\n", None),
    "no text for an integer": ("a: !!int ''\n", None),
    "no timestamp": ("a: !!timestamp x\n", None),
    "no base64": ("a: !!binary x\n", 1),
    "no ordered mapping": ("a: !!omap {b: c}\n", 1),
    "a directive of its own": ("%FOO\n---\na: b\n", 1),
    "a YAML of another age": ("%YAML 2.0\n---\na: b\n", 1),
    "a tag handle twice": ("%TAG ! a:\n%TAG ! b:\n---\nc: d\n", 2),
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_construct_is_read_as_asdf_reads_it(text):
    expected = load_with_asdf(text)
    assert expected is not REFUSED
    assert_same(load(text), expected)


@pytest.mark.parametrize("text", COMMON.values(), ids=COMMON)
def test_common_construct_is_read_by_the_quick_reader_as_asdf_reads_it(text):
    assert_same(Reader(Document(text)).read(), yaml.load(text, Loader=AsdfLoader))


@pytest.mark.parametrize(("text", "line"), REFUSALS.values(), ids=REFUSALS)
def test_what_asdf_refuses_is_refused_with_its_line(text, line):
    assert load_with_asdf(text) is REFUSED
    with pytest.raises(YamlError) as caught:
        load(text)
    assert caught.value.line == line
    told = printable(caught.value.message)
    assert str(caught.value) == (told if line is None else f"line {line}: {told}")


def test_error_is_one_of_ours_and_a_value_error_and_pickles():
    error = YamlError("wrong", 3)
    assert isinstance(error, RomanCalModelsError) and isinstance(error, ValueError)
    again = pickle.loads(pickle.dumps(error))
    assert (again.message, again.line, str(again)) == ("wrong", 3, "line 3: wrong")


@pytest.mark.parametrize("text", ["[" * 200_000 + "]" * 200_000, "- " * 100_000 + "a\n", "{a: " * 50_000])
def test_abysmal_nesting_is_refused_and_leaves_the_process_alive(text):
    with pytest.raises(YamlError, match="nested more than 999 deep"):
        load(text)


@pytest.mark.parametrize("text", ["[" * 1000 + "]" * 1000, "- " * 1000 + "a\n", "{a: " * 1000 + "}" * 1000])
def test_the_limit_of_nesting_is_ours_and_not_that_of_a_libyaml(text):
    with pytest.raises(YamlError, match="nested more than 999 deep"):
        load(text)


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000 + "a\n", "a:\n  - " + "[a, [{b: " * 2000])
def test_nesting_beyond_a_limit_is_told_whatever_else_is_wrong(text):
    with pytest.raises(YamlLimitError, match="nested more than 40 deep"):
        load(text, Limits(depth=40, nodes=10**6, items=10**6))


def test_a_limit_beyond_what_can_be_read_is_the_latter():
    with pytest.raises(YamlError, match="nested more than 999 deep"):
        load("[" * 1500 + "]" * 1500, Limits(depth=2000, nodes=10**6, items=10**6))


@pytest.mark.parametrize("text", ["- a\n" * 200 + '- "open\n', "[1], " * 200 + "\n[", "a: [" + "[], " * 200 + "}"])
def test_a_broken_text_is_not_taken_for_a_deep_one(text):
    with pytest.raises(YamlError) as caught:
        load(text, Limits(depth=40, nodes=10**6, items=10**6))
    assert "nested" not in str(caught.value)


def test_what_python_cannot_follow_is_an_error_of_ours():
    with pytest.raises(YamlError, match="nested deeper than Python can follow"):
        load("{<<: " * 900 + "{a: 1}" + "}" * 900)


def test_nesting_that_pyyaml_bears_is_read():
    assert_read_as_asdf_reads("[" * 900 + "]" * 900)


def test_merging_without_measure_is_refused():
    lines = ["a0: &a0 {" + ", ".join(f"k{i}: 1" for i in range(9)) + "}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 12)]
    with pytest.raises(YamlError, match="merges more than"):
        load("\n".join(lines))


def test_entries_that_no_merge_repeats_are_not_counted_as_merged():
    many = "{" + ", ".join(f"k{i}: 1" for i in range(200_000)) + "}"
    assert len(load(f"a: &a {many}\nb: [*a, *a, *a, *a, *a, *a]\n", Limits(10, 10**7, 10**7))["a"]) == 200_000


def test_a_mapping_that_merges_itself_is_read_or_refused_as_asdf_does_it():
    assert_read_as_asdf_reads("a: &a {<<: *a, b: 1}\n")


def test_lists_written_alike_are_not_one_list():
    first, second = load("- [1, 2]\n- [1, 2]\n"), load("- [1, 2]\n- [1, 2]\n")
    first[0].append(3)
    assert (first[1], second) == ([1, 2], [[1, 2], [1, 2]])


def test_python_tags_build_no_python_object():
    value = load("!!python/object/apply:os.getcwd []\n")
    assert type(value) is TaggedSequence and value == []
    assert value.tag == "tag:yaml.org,2002:python/object/apply:os.getcwd"


# Tagged values


@pytest.mark.parametrize(
    "value", [TaggedMapping({"a": [1]}, "t"), TaggedSequence([1, {}], "t"), TaggedScalar("a", "t")], ids=repr
)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_tagged_value_is_copied_and_pickled_with_its_tag(value, again):
    result = again(value)
    assert (type(result), result, result.tag) == (type(value), value, "t")


def test_tagged_values_equal_plain_ones_and_have_no_other_attributes():
    mapping, sequence, scalar = load("- !t {a: 1}\n- !t [a]\n- !t a\n")
    assert (mapping, sequence, scalar) == ({"a": 1}, ["a"], "a")
    assert [hasattr(value, "__dict__") for value in (mapping, sequence, scalar)] == [False, False, False]


# Made documents

STARTS = [
    "",
    "a: ",
    "a:\n  b: ",
    "- ",
    "- a: ",
    "a: [",
    "a: {b: ",
    "a: &a [1]\nb: ",
    "%YAML 1.1\n%TAG ! t:\n--- !u\na: ",
]

texts = st.one_of(
    st.text(max_size=12),
    st.text("ab -:#,[]{}'\"\\\n?!&*|>%@`~=<.01", max_size=12),
    st.sampled_from(
        ["yes", "null", "1.5", "1e5", "0x1F", "2001-01-01", "1:30", "<<", "=", "~", "-", ".", "---", "..."]
    ),
    st.text("ab\n ", min_size=20, max_size=120),
)
keys = st.one_of(texts, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False), st.dates())
scalars = st.one_of(keys, texts, st.floats(), st.datetimes(), st.binary(max_size=20), st.integers(-(10**40), 10**40))
tags = st.sampled_from(["tag:stsci.edu:asdf/core/x-1.0.0", "asdf://a/b-2.1.0", "!local", "tag:stsci.edu:asdf/y"])


def tagged(kind, values):
    return st.builds(kind, values, tags)


def collections(children):
    lists, mappings = st.lists(children, max_size=5), st.dictionaries(keys, children, max_size=5)
    return st.one_of(
        *(lists, mappings, tagged(TaggedList, lists), tagged(TaggedDict, mappings)),
        *(children.map(lambda child: [child, child]), mappings.map(OrderedDict)),
    )


def tagged_text(text, tag):
    value = TaggedString(text)
    value._tag = tag
    return value


trees = st.recursive(st.one_of(scalars, st.builds(tagged_text, texts, tags)), collections, max_leaves=20)


@settings(max_examples=300, deadline=None)
@given(
    tree=trees,
    flow=st.sampled_from([None, False, True]),
    style=st.sampled_from([None, None, '"', "'", "|", ">"]),
    width=st.sampled_from([20, 80, 1000]),
    indent=st.sampled_from([None, 4]),
    unicode=st.booleans(),
)
def test_dumped_tree_is_read_as_asdf_reads_it(tree, flow, style, width, indent, unicode):
    class Dumper(AsdfDumper):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            self.default_flow_style = flow

    assert_read_as_asdf_reads(
        yaml.dump(
            tree,
            Dumper=Dumper,
            default_style=style,
            width=width,
            indent=indent,
            allow_unicode=unicode,
            version=(1, 1),
            tags={"!": "tag:stsci.edu:asdf/"},
            explicit_start=True,
            explicit_end=True,
        )
    )


@settings(max_examples=300, deadline=None)
@given(tree=trees.filter(lambda tree: "Tagged" not in repr(type(tree))), flow=st.sampled_from([None, False, True]))
def test_safely_dumped_tree_is_read_as_asdf_reads_it(tree, flow):
    assert_read_as_asdf_reads(yaml.dump(untagged(tree), Dumper=yaml.SafeDumper, default_flow_style=flow))


def untagged(tree):
    if isinstance(tree, dict | TaggedDict):
        return {key: untagged(value) for key, value in tree.items()}
    if isinstance(tree, list | TaggedList):
        return [untagged(item) for item in tree]
    return str(tree) if isinstance(tree, TaggedString) else tree


@settings(max_examples=1000, deadline=None)
@given(
    start=st.sampled_from(STARTS), pieces=st.lists(st.sampled_from(PIECES), max_size=9), end=st.sampled_from(["\n", ""])
)
def test_random_text_is_read_or_refused_as_asdf_does(start, pieces, end):
    assert_read_as_asdf_reads(start + "".join(pieces) + end)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_broken_header_is_read_or_refused_as_asdf_does(data, image_header):
    lines = image_header.decode().split("\n")
    first = data.draw(st.integers(6, len(lines) - 30))
    lines = [*lines[:5], *lines[first : first + 25], "...", ""]
    at = data.draw(st.integers(5, len(lines) - 3))
    cut, skip = data.draw(st.integers(0, len(lines[at]))), data.draw(st.integers(0, 3))
    lines[at] = lines[at][:cut] + data.draw(st.sampled_from(["", *PIECES])) + lines[at][cut + skip :]
    assert_read_as_asdf_reads("\n".join(lines))


@given(st.text("yesnoftrulaYESNOFTRULA~.+-0123456789_:xabeTZ ", min_size=1, max_size=12).map(str.strip).filter(bool))
@settings(max_examples=500, deadline=None)
def test_plain_scalar_means_what_it_means_to_asdf(text):
    assert_read_as_asdf_reads(f"a: {text}\n{text}: [{text}]\n")


def test_comparison_tells_apart_what_must_differ():
    for ours, theirs in [
        *((1, True), (1, 1.0), (0.0, -0.0), (TaggedScalar("a", "t"), "a"), ({"a": 1, "b": 2}, {"b": 2, "a": 1})),
        *((TaggedSequence([], "t"), TaggedList([], "u")), (datetime(2001, 1, 1), date(2001, 1, 1))),
    ]:
        with pytest.raises(AssertionError):
            assert_same(ours, theirs)
    shared = [1]
    with pytest.raises(AssertionError):
        assert_same([shared, shared], [[1], [1]])
    with pytest.raises(AssertionError):
        assert_same([[1], [1]], [shared, shared])


def test_containers_of_a_tree_are_met_once_each_however_deep() -> None:
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    assert sum(1 for _ in containers(deep)) == 100_001
    shared = {"a": 1}
    behind = {"again": shared}
    assert list(containers([shared, behind, "text"])) == [[shared, behind, "text"], behind, shared]
    assert list(containers([[1], [2]], enter=lambda value: value != [[1], [2]])) == [[[1], [2]]]
