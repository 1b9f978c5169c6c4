"""Arrays of all kinds, read without asdf: the same as asdf reads them."""

from __future__ import annotations

import io
from typing import Any

import asdf
import numpy as np
import pytest
from asdf.extension import Compressor, Extension

import roman_cal_models as rcm

from .hostile import array, block, file

# the files of these tests bear tags of the newest RAD
pytestmark = pytest.mark.newest_rad

FIELDS = np.array(
    [(1, 2.5, b"abc", "xyz"), (3, 4.5, b"d", "é")], [("a", "<i4"), ("b", ">f8"), ("c", "S3"), ("d", "<U3")]
)
BASE = np.arange(48, dtype=np.int16).reshape(6, 8)
NESTED = np.zeros(2, [("a", [("b", "<f4", (2, 3)), ("c", ">u2")]), ("d", "?")])

ARRAYS: dict[str, Any] = {
    **{
        name: np.arange(6).reshape(2, 3).astype(name) for name in ("int8", ">u2", "<i8", ">f4", "<f8", "complex64", "?")
    },
    "half": np.arange(6, dtype=np.float16),
    "fields": FIELDS,
    "nested fields": NESTED,
    "a field": FIELDS["b"],
    "bytes": np.array([b"a", b"bcd"]),
    "text": np.array(["a", "bcd", "é"]),
    "empty": np.zeros((0, 4)),
    "a number": np.array(4.5),
    "columns first": np.asfortranarray(BASE),
    "turned": BASE.T,
    "part": BASE[1:5:2, ::-3],
    "masked": np.ma.masked_greater(np.arange(8.0), 5),
    "fields of a mask": np.ma.masked_equal(np.array([1, 2, 3]), 2),
}


def written(value: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    with asdf.config_context() as config:
        config.default_array_save_base = True
        tagged = asdf.tagged.TaggedDict({"meta": {"filename": "a.asdf"}, "data": value}, TAG)
        asdf.AsdfFile({"roman": Raw(tagged)}, extensions=[RawExtension()]).write_to(stream, **options)
    return stream.getvalue()


TAG = "asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0"
"""Of a file that is not valid, and of which nobody asks that."""


class Raw:
    """A tree that is written as it is."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree


class RawConverter(asdf.extension.Converter):
    tags = (TAG,)
    types = (Raw,)

    def to_yaml_tree(self, obj: Raw, tag: str, ctx: Any) -> Any:
        return dict(obj.tree)

    def from_yaml_tree(self, node: Any, tag: str, ctx: Any) -> Any:
        return dict(node)


class RawExtension(Extension):
    extension_uri = "asdf://example.org/extensions/raw-1.0.0"
    tags = (asdf.extension.TagDefinition(TAG),)
    converters = (RawConverter(),)


def by_asdf(content: bytes) -> Any:
    with asdf.open(io.BytesIO(content), extensions=[RawExtension()]) as opened:
        found = opened["roman"]["data"]
        return np.ma.copy(found[...]) if isinstance(found[...], np.ma.MaskedArray) else np.array(found)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ma.MaskedArray) != isinstance(other, np.ma.MaskedArray):
        return False
    if isinstance(one, np.ma.MaskedArray) and not np.array_equal(np.ma.getmaskarray(one), np.ma.getmaskarray(other)):
        return False
    return one.dtype == other.dtype and one.shape == other.shape and repr(one.tolist()) == repr(other.tolist())


@pytest.mark.parametrize("compression", [None, "lz4", "zlib", "bzp2"])
@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_is_read_as_asdf_reads_it(name: str, compression: str | None) -> None:
    content = written(ARRAYS[name], all_array_compression=compression)
    assert same(rcm.open(content).data, by_asdf(content))


@pytest.mark.parametrize("name", [name for name in ARRAYS if name not in ("masked", "fields of a mask")])
def test_an_array_is_mapped_as_it_is_read(name: str, tmp_path: Any) -> None:
    content = written(ARRAYS[name])
    (tmp_path / "a.asdf").write_bytes(content)
    assert same(rcm.open(tmp_path / "a.asdf", memmap=True).data, by_asdf(content))


@pytest.mark.parametrize("name", ["int8", "fields", "part", "text", "columns first"])
def test_an_array_that_was_read_can_be_changed(name: str) -> None:
    data = rcm.open(written(ARRAYS[name])).data
    data[0] = data[-1]
    assert data[0].tolist() == data[-1].tolist()


@pytest.mark.parametrize(
    ("text", "blocks"),
    {
        "streamed": (array("['*', 3]"), [block(bytes(range(12)), flags=1, used=0, size=0)]),
        "streamed, of a known shape": (array("[4, 3]"), [block(bytes(range(12)), flags=1, used=0, size=0)]),
        "as long as its block": (array("['*']", "int16", "big"), [block(bytes(range(12)))]),
        "the last block": (array("[4]", source=-1), [block(bytes(8)), block(bytes(range(4)))]),
        "from the end": (array("[4]", source=-2), [block(bytes(range(4))), block(bytes(8))]),
        "behind others": (array("[4]", offset=4), [block(bytes(range(12)))]),
        "a mask that is a number": (array("[4]", mask=2), [block(bytes(range(4)))]),
        "a mask that is nan": (array("[2]", "float32", mask=".nan"), [block(bytes(8))]),
        "a mask in a block": (array("[2]", mask=array("[2]", "bool8", source=1)), [block(b"ab"), block(b"\0\1")]),
        "a mask in the header": (array("[2]", mask="!core/ndarray-1.1.0 {data: [true, false]}"), [block(b"ab")]),
    }.values(),
)
def test_an_array_of_a_rare_kind_is_read_as_asdf_reads_it(text: str, blocks: list[bytes]) -> None:
    content = file(text, *blocks)
    assert same(rcm.open(content).data, by_asdf(content))


class Turning(Compressor):
    """Turns each bit round."""

    label = b"turn"

    def compress(self, data: memoryview, **kwargs: Any) -> Any:
        yield bytes(255 - byte for byte in bytes(data))

    def decompress(self, data: Any, out: Any, **kwargs: Any) -> int:
        content = bytes(255 - byte for piece in data for byte in bytes(piece))
        memoryview(out).cast("B")[: len(content)] = content
        return len(content)


class TurningExtension(Extension):
    extension_uri = "asdf://example.org/extensions/turning-1.0.0"
    compressors = (Turning(),)


def test_a_compression_of_an_extension_is_read() -> None:
    with asdf.config_context() as config:
        config.add_extension(TurningExtension())
        content = written(BASE, all_array_compression="turn")
        assert np.array_equal(rcm.open(content).data, BASE)
    with pytest.raises(rcm.ForeignValueError, match="is compressed as b'turn', which is unknown"):
        _ = rcm.open(content).data


def test_arrays_of_one_block_in_a_table_are_those_that_were_written() -> None:
    from astropy.table import Table

    table = Table(FIELDS)
    found = rcm.open(written(table)).data
    assert found.colnames == table.colnames
    assert all((found[name] == table[name]).all() for name in table.colnames)
