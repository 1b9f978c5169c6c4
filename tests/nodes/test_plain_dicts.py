"""`to_dict` gives what libraries written in C can read: they look into a dict without asking it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pyarrow as pa
import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.scalar_node import ScalarNode

pytestmark = pytest.mark.newest_rad

ENCODERS: dict[str, Callable[[Any], bytes | str]] = {
    "json": lambda value: json.dumps(value, default=str),
    "msgspec": lambda value: msgspec.json.encode(value, enc_hook=str),
    "orjson": lambda value: orjson.dumps(value, default=str),
}


@pytest.fixture(params=["model", "header"])
def node(request: pytest.FixtureRequest, new_file: Path) -> Iterator[Any]:
    if request.param == "header":
        yield rcm.read_header(new_file).node
    else:
        with rcm.open(new_file) as model:
            yield model.node


@pytest.mark.parametrize("encoder", ENCODERS)
def test_encoders_meet_the_values(encoder: str, node: Any) -> None:
    found = json.loads(ENCODERS[encoder](node.meta.to_dict()))
    assert found["cal_step"] == dict(node.meta.cal_step)
    assert found["exposure"]["read_pattern"] == node.meta.exposure.read_pattern
    assert found["file_date"] == str(node.meta.file_date)


def test_tables_meet_the_values(node: Any) -> None:
    table = pa.Table.from_pylist([node.meta.instrument.to_dict(), node.meta.instrument.to_dict()])
    assert table.column("detector").to_pylist() == [node.meta.instrument.detector] * 2


def test_it_holds_plain_values_only(old_file: Path) -> None:
    def check(value: Any) -> None:
        assert type(value) in (dict, list) or not isinstance(value, (dict, list, ScalarNode))
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(item)

    with rcm.open(old_file) as model:
        assert isinstance(model.meta.telescope, ScalarNode)
        check(model.node.to_dict())


def test_it_is_no_part_of_the_node() -> None:
    exposure = rcm.Exposure(read_pattern=[[1], [2, 3]])
    exposure.to_dict()["read_pattern"][0].append(4)
    assert exposure.read_pattern == [[1], [2, 3]]
