"""Files that we write, and the same files as asdf writes them."""

from __future__ import annotations

import io
from typing import Any

import asdf
import numpy as np

from roman_cal_models.asdf_bridge import settled_config
from roman_cal_models.blocks.writing import write_blocks
from roman_cal_models.extension.array_writing import ArraysOfFile, lent_extensions
from roman_cal_models.schema import installed

MANIFEST = str(installed().store.manifests[-1].uri)


def by_us(tree: dict[str, Any], inline: int | None = None, compression: str | None = None) -> bytes:
    stream = io.BytesIO()
    with ArraysOfFile(compression, {}, inline) as arrays, settled_config(), lent_extensions(MANIFEST, arrays) as more:
        asdf.AsdfFile(tree, extensions=more).write_to(stream)
        write_blocks(stream, arrays.blocks)
    return stream.getvalue()


def by_asdf(tree: dict[str, Any], inline: int | None = None) -> bytes:
    stream = io.BytesIO()
    with settled_config() as config:
        config.array_inline_threshold = inline
        asdf.AsdfFile(tree).write_to(stream)
    return stream.getvalue()


def header(content: bytes) -> dict[str, Any]:
    """What the YAML says, but for the order of keys, and the history, which is compared on its own."""
    tree = asdf.util.load_yaml(io.BytesIO(content), tagged=True)
    return {name: (getattr(value, "_tag", None), value) for name, value in tree.items() if name != "history"}


def same(one: Any, two: np.ndarray) -> None:
    assert one.dtype == two.dtype
    assert np.array_equal(one, two, equal_nan=two.dtype.kind in "fc")
