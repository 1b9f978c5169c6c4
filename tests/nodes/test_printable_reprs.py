"""No `repr` or text of what came from a file commands the terminal that it is printed on."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import roman_cal_models as rcm

EVIL = r"a\e]0;pwned\a\u009b31m\u202e\u2028b\nFORGED: all is well"
ARRAY = "!core/ndarray-1.1.0 {source: 0, byteorder: little,"
TIME = "!<tag:stsci.edu:asdf/time/time-1.4.0>"
BYTES = rf"""#ASDF 1.0.0
#ASDF_STANDARD 1.6.0
%YAML 1.1
%TAG ! tag:stsci.edu:asdf/
--- !core/asdf-1.1.0
asdf_library: !core/software-1.0.0 {{author: x, homepage: x, name: "{EVIL}", version: "{EVIL}"}}
roman: !<asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0>
  "{EVIL}": "{EVIL}"
  data: {ARRAY} datatype: "{EVIL}", shape: [4, 4]}}
  err: {ARRAY} datatype: float32, shape: ["{EVIL}", 4]}}
  dq: {ARRAY} datatype: [{{name: "{EVIL}", datatype: float32, byteorder: little}}], shape: [4]}}
  meta:
    filename: "{EVIL}"
    "{EVIL}": "{EVIL}"
    telescope: "{EVIL}"
    file_date: {TIME} "{EVIL}"
    odd: !<tag:stsci.edu:asdf/%1b%c2%9b%0afoo-1.0.0> {{"{EVIL}": 1}}
    ours: !<asdf://stsci.edu/datamodels/roman/tags/%1b%0afoo-1.0.0> {{a: 1}}
    exposure:
      read_pattern: [["{EVIL}"]]
      type: "{EVIL}"
      start_time: {TIME} {{value: "{EVIL}", format: "{EVIL}"}}
    cal_step: {{dark: "{EVIL}", "{EVIL}": COMPLETE}}
...
""".encode()


@pytest.fixture(params=[rcm.open, rcm.read_header], ids=["model", "header"])
def tree(request: pytest.FixtureRequest) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rcm.NewerVersionWarning)
        yield request.param(BYTES)


TEXTS: dict[str, Callable[[Any], object]] = {
    "the top": lambda tree: tree,
    "its node": lambda tree: tree.node if hasattr(tree, "node") else tree._node,
    "meta": lambda tree: tree.meta,
    "a section": lambda tree: tree.meta.exposure,
    "a list": lambda tree: tree.meta.exposure.read_pattern,
    "a missing key": lambda tree: _error(lambda: tree.meta.no_such),
    "a missing index": lambda tree: _error(lambda: tree.meta.exposure.read_pattern[7]),
    "an array": lambda tree: _error(lambda: tree.data),
    "a shape": lambda tree: _error(lambda: tree.err),
    "fields": lambda tree: _error(lambda: tree.dq),
    "a time": lambda tree: _error(lambda: tree.meta.file_date),
    "a time in parts": lambda tree: _error(lambda: tree.meta.exposure.start_time),
    "a foreign object": lambda tree: _error(lambda: tree.meta.odd),
    "a node of no known family": lambda tree: _error(lambda: tree.meta.ours),
    "what waits": lambda tree: list(dict.values(tree.meta)),
    "problems": lambda tree: "".join(map(str, tree.problems())),
    "validate": lambda tree: _error(lambda: tree.node.validate()),
    "describe": lambda tree: _error(lambda: rcm.WfiImage.describe("\x1b\n\u202e")),
    "no such attribute": lambda tree: _error(lambda: getattr(tree, "_\x1b\n\u202e")),
}


def _error(ask: Callable[[], object]) -> object:
    """Return what is given, or the error in its place."""
    try:
        return ask()
    except Exception as error:
        return error


@pytest.mark.filterwarnings("ignore::asdf.exceptions.AsdfWarning")  # asdf has its own words for an unknown tag
@pytest.mark.parametrize("what", TEXTS)
def test_neither_text_nor_repr_commands_a_terminal(what: str, tree: Any) -> None:
    found = TEXTS[what](tree)
    lines = [line for text in (repr(found), str(found)) for line in text.split("\n")]
    assert [line for line in lines if not line.isprintable() or line.startswith("FORGED")] == []


@pytest.mark.parametrize("what", ["data", "err", "dq", "file_date", "odd", "ours"])
def test_what_waits_to_be_built_is_told_without_commands(what: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rcm.NewerVersionWarning)
        model = rcm.open(BYTES)
        raw = dict.get(model.node, what) or dict.get(model.node["meta"], what)
    assert repr(raw).isprintable()


def test_differences_are_a_line_each() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rcm.NewerVersionWarning)
        found = rcm.diff(rcm.read_header(BYTES).meta, rcm.L2CalStep())
    assert len(str(found).split("\n")) == len(found) > 3
    assert all(line.isprintable() for line in str(found).split("\n"))
    assert all(line.isprintable() for line in repr(found).split("\n"))


def test_a_page_shows_no_command() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rcm.NewerVersionWarning)
        for page in (rcm.open(BYTES)._repr_html_(), rcm.read_header(BYTES)._repr_html_()):
            tree = page.partition("</style>")[2].partition("<script>")[0]
            assert "pwned" in tree
            assert all(line.isprintable() for line in tree.split("\n"))
