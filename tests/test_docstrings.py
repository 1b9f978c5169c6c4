"""Public names have docstrings with the parts that numpydoc asks for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from numpydoc.validate import Validator, validate

import roman_cal_models as rcm
from roman_cal_models.models.generated._index import MODULES as MODELS
from roman_cal_models.nodes.generated._index import MODULES as NODES

pytestmark = pytest.mark.once

# What is not asked for, and why; everything else that numpydoc knows is.
LEFT_OUT = {
    "ES01": "one line is enough where it says all",
    "EX01": "examples stand in the documentation, where they are run",
    "SA01": "what belongs together stands together in the reference",
    "RT01": "a first line that begins with Return says it, and the annotation the type: see the test below",
}

# These take what Python's own dicts and lists take, under the same names.
PYTHONS_OWN = ({*dir(dict)} | {*dir(list)}) - {*dir(object)}

# Their signatures are those of dict and list, which they extend; their docstrings name what users give.
OPEN_SIGNATURES = {"ObjectNode", "TaggedObjectNode", "ListNode"}


def _public() -> Iterator[str]:
    """Yield all that people reach by name; the generated classes are held by the generator's own tests."""
    modules = ("", ".archive", ".dqflags", ".testing")
    settings = ["roman_cal_models.settings.Config", "roman_cal_models.settings.Settings"]
    known = {*MODELS, *NODES, "__version__"}
    for module in modules:
        found = import_module(f"roman_cal_models{module}")
        names = getattr(found, "__all__", None) or dir(found)
        for name in sorted(set(names) - known):
            value = getattr(found, name)
            if inspect.isroutine(value) or inspect.isclass(value):
                yield f"{found.__name__}.{name}"
    yield from settings


def _with_members(name: str) -> Iterator[str]:
    yield name
    value = _loaded(name)
    if inspect.isclass(value):
        for member, raw in inspect.getmembers_static(value):
            code = raw.fget if isinstance(raw, property) else getattr(raw, "__func__", raw)
            ours = inspect.isfunction(code) and code.__module__.startswith("roman_cal_models")
            if ours and not member.startswith("_"):
                yield f"{name}.{member}"


def _loaded(name: str) -> Any:
    return Validator._load_obj(name)


CLASSES = {name for name in _public() if inspect.isclass(_loaded(name))}
NAMES = [member for name in _public() for member in _with_members(name)]


def _excused(name: str, code: str) -> bool:
    if code not in ("PR01", "PR02"):
        return code in LEFT_OUT
    owner, _, last = name.rpartition(".")
    if last in OPEN_SIGNATURES or (last in PYTHONS_OWN and owner in CLASSES):
        return True
    value = _loaded(name)
    # the parameters of an inherited constructor are described where it stands
    return inspect.isclass(value) and "__init__" not in vars(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_docstring_has_its_parts(name: str) -> None:
    found = [f"{code}: {text}" for code, text in validate(name)["errors"] if not _excused(name, code)]
    assert not found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_returned_is_told(name: str) -> None:
    if "RT01" in [code for code, _ in validate(name)["errors"]]:
        first = (inspect.getdoc(_loaded(name)) or "").partition("\n")[0]
        last = name.rpartition(".")[2]
        assert last in PYTHONS_OWN or re.match(r"Return |Yield ", first), first


def test_the_names_are_those_of_users() -> None:
    assert {"roman_cal_models.open", "roman_cal_models.DataModel.save", "roman_cal_models.archive.rows"} <= {*NAMES}
    assert {"roman_cal_models.dqflags.pixel", "roman_cal_models.testing.assert_node_equal"} <= {*NAMES}


@pytest.mark.parametrize("name", sorted({*MODELS, *NODES}))
def test_generated_classes_say_what_they_are(name: str) -> None:
    value = getattr(rcm, name)
    if inspect.isclass(value) and value.__module__.startswith("roman_cal_models"):
        own = value.__doc__
        assert own and own.strip() and own != rcm.ObjectNode.__doc__
