"""One meaning of valid: our checks and asdf's validation agree on files of which one leaf is broken."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import asdf
import numpy as np
import pytest

import roman_cal_models as rcm
from tests.peer import SHAPE, TAGS, WriteFile, newest_tags, short

# asdf takes a second and more for a catalogue, with its hundreds of columns
MUTATIONS, MUTATIONS_OF_A_CATALOG = 8, 2

# RAD allows strings of at most 1000 characters
LONG = "x" * 2000

Break = Callable[[Any, Any], None]


def asdf_accepts(node: Any) -> bool:
    """Return the verdict of asdf's validation, by the schemas that asdf loads itself."""
    try:
        asdf.AsdfFile({"roman": node}, extensions=rcm.get_asdf_extensions()).validate()
    except asdf.ValidationError:
        return False
    return True


def places(container: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """Yield every place of a tree: its container, its key and its path."""
    pairs = list(container.items()) if isinstance(container, dict) else list(enumerate(container))
    for key, value in pairs:
        yield container, key, (*path, key)
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, key))


def breakages(value: Any) -> dict[str, Any]:
    """Return what to put in place of a value, by the name of the fault."""
    if isinstance(value, np.ndarray):
        other = np.ones(value.shape, "int16" if value.dtype == "float64" else "float64")
        return {"dtype": other, "ndim": value[None], "no array": "array", "list": [1, 2]}
    if isinstance(value, str):
        return {"type": 5, "no such word": "NOT ONE OF THEM", "too long": LONG, "empty": "", "null": None}
    if isinstance(value, bool):
        return {"type": "yes", "number": 1}
    if isinstance(value, (int, float)):
        return {"type": "many", "boolean": True, "fraction": 1.5, "huge": 10**12, "low": -(10**12)}
    if isinstance(value, dict):
        return {"type": "word", "empty": {}, "list": []}
    if isinstance(value, list):
        return {"type": "word", "empty": [], "wrong item": [{"a": 1}], "long": [5] * 100}
    return {"type": 5, "text": "2020-01-01T00:00:00"}


def mutations(model: rcm.DataModel, chance: random.Random) -> Iterator[tuple[str, Any]]:
    """Yield trees with one fault each, with its description."""
    every = list(places(model.node))
    for _ in range(MUTATIONS_OF_A_CATALOG if "catalog" in model.tag else MUTATIONS):
        container, key, path = chance.choice(every)
        value = container[key]
        faults = {**breakages(value), "missing": None, "extra": None}
        fault = chance.choice(sorted(faults))
        if fault in ("missing", "extra") and not isinstance(container, dict):
            fault = sorted(breakages(value))[0]
        if fault == "missing":
            order = dict(container)
            del container[key]
            yield f"{path} missing", model.node
            container.clear()
            container.update(order)
        elif fault == "extra":
            container["made_up_here"] = 1
            yield f"{path[:-1]} with an extra name", model.node
            del container["made_up_here"]
        else:
            container[key] = faults[fault]
            yield f"{path}: {fault}", model.node
            container[key] = value


@pytest.mark.parametrize("tag", [*newest_tags(), TAGS + "wfi_image-1.0.0", TAGS + "ramp-1.0.0"], ids=short)
def test_our_checks_and_asdfs_agree_on_broken_files(tag: str, peer_file: WriteFile) -> None:
    chance = random.Random(tag)
    disagreements = []
    with rcm.open(peer_file(tag)) as model, rcm.config(validate_assignment="off", unknown="ignore"):
        assert model.problems() == []
        assert asdf_accepts(model.node)
        for description, node in mutations(model, chance):
            problems = node.problems()
            if asdf_accepts(node) != (problems == []):
                disagreements.append((description, [str(problem) for problem in problems]))
        assert model.problems() == []
    assert disagreements == []


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        ("meta.exposure.nresultants", "many", "type"),
        ("meta.instrument.detector", "WFI99", "enum"),
        ("meta.telescope", "R" * 99, "enum"),
        ("meta.filename", "f" * 999, "maxLength"),
        ("data", np.zeros(SHAPE[:2], "f8"), "datatype"),
        ("data", np.zeros((4, 4, 4), "f4"), "ndim"),
        ("data", "array", "tag"),
        ("meta.exposure", {}, "required"),
    ],
)
def test_a_fault_has_its_path_and_kind(path: str, value: Any, kind: str, peer_file: WriteFile) -> None:
    *parents, name = path.split(".")
    with rcm.open(peer_file(next(tag for tag in newest_tags() if "/wfi_image-" in tag))) as model:
        holder: Any = model.node
        for parent in parents:
            holder = holder[parent]
        with rcm.config(validate_assignment="off"):
            holder[name] = value
        found = model.problems()
    assert {problem.kind for problem in found} == {kind}
    assert all(problem.path[: len(parents) + 1] == tuple(path.split(".")) for problem in found)
