"""What a small file may ask for: one error of ours, in little time and memory, whatever it says."""

from __future__ import annotations

import bz2
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import lz4.block
import numpy as np
import pytest

import roman_cal_models as rcm

from .hostile import array, block, file

FIELDS = "[{name: a, datatype: float32, byteorder: little}]"
LZ4, ZLIB, BZIP2 = b"lz4\0", b"zlib", b"bzp2"
MANY = 2**40


def lz4_block(content: bytes) -> bytes:
    piece = lz4.block.compress(content)
    return struct.pack(">I", len(piece)) + piece


def transform(kind: str, facts: str) -> bytes:
    return file(wcs=f"!transform/{kind} {{{facts}}}")


def zeros(count: int) -> bytes:
    packed = zlib.compress(bytes(count), 9)
    return block(packed, compression=ZLIB, size=count)


FILES = {
    "strides that overflow": file(array("[2]", strides="[9223372036854775807]"), block(bytes(8))),
    "strides that overflow, fields": file(array("[2]", FIELDS, strides="[9223372036854775807]"), block(bytes(8))),
    "strides that lead out": file(array("[2]", strides="[-1]"), block(bytes(8))),
    "strides of nothing": file(array("[32768, 32768]", "float32", strides="[0, 0]"), block(bytes(8))),
    "strides of little": file(array("[60000, 60000]", strides="[1, 1]"), block(bytes(120_000))),
    "strides, too few": file(array("[2, 2]", strides="[1]"), block(bytes(8))),
    "shape beyond the block": file(array("[1000000000000]"), block(bytes(8))),
    "shape beyond numbers": file(array("[18446744073709551616]"), block(bytes(8))),
    "shape of many axes": file(array(str([1] * 100)), block(bytes(8))),
    "shape below nothing": file(array("[-4]"), block(bytes(8))),
    "shape that is a number": file(array("5"), block(bytes(8))),
    "shape with a star behind": file(array("[4, '*']"), block(bytes(8))),
    "shape of nothing, and much": file(array("[0, 4611686018427387904, 4611686018427387904]"), block(bytes(8))),
    "offset that is a letter": file(array(offset="x"), block(bytes(8))),
    "offset that is null": file(array(offset="null"), block(bytes(8))),
    "offset that is a list": file(array(offset="[0]"), block(bytes(8))),
    "offset below the block": file(array(offset=-4), block(bytes(8))),
    "offset beyond the block": file(array(offset=2**63), block(bytes(8))),
    "byteorder unknown": file(array(byteorder="middle"), block(bytes(8))),
    "datatype unknown": file(array(datatype="float7"), block(bytes(8))),
    "datatype below nothing": file(array(datatype="[ascii, -1]"), block(bytes(8))),
    "datatype of many": file(array(datatype="[ucs4, 2000000000]"), block(bytes(8))),
    "text without letters": file(array("[2]", "[ucs4, 1]"), block(b"\xff" * 8)),
    "field of many": file(
        array(datatype="[{name: a, datatype: uint8, byteorder: little, shape: [2000000000]}]"), block(bytes(8))
    ),
    "elements without bytes": file(array("[100000000000000]", "[ascii, 0]"), block(bytes(8))),
    "no such block": file(array(source=7), block(bytes(8))),
    "no such block from the end": file(array(source=-7), block(bytes(8))),
    "a size that is not there": file(array("[8]"), block(bytes(8), used=MANY, size=MANY)),
    "a size that is not there, zlib": file(array("[8]"), block(bytes(8), compression=ZLIB, size=8, used=2**63)),
    "a size that is not there, lz4": file(array("[8]"), block(bytes(8), compression=LZ4, size=8, used=2**36)),
    "a content too large, lz4": file(array("[8]"), block(lz4_block(bytes(8)), compression=LZ4, size=MANY)),
    "a content too large, zlib": file(array("[8]"), block(zlib.compress(bytes(8)), compression=ZLIB, size=MANY)),
    "a content too large, bzip2": file(array("[8]"), block(bz2.compress(bytes(8)), compression=BZIP2, size=MANY)),
    "a content too small, zlib": file(array("[8]"), block(zlib.compress(bytes(8)), compression=ZLIB, size=7)),
    "a content too small, bzip2": file(array("[8]"), block(bz2.compress(bytes(8)), compression=BZIP2, size=7)),
    "a bomb, zlib": file(array("[8]"), block(zlib.compress(bytes(10**8), 9), compression=ZLIB, size=8)),
    "a bomb, bzip2": file(array("[8]"), block(bz2.compress(bytes(10**8)), compression=BZIP2, size=8)),
    "a long piece": file(array("[8]"), block(struct.pack(">I", 0xF0000000) + bytes(99), compression=LZ4, size=8)),
    "a large piece": file(
        array("[4000000000]"), block(struct.pack(">II", 99, 0xEE6B2800) + bytes(95), compression=LZ4, size=25_000)
    ),
    "half a piece": file(array("[8]"), block(b"\0\0\0", compression=LZ4, size=8)),
    "compression unknown": file(array("[8]"), block(bytes(8), compression=b"none", size=8)),
    "compressed to the end": file(array("[8]"), block(bytes(8), compression=LZ4, size=8, flags=1)),
    "inline text": file("!core/ndarray-1.1.0 {data: [a], datatype: [ucs4, 500000000]}"),
    "inline fields": file(
        "!core/ndarray-1.1.0 {data: [[1]], "
        "datatype: [{name: a, datatype: float32, byteorder: little, shape: [500000000]}]}"
    ),
    "inline and in a block": file(
        "!core/ndarray-1.1.0 {source: 0, data: [1], datatype: uint8, byteorder: big, shape: [1]}"
    ),
    "a mask of another shape": file(array("[4]", mask=array("[3]")), block(bytes(8))),
    "many axes": transform("identity-1.2.0", "n_dims: 100000000"),
    "many inputs": transform("remap_axes-1.2.0", "mapping: [0], n_inputs: 99999999"),
    "a far input": transform("remap_axes-1.2.0", "mapping: [99999999]"),
    "axes by an array": transform("identity-1.2.0", "n_dims: !core/ndarray-1.1.0 {data: 99999999}"),
    "many coefficients": file(
        wcs="!transform/polynomial-1.2.0 {coefficients: " + array("[4096, 4096]", "float64") + "}",
    ).replace(b"...\n", b"...\n" + zeros(4096 * 4096 * 8)),
    "many words": file(wcs="!core/integer-1.1.0 {sign: +, words: " + array("[50000000]", "uint32") + "}").replace(
        b"...\n", b"...\n" + zeros(200_000_000)
    ),
    "a frame of many axes": file(
        wcs="!<tag:stsci.edu:gwcs/frame-1.2.0> {name: a, axes_type: [SPATIAL], naxes: 100000000, axes_order: [0]}"
    ),
}

TRY = """
import os, resource, signal, sys, json, warnings
import roman_cal_models as rcm
import asdf, asdf_astropy, astropy.table, gwcs, lz4.block, numpy.ma
warnings.simplefilter("ignore")
rcm.ImageModel.create_fake_data(shape=(8, 8)).save(sys.argv[1] + "/good.asdf")
for good in (rcm.open(sys.argv[1] + "/good.asdf"), rcm.read_header(sys.argv[1] + "/good.asdf")):
    good.to_flat_dict()

def tell(path, how):
    model = rcm.read_header(path) if how == "header" else rcm.open(path, memmap=how == "memmap")
    try:
        value = model["data"] if "data" in model else model["meta"]["wcs"]
    except rcm.RomanCalModelsError as error:
        return type(error).__name__
    return "read"

def limited(path, how):
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, used + 2**30))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 11))
    try:
        return tell(path, how)
    except BaseException as error:
        return repr(error)

for name in json.load(open(sys.argv[1] + "/names.json")):
    for how in ("open", "memmap", "header"):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.write(writing, limited(f"{sys.argv[1]}/{name}.asdf", how).encode()[:500])
            os._exit(0)
        os.close(writing)
        _, status = os.waitpid(child, 0)
        outcome = os.read(reading, 500).decode() if not status else f"status {status}"
        os.close(reading)
        print(json.dumps([name, how, outcome]), flush=True)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """What came of each file, in a process of its own that may use 1 GiB and 10 s."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, content in FILES.items():
        (folder / f"{name}.asdf").write_bytes(content)
    (folder / "names.json").write_text(json.dumps(list(FILES)))
    command = [sys.executable, "-c", TRY, str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return {(name, how): outcome for name, how, outcome in map(json.loads, run.stdout.splitlines())}


@pytest.mark.parametrize("how", ["open", "memmap"])
@pytest.mark.parametrize("name", FILES)
def test_a_small_file_that_asks_for_much_is_refused(name: str, how: str, outcomes: dict[tuple[str, str], str]) -> None:
    assert outcomes[name, how] in ("ForeignValueError", "TruncatedFileError")


@pytest.mark.parametrize("name", FILES)
def test_its_header_is_read_or_refused(name: str, outcomes: dict[tuple[str, str], str]) -> None:
    assert outcomes[name, "header"] in ("read", "ForeignValueError", "NeedsBlocks")


@pytest.mark.parametrize("compression", [None, "lz4", "zlib", "bzp2"])
def test_an_honest_array_of_zeros_is_read(compression: str | None, tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    model.node._store("data", np.zeros((4096, 4096), np.float32))
    with rcm.config(validate_assignment="off"):
        model.save(tmp_path / "zeros.asdf", all_array_compression=compression)
    with rcm.open(tmp_path / "zeros.asdf") as opened:
        assert not opened.data.any()
        assert opened.data.shape == (4096, 4096)


def test_a_setting_says_how_large_an_array_may_be(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(64, 64))
    model.save(tmp_path / "a.asdf")
    size = model.data.nbytes
    with rcm.open(tmp_path / "a.asdf") as opened, rcm.config(array_max_bytes=size):
        assert opened.data.nbytes == size
    with rcm.open(tmp_path / "a.asdf") as opened, rcm.config(array_max_bytes=size - 1):
        with pytest.raises(
            rcm.ForeignValueError, match=f"{size} bytes, more than the setting array_max_bytes={size - 1}"
        ):
            _ = opened.data
        assert opened.section("data", np.s_[:2]).shape == (2, 64)


@pytest.mark.newest_rad
def test_windows_that_overlap_are_read(tmp_path: Path) -> None:
    content = file(array("[5, 4]", strides="[1, 1]"), block(bytes(range(8))))
    assert rcm.open(content).data.tolist() == [[row + column for column in range(4)] for row in range(5)]


@pytest.mark.newest_rad
def test_a_tree_of_any_depth_ends_with_an_error_of_ours() -> None:
    with rcm.config(header_max_depth=10**6):
        deep = file(wcs="!transform/compose-1.2.0 {forward: " + "[" * 5000 + "]" * 5000 + "}")
        with pytest.raises(rcm.RomanCalModelsError):
            _ = rcm.open(deep).meta.wcs
