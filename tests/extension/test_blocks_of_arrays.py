"""Arrays of all kinds in the files that we write: where they stand, and what their blocks are made of."""

from __future__ import annotations

import contextlib
import gc
import io
import weakref
from typing import Any

import asdf
import numpy as np
import pytest
from asdf.extension import Compressor, Extension

import roman_cal_models as rcm
from roman_cal_models.asdf_bridge import settled_config
from roman_cal_models.blocks.writing import write_blocks
from roman_cal_models.extension.array_writing import ArraysOfFile, lent_extensions
from roman_cal_models.extension.converters import serialised_type
from roman_cal_models.extension.trees import tagged_tree
from roman_cal_models.schema import installed
from roman_cal_models.sources.arrays import StoredArray
from roman_cal_models.sources.file_source import FileSource
from roman_cal_models.yaml import TaggedMapping
from tests.extension.written import MANIFEST, by_asdf, by_us, header, same


def test_a_masked_array_keeps_its_mask() -> None:
    array = np.ma.MaskedArray(np.arange(6.0).reshape(2, 3), [[True, False, False], [False, False, True]])
    assert header(by_us({"a": array})) == header(by_asdf({"a": array}))
    with asdf.open(io.BytesIO(by_us({"a": array}))) as file:
        found = file["a"][...]
        assert np.array_equal(found.mask, array.mask)
        assert np.array_equal(found.filled(0), array.filled(0))


def test_an_array_that_stands_at_two_places_has_one_block() -> None:
    array = np.arange(1000.0)
    content = by_us({"a": array, "b": [array]})
    assert content.count(b"\xd3BLK") == 1
    assert header(content) == header(by_asdf({"a": array, "b": [array]}))


def test_an_array_of_another_asdf_file_is_written() -> None:
    with asdf.open(io.BytesIO(by_asdf({"a": np.arange(1000.0)}))) as file:
        content = by_us({"a": file["a"]})
    with asdf.open(io.BytesIO(content)) as again:
        same(again["a"][...], np.arange(1000.0))


def test_the_history_names_no_extension_but_asdfs_own() -> None:
    model = rcm.ImageModel.create_fake_data(shape=(64, 64))
    stream = io.BytesIO(by_us({"a": np.arange(1000.0)}))
    with asdf.open(stream) as file:
        names = {entry["extension_uri"] for entry in file["history"]["extensions"]}
    assert names == {"asdf://asdf-format.org/core/extensions/core-1.6.0"}
    del model


# ---- how blocks are made


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).random(shape, np.float32)


def blocks_of(
    tree: dict[str, Any], compression: str | None = None, options: dict[str, Any] | None = None, **own: str | None
) -> list[Any]:
    """Return what a file's blocks are made of; `own` are compressions of single arrays."""
    with ArraysOfFile(compression, options or {}, None) as arrays, settled_config():
        arrays.compression_of = {id(tree[name]): wanted for name, wanted in own.items()}
        with lent_extensions(MANIFEST, arrays) as more:
            asdf.AsdfFile(tree, extensions=more).write_to(io.BytesIO())
        return arrays.blocks


@pytest.mark.parametrize("compression", ["lz4", "zlib", "bzp2", None])
def test_arrays_have_the_compression_that_was_asked_for(compression: str | None) -> None:
    with asdf.open(io.BytesIO(by_us({"a": noise(50, 50)}, compression=compression))) as file:
        assert file.get_array_compression(file["a"]) == compression


def test_auto_compresses_what_shrinks() -> None:
    with asdf.open(io.BytesIO(by_us({"a": np.zeros(9999), "b": noise(99, 99)}, compression="auto"))) as file:
        assert [file.get_array_compression(file[name]) for name in "ab"] == ["lz4", None]


def test_an_array_may_have_a_compression_of_its_own() -> None:
    tree = {name: np.zeros(9999) for name in "abc"}
    blocks = blocks_of(tree, "lz4", b="zlib", c=None)
    assert [block.compression.rstrip(b"\0") for block in blocks] == [b"lz4", b"zlib", b""]


def test_the_compressor_is_told_its_options() -> None:
    content = {level: written_with("zlib", {"level": level}) for level in (0, 9)}
    assert len(content[0]) > 80000 > len(content[9])
    for each in content.values():
        with asdf.open(io.BytesIO(each)) as file:
            same(file["a"][...], np.zeros(9999))


def written_with(compression: str | None, options: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    with ArraysOfFile(compression, options, None) as arrays, settled_config():
        with lent_extensions(MANIFEST, arrays) as more:
            asdf.AsdfFile({"a": np.zeros(9999)}, extensions=more).write_to(stream)
        write_blocks(stream, arrays.blocks)
    return stream.getvalue()


def test_what_is_not_compressed_needs_no_options() -> None:
    with asdf.open(io.BytesIO(written_with(None, {"level": 9}))) as file:
        same(file["a"][...], np.zeros(9999))


def test_pieces_have_the_length_that_was_asked_for() -> None:
    options = {"compression_block_size": 4096}
    assert [block.piece for block in blocks_of({"a": noise(99, 99)}, "lz4", options)] == [4096]
    assert options == {"compression_block_size": 4096}
    with asdf.open(io.BytesIO(written_with("lz4", options))) as file:
        same(file["a"][...], np.zeros(9999))


@pytest.mark.parametrize("order", ["C", "F"])
def test_pieces_hold_whole_rows_as_they_lie_in_memory(order: Any) -> None:
    array = np.zeros((700, 3000), "f4", order=order)
    (block,) = blocks_of({"a": array}, "lz4")
    length = 4 * (3000 if order == "C" else 700)
    assert block.piece % length == 0
    assert length < block.piece < array.nbytes


class Reversing(Compressor):
    """Writes the bytes the other way round, and its option before them."""

    label = b"rev"

    def compress(self, data: Any, **options: Any) -> Any:
        yield bytes([options.get("mark", 0)])
        yield bytes(data)[::-1]

    def decompress(self, data: Any, out: Any, **options: Any) -> int:
        content = b"".join(bytes(piece) for piece in data)
        out[: len(content) - 1] = content[:0:-1]
        return len(content) - 1


class OfThirdParty(Extension):
    """Knows a compression."""

    extension_uri = "asdf://example.org/extensions/reversing-1.0.0"
    compressors = (Reversing(),)


def test_what_an_extension_of_asdf_compresses_it_decompresses() -> None:
    with asdf.config_context() as config:
        config.add_extension(OfThirdParty())
        content = written_with("rev", {"mark": 77})
        with asdf.open(io.BytesIO(content)) as file:
            assert file.get_array_compression(file["a"]) == "rev"
            same(file["a"][...], np.zeros(9999))
        (block,) = blocks_of({"a": np.arange(3, dtype="u1")}, "rev", {"mark": 77})
        assert b"".join(block.compressor(block.data)) == b"\x4d\2\1\0"


@pytest.mark.parametrize("compression", ["lz5", "compressed", "ļz4"])
def test_a_compression_that_nobody_knows_is_named(compression: str) -> None:
    with pytest.raises(ValueError, match=f"'{compression}' is not a compression"):
        by_us({"a": np.arange(1000.0)}, compression=compression)


# ---- which arrays stand where


@pytest.mark.parametrize("length, place", [(9, "data"), (10, "source"), (11, "source")])
def test_arrays_of_fewer_elements_stand_in_the_header(length: int, place: str) -> None:
    assert place in header(by_us({"a": np.zeros(length)}, inline=10))["a"][1]


def assert_in_a_block(array: np.ndarray) -> None:
    content = by_us({"a": array}, inline=100)
    assert "source" in header(content)["a"][1]
    with asdf.open(io.BytesIO(content)) as file:
        same(file["a"][...], array)


def test_records_stand_in_a_block() -> None:
    assert_in_a_block(np.zeros(3, np.dtype([("a", "<f4"), ("b", ">i2")])))


def test_an_array_without_dimensions_stands_in_a_block() -> None:
    assert_in_a_block(np.array(3.5))


def test_integers_that_may_not_stand_in_a_header_stand_in_a_block() -> None:
    for dtype, number in (("<i8", -(2**63)), (">i8", -(2**63) + 1), ("<u8", 2**63), ("<u8", 2**64 - 1)):
        assert_in_a_block(np.array([1, number], dtype))


def test_the_outermost_integers_of_a_header_stand_there() -> None:
    for dtype, number in (("<i8", -(2**63) + 2), ("<i8", 2**63 - 1), ("<u8", 2**63 - 1)):
        content = by_us({"a": np.array([1, number], dtype)}, inline=1000)
        assert header(content)["a"][1]["data"] == [1, number]
        with asdf.open(io.BytesIO(content)) as file:
            same(file["a"][...], np.array([1, number], dtype))


@pytest.mark.parametrize(
    "array",
    [
        np.array([np.nan, np.inf, 1e300]),
        np.array([2.0**63, -(2.0**64)]),
        np.array([255, 0], "u1"),
        np.zeros(0, "i8"),
        np.zeros((0, 3), "u8"),
        np.array(["ab", "č"]),
        np.array([True, False]),
    ],
    ids=str,
)
def test_a_header_holds_these(array: np.ndarray) -> None:
    content = by_us({"a": array}, inline=100)
    assert header(content)["a"] == header(by_asdf({"a": array}, inline=100))["a"] or np.isnan(array).any()
    with asdf.open(io.BytesIO(content)) as file:
        same(file["a"][...].astype(array.dtype), array)
    assert b"\xd3BLK" not in content


def test_numbers_that_are_no_integers_stand_in_the_header() -> None:
    array = np.array([np.nan, np.inf, 1e300])
    with asdf.open(io.BytesIO(by_us({"a": array}, inline=100))) as file:
        assert file.get_array_storage(file["a"]) == "inline"
        same(file["a"][...], array)


def test_bytes_stand_in_the_header_as_text() -> None:
    array = np.array([b"ab", b"c"])
    content = by_us({"a": array}, inline=100)
    assert header(content)["a"] == header(by_asdf({"a": array}, inline=100))["a"]
    assert header(content)["a"][1]["data"] == ["ab", "c"]


@pytest.mark.parametrize("inline", [None, 100])
@pytest.mark.parametrize("mask", [np.ma.nomask, [False, True, False], True])
def test_a_mask_stands_beside_its_array(mask: Any, inline: int | None) -> None:
    array = np.ma.MaskedArray([1, 2, 3], mask, "i2")
    content = by_us({"a": array}, inline=inline)
    assert content.count(b"\xd3BLK") == (2 if inline is None else 0)
    with asdf.open(io.BytesIO(content)) as file:
        found = file["a"][...]
        assert found.dtype == array.dtype
        assert np.array_equal(np.ma.getmaskarray(found), np.ma.getmaskarray(array))
        assert np.array_equal(found.filled(0), array.filled(0))


@pytest.mark.parametrize("name", ["a", "b"])
def test_an_array_without_a_mask_has_none(name: str) -> None:
    assert "mask" not in header(by_us({"a": np.zeros(3), "b": np.zeros(99)}, inline=10))[name][1]


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(6, dtype="i1").reshape(2, 3)),
        np.asfortranarray(np.arange(6, dtype="<f8").reshape(2, 3)),
        np.broadcast_to(np.asfortranarray(np.arange(6.0).reshape(2, 3)), (1, 2, 3)),
        np.broadcast_to(np.float64(3), (4, 5)),
        np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
        np.arange(10, dtype="u1")[::3],
        np.zeros(2, np.dtype([])),
        np.zeros((0, 5), order="F"),
    ],
    ids=["bytes", "columns", "one repeated", "number repeated", "turned", "part", "nothing", "empty"],
)
def test_what_lies_in_no_usual_order_is_described_as_asdf_describes_it(array: np.ndarray) -> None:
    content = by_us({"a": array})
    assert header(content) == header(by_asdf({"a": array}))
    with asdf.open(io.BytesIO(content)) as file:
        same(file["a"][...], array)


def test_columns_lie_one_after_the_other_as_their_strides_say() -> None:
    array = np.asfortranarray(np.arange(6, dtype="<f8").reshape(2, 3))
    content = by_us({"a": array})
    assert header(content)["a"][1]["strides"] == [8, 16]
    with asdf.open(io.BytesIO(content)) as file:
        same(file["a"][...], array)
    assert "strides" not in header(by_us({"a": array.T}))["a"][1]


def test_many_arrays_of_another_asdf_file_keep_their_places() -> None:
    # asdf makes each of them anew when it is asked, and nobody else keeps it
    wanted = [np.arange(100.0) + at for at in range(30)]
    with asdf.open(io.BytesIO(by_asdf({"a": wanted}))) as file:
        content = by_us({"a": list(file["a"])})
    with asdf.open(io.BytesIO(content)) as again:
        for one, two in zip(again["a"], wanted, strict=True):
            same(one[...], two)


def test_an_array_of_another_asdf_file_keeps_its_mask() -> None:
    array = np.ma.MaskedArray(np.arange(6.0), [True, False] * 3)
    with asdf.open(io.BytesIO(by_asdf({"a": array}))) as file:
        content = by_us({"a": file["a"]})
    with asdf.open(io.BytesIO(content)) as again:
        assert np.array_equal(again["a"][...].mask, array.mask)


# ---- blocks that are copied


TAG = "tag:stsci.edu:asdf/core/ndarray-1.1.0"


def source_of(content: bytes, handle: Any = None) -> FileSource:
    end = content.index(b"\n...\n") + 5
    return FileSource(handle or io.BytesIO(content), content[:end], "1.6.0", "image.asdf")


def raw(number: int, *shape: int, **more: Any) -> TaggedMapping:
    array = {"source": number, "datatype": "float32", "byteorder": "little", "shape": list(shape), **more}
    return TaggedMapping(array, TAG)


def block(content: bytes, number: int) -> bytes:
    """Return a block, from its head on."""
    places = [at for at in range(len(content)) if content.startswith(b"\xd3BLK", at)]
    end = [*places, content.find(b"#ASDF BLOCK INDEX")][number + 1]
    return content[places[number] : end]


def test_the_block_of_an_array_that_was_not_loaded_is_copied() -> None:
    content = by_us({"a": np.zeros(99, "f4"), "b": noise(20, 30)}, compression="zlib")
    stored = StoredArray(raw(1, 20, 30), source_of(content))
    copied = by_us({"first": noise(7), "x": stored}, compression="bzp2")
    assert header(copied)["x"] == (TAG, asdf.tagged.TaggedDict({**raw(1, 20, 30)}, TAG))
    assert block(copied, 1) == block(content, 1)
    with asdf.open(io.BytesIO(copied), validate_checksums=True) as file:
        same(file["x"][...], noise(20, 30))


def test_what_its_yaml_says_besides_is_kept() -> None:
    source = source_of(by_us({"a": noise(20, 30)}))
    parts = [StoredArray(raw(0, 5, 30, offset=offset), source) for offset in (0, 600)]
    copied = by_us({"x": parts})
    assert copied.count(b"\xd3BLK") == 1
    assert [dict(part) for part in header(copied)["x"][1]] == [dict(raw(0, 5, 30, offset=at)) for at in (0, 600)]


def test_blocks_of_several_files_are_told_apart() -> None:
    one, two = (source_of(by_us({"a": np.full((3, 3), number, "f4")})) for number in (1, 2))
    copied = by_us({"x": [StoredArray(raw(0, 3, 3), source) for source in (one, two, one)]})
    assert copied.count(b"\xd3BLK") == 2
    with asdf.open(io.BytesIO(copied)) as file:
        assert [array[0, 0] for array in file["x"]] == [1, 2, 1]


@pytest.mark.parametrize("place", ["block", "header", "number", "none"])
def test_a_mask_goes_over_with_its_array(place: str) -> None:
    content = by_us({"a": noise(2, 2), "mask": np.array([[True, False], [False, False]])})
    in_header = TaggedMapping({"data": [[True, False], [False, False]], "datatype": "bool8", "shape": [2, 2]}, TAG)
    masks: dict[str, Any] = {
        "block": raw(1, 2, 2, datatype="bool8"),
        "header": in_header,
        "number": float(noise(2, 2)[0, 0]),
        "none": None,
    }
    stored = StoredArray(raw(0, 2, 2, mask=masks[place]), source_of(content))
    copied = by_us({"first": noise(7), "x": stored})
    assert copied.count(b"\xd3BLK") == (3 if place == "block" else 2)
    # no schema allows null for a mask, and asdf reads it
    with settled_config(), asdf.open(io.BytesIO(copied)) as file:
        found = file["x"][...]
    assert np.ma.getmaskarray(found).tolist() == [[place != "none", False], [False, False]]
    assert np.array_equal(np.ma.getdata(found), noise(2, 2))


def test_a_file_that_is_closed_meanwhile_is_read_until_all_is_written() -> None:
    content = by_us({"a": noise(20, 30)})
    handle, stream = io.BytesIO(content), io.BytesIO()
    source = source_of(content, handle)
    with ArraysOfFile(None, {}, None) as arrays, settled_config(), lent_extensions(MANIFEST, arrays) as more:
        asdf.AsdfFile({"x": StoredArray(raw(0, 20, 30), source)}, extensions=more).write_to(stream)
        source.close()
        write_blocks(stream, arrays.blocks)
        assert source.is_closed
        assert not handle.closed
    assert handle.closed
    assert block(stream.getvalue(), 0) == block(content, 0)


def test_an_array_of_a_closed_file_is_refused() -> None:
    source = source_of(by_us({"a": noise(2, 2)}))
    source.close()
    with pytest.raises(rcm.ModelClosedError, match=r"image\.asdf: an array was not loaded"):
        by_us({"x": StoredArray(raw(0, 2, 2), source)})


# ---- extensions that are lent


def test_a_save_is_lent_what_the_one_before_gave_back() -> None:
    with lent_extensions(MANIFEST, ArraysOfFile(None, {}, None)) as first:
        pass
    with lent_extensions(MANIFEST, ArraysOfFile(None, {}, None)) as second:
        assert list(map(id, first)) == list(map(id, second))


def test_two_saves_at_once_are_lent_different_ones() -> None:
    one, two = ArraysOfFile(None, {}, None), ArraysOfFile(None, {}, None)
    with settled_config(), lent_extensions(MANIFEST, one) as first, lent_extensions(MANIFEST, two) as second:
        asdf.AsdfFile({"a": np.zeros(3)}, extensions=first).write_to(io.BytesIO())
        asdf.AsdfFile({"a": np.zeros(5), "b": np.zeros(7)}, extensions=second).write_to(io.BytesIO())
    assert (len(one.blocks), len(two.blocks)) == (1, 2)


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_a_file_is_kept_behind_it(fails: bool) -> None:
    arrays = ArraysOfFile(None, {}, None)
    with contextlib.suppress(KeyError), lent_extensions(MANIFEST, arrays):
        if fails:
            raise KeyError
    kept = weakref.ref(arrays)
    del arrays
    gc.collect()
    assert kept() is None


def test_what_is_lent_reads_no_array() -> None:
    content = by_us({"a": np.zeros(1000)})
    with lent_extensions(MANIFEST, ArraysOfFile(None, {}, None)) as more, settled_config():  # noqa: SIM117
        with pytest.raises(TypeError, match="read by asdf's own converter"):
            asdf.open(io.BytesIO(content), extensions=more)


@pytest.mark.parametrize("tag", [None, "asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.0.0"])
def test_the_history_names_the_package_and_the_manifest_that_know_a_node(tag: str | None) -> None:
    node = rcm.WfiImage.create_fake_data(shape=(8, 8), tag=tag)
    manifest = installed().store.manifest_of_node(str(node.tag))
    assert manifest is not None
    top = serialised_type(str(manifest.uri))(tagged_tree(node))
    stream = io.BytesIO()
    with ArraysOfFile(None, {}, 100) as arrays, lent_extensions(str(manifest.uri), arrays) as more:
        asdf.AsdfFile({"roman": top}, extensions=more).write_to(stream)
    entries = asdf.util.load_yaml(io.BytesIO(stream.getvalue()))["history"]["extensions"]
    (entry,) = [entry for entry in entries if entry["extension_uri"] == manifest.extension_uri]
    assert entry["software"] == {"name": "roman-cal-models", "version": rcm.__version__}


def test_what_was_checked_is_not_checked_by_asdf_again() -> None:
    node = rcm.ImageModel.create_fake_data(shape=(8, 8)).node
    with rcm.config(validate_assignment="off"):
        node["meta"]["telescope"] = 5
    manifest = installed().store.manifest_of_node(str(node.tag))
    assert manifest is not None
    top = serialised_type(str(manifest.uri))(tagged_tree(node))
    for extensions, is_refused in ((rcm.get_asdf_extensions(), True), (None, False)):
        with ArraysOfFile(None, {}, 100) as arrays, lent_extensions(str(manifest.uri), arrays) as more:
            expected = pytest.raises(asdf.ValidationError) if is_refused else contextlib.nullcontext()
            with expected:
                asdf.AsdfFile({"roman": top}, extensions=extensions or more).write_to(io.BytesIO())
