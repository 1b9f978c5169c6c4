"""Files that ``roman_datamodels`` writes, and trees held against those that it reads."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from astropy.table import Table
from astropy.time import Time
from astropy.units import Quantity
from gwcs.wcs import WCS

import roman_cal_models as rcm
from roman_cal_models.models.classes import model_class
from roman_cal_models.nodes.classes import class_name_of
from roman_cal_models.schema import installed

TAGS = "asdf://stsci.edu/datamodels/roman/tags/"
SHAPE = (8, 8, 8)

WriteFile = Callable[[str], Path]


def newest_tags() -> list[str]:
    """Return the tags of the newest manifest, each of a kind of files."""
    tags = sorted(installed().store.newest_manifest.schema_uris)
    assert tags
    return tags


def short(tag: str) -> str:
    return tag.removeprefix(TAGS)


def our_class(tag: str) -> type[rcm.DataModel]:
    uri = installed().store.schema_of(tag)
    assert uri is not None
    model = model_class(class_name_of(installed().document(uri)))
    assert model is not None
    return model


def peer_class(tag: str) -> Any:
    return getattr(peer, our_class(tag).__name__)


def peer_fake(tag: str) -> Any:
    with warnings.catch_warnings():
        # it warns of its own old tags
        warnings.simplefilter("ignore")
        return peer_class(tag).create_fake_data(tag=tag, shape=SHAPE)


@pytest.fixture(scope="session")
def peer_file(tmp_path_factory: pytest.TempPathFactory) -> WriteFile:
    """Path of the peer's file of a tag, written when it is first asked for. Nobody may change it."""
    folder = tmp_path_factory.mktemp("peer")

    def write(tag: str) -> Path:
        path: Path = folder / f"{short(tag).replace('/', '_')}.asdf"
        if not path.exists():
            model = peer_fake(tag)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model.save(path)
        return path

    return write


def peer_tree(model: Any) -> Any:
    """Return what a model of the peer holds, in plain containers."""
    return plain(model._instance)


def plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [plain(item) for item in value]
    return np.asarray(value) if type(value).__name__ == "NDArrayType" else value


def differences(one: Any, two: Any, path: str = "", ignore: Sequence[str] = ()) -> list[str]:
    """Return where two trees differ: values, array dtypes and shapes, and classes."""
    found = list(_differences(plain(one), plain(two), path))
    return [text for text in found if text.split(":")[0] not in ignore]


FILE_SAYS = (".meta.filename", ".meta.file_date")
"""What every save sets anew."""


def _differences(one: Any, two: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(two, dict):
        for key in sorted(one.keys() ^ two.keys()):
            yield f"{path}.{key}: only in the {'first' if key in one else 'second'}"
        for key in one.keys() & two.keys():
            yield from _differences(one[key], two[key], f"{path}.{key}")
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for index, pair in enumerate(zip(one, two, strict=True)):
            yield from _differences(*pair, f"{path}[{index}]")
    elif not _equal(one, two):
        yield f"{path}: {one!r} ({type(one).__name__}) is not {two!r} ({type(two).__name__})"


def _equal(one: Any, two: Any) -> bool:
    if isinstance(one, Time) and isinstance(two, Time):
        return str(one) == str(two) and one.scale == two.scale
    if type(one) is not type(two):
        return False
    if isinstance(one, Quantity):
        return bool(one.unit == two.unit) and _equal(one.value, two.value)
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and one.shape == two.shape and one.tobytes() == two.tobytes()
    if isinstance(one, WCS):
        return bool(np.array_equal(one(3.0, 5.0), two(3.0, 5.0)))
    if isinstance(one, Table):
        columns = [
            [(column.name, column.dtype, str(column.unit), column.tolist()) for column in each.columns.values()]
            for each in (one, two)
        ]
        return columns[0] == columns[1]
    if hasattr(one, "parameters") and hasattr(one, "n_inputs"):
        return bool(np.array_equal(one.parameters, two.parameters))
    return bool(one == two)


def leaves(value: Any) -> Iterator[Any]:
    """Yield everything in a tree that is no container."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def header_text(path: Path) -> str:
    """Return the YAML of a file."""
    return path.read_bytes().partition(b"\n...\n")[0].decode()


def roman_tags(path: Path) -> Counter[tuple[str, str]]:
    """Return the Roman tags of a file's YAML, each with the key that bears it."""
    found = re.findall(r"(?:(\w+): |- )!<(asdf://stsci\.edu/datamodels/roman/tags/[^>]+)>", header_text(path))
    assert found
    return Counter(found)
