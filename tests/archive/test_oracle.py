"""Every archive column of every kind of file, against another reading: RAD's text, and values as asdf reads them."""

from __future__ import annotations

import datetime
import json
import math
import re
import warnings
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
from astropy.time import Time
from astropy.units import second

from roman_cal_models import archive
from tests.peer import TAGS, WriteFile, newest_tags, peer_fake, plain, short

from .test_mapping import SCHEMAS, archive_catalog, properties, read

BITS = {"tinyint": (0, 2**8), "smallint": (2**15, 2**15), "int": (2**31, 2**31), "bigint": (2**63, 2**63)}

Cells = dict[tuple[str, str], Any]


def expected(path: Path) -> Cells:
    """Return what the tables should hold of a file, by the text of its schemas."""
    with warnings.catch_warnings():
        # the peer warns of old tags
        warnings.simplefilter("ignore")
        with asdf.open(path) as file:
            tree = plain(file["roman"])
    (tag,) = re.findall(rb"^roman: !<([^>]+)>", path.read_bytes(), re.MULTILINE)
    found: Cells = {}
    for name, place in properties(read(f"{SCHEMAS}{tag.decode().removeprefix(TAGS)}")):
        catalog = archive_catalog(place)
        for destination in catalog["destination"] if catalog else ():
            table, column = destination.split(".")
            found[table, column] = stored(value_at(tree, name), catalog["datatype"])
    return found


def value_at(tree: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(tree, dict) or name not in tree:
            return None
        tree = tree[name]
    return tree


def stored(value: Any, datatype: str) -> Any:
    """Return a value as a column holds it; None for one that does not fit."""
    if value is None:
        return None
    if datatype in BITS:
        below, above = BITS[datatype]
        return int(value) if value == int(value) and -below <= value < above else None
    if datatype == "float":
        return float(value) if math.isfinite(value) else None
    if datatype == "datetime2":
        year, month, day, hour, minute, seconds = value.utc.ymdhms.tolist()
        # a nanosecond is more than what a time of astropy is wrong by
        part = datetime.timedelta(microseconds=math.floor(seconds * 1e6 + 1e-3))
        return datetime.datetime(year, month, day, hour, minute) + part
    if isinstance(value, bool):
        text = "FT"[value]
    elif isinstance(value, str):
        text = value
    elif isinstance(value, (dict, list)):
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    else:
        text = str(value)
    size = re.fullmatch(r"n(?:var)?char\((\d+|max)\)", datatype)
    assert size, datatype
    return text if size[1] == "max" or len(text) <= int(size[1]) else None


def ours(path: Path) -> tuple[Cells, set[tuple[str, str]]]:
    rows = archive.rows(path, tables="all")
    refused = {(problem.table, problem.column) for problem in rows.problems}
    return {(table, column): value for table, row in rows.items() for column, value in row.items()}, refused


@pytest.mark.parametrize("tag", newest_tags(), ids=short)
def test_every_column_holds_what_the_schemas_say(tag: str, peer_file: WriteFile) -> None:
    path = peer_file(tag)
    found, refused = ours(path)
    assert found == expected(path)
    assert all(found[place] is None for place in refused)


def change(tree: Any, chance: np.random.Generator) -> None:
    """Give the leaves of a tree other values of their kinds, some of which fit nowhere."""
    # the peer's nodes give out copies of what they hold
    members = getattr(tree, "_data", tree)
    for name, value in list(members.items()):
        if isinstance(value, dict) or hasattr(value, "_data"):
            change(value, chance)
        elif isinstance(value, Time):
            scale = str(chance.choice(["utc", "tai", "tt"]))
            # asdf writes as many digits as its precision says
            start = Time("2026-05-04T03:02:01", precision=int(chance.integers(6, 10)))
            members[name] = getattr(start + chance.random() * second, scale)
        elif isinstance(value, bool):
            members[name] = bool(chance.integers(2))
        elif type(value) is int and abs(value) != 1:  # a sign is one
            members[name] = int(chance.choice([7, -1, 255, 256, 32767, 32768, 2**31, -(2**31)]))
        elif type(value) is float:
            members[name] = float(chance.choice([0.1, -1e300, 2.5, 3.0]))
        elif value == "?":
            members[name] = "é" * int(chance.integers(1, 3))


@pytest.mark.parametrize("family", ["wfi_image", "wfi_mosaic", "mosaic_source_catalog"])
def test_other_values_are_held_as_well(family: str, tmp_path: Path) -> None:
    (tag,) = (tag for tag in newest_tags() if tag.startswith(f"{TAGS}{family}-"))
    model = peer_fake(tag)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        change(model._instance._data["meta"], np.random.default_rng(1))
        path = tmp_path / "changed.asdf"
        asdf.AsdfFile({"roman": model._instance}).write_to(path)
        found, refused = ours(path)
        assert found == expected(path)
    assert refused
    assert any(time.microsecond % 1000 for time in found.values() if isinstance(time, datetime.datetime))
