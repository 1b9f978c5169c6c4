"""Hostile files by name: each does harm to a reader that takes it at its word."""

from __future__ import annotations

import bz2
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lz4.block
import numpy as np

from .files import content

__all__ = ["HEAD", "Outside", "hostile_files", "roman"]

HEAD = "#ASDF 1.0.0\n#ASDF_STANDARD 1.6.0\n%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n--- !core/asdf-1.1.0\n"
_TAGS = "asdf://stsci.edu/datamodels/roman/tags/"
_IMAGE = f"{_TAGS}wfi_image-2.2.0"


@dataclass(frozen=True, slots=True)
class Outside:
    """What no file may lead to.

    Parameters
    ----------
    listener : str
        Address at which nobody may call.
    file, fifo : Path
        A file with one array, and a pipe of which nobody writes the other end.
    """

    listener: str
    file: Path
    fifo: Path

    @classmethod
    def made_in(cls, folder: Path, listener: str) -> Outside:
        """Make the files in a folder."""
        file, fifo = folder / "secret.asdf", folder / "fifo"
        file.write_bytes(content(None, 8))
        os.mkfifo(fifo)
        return cls(listener, file, fifo)


def roman(body: str, *, meta: str = "{filename: hostile.asdf}", tag: str = _IMAGE, before: str = "") -> bytes:
    """Return a header with an image of what is given."""
    return f"{HEAD}{before}roman: !<{tag}>\n{body}  meta: {meta}\n...\n".encode()


def block(
    payload: bytes,
    *,
    compression: bytes = b"\0\0\0\0",
    used: int | None = None,
    allocated: int | None = None,
    size: int | None = None,
) -> bytes:
    """Return a block whose head says what is given, be it true or not."""
    used = len(payload) if used is None else used
    allocated = used if allocated is None else allocated
    head = struct.pack(">I4sQQQ16s", 0, compression, allocated, used, len(payload) if size is None else size, bytes(16))
    return b"\xd3BLK" + struct.pack(">H", len(head)) + head + payload


def array(*, source: str = "0", shape: str = "[4]", datatype: str = "uint8", more: str = "") -> str:
    """Return the ``data`` of an image."""
    layout = f"source: {source}, datatype: {datatype}, byteorder: little, shape: {shape}{more and f', {more}'}"
    return f"  data: !core/ndarray-1.1.0 {{{layout}}}\n"


def hostile_files(outside: Outside) -> dict[str, bytes]:
    """Return all of them."""
    return {
        **dict(_leading_outside(outside)),
        **dict(_wrong_sizes()),
        **dict(_printing()),
        **dict(_odd()),
        **dict(_yaml()),
    }


def _leading_outside(outside: Outside) -> Iterator[tuple[str, bytes]]:
    sources = {
        "http": f"'http://{outside.listener}/x.asdf'",
        "https": f"'https://{outside.listener}/x.asdf'",
        "ftp": f"'ftp://{outside.listener}/x.asdf'",
        "s3": "'s3://bucket/x.asdf'",
        "file": f"'file://{outside.file}'",
        "absolute": f"'{outside.file}'",
        "passwd": "/etc/passwd",
        "relative": f"'../../{outside.file.parent.name}/{outside.file.name}'",
        "fifo": f"'{outside.fifo}'",
    }
    for name, source in sources.items():
        yield f"source {name}", roman(array(source=source, shape="[4, 4]", datatype="float32"))
        inner = f"!core/ndarray-1.1.0 {{source: {source}, datatype: float64, byteorder: little, shape: [4]}}"
        yield (
            f"source {name} in a mask",
            roman(array(more=f"mask: {inner}")) + block(bytes(4)),
        )
        wcs = f"!transform/tabular-1.4.0 {{points: [[0, 1, 2, 3]], lookup_table: {inner}, inputs: [x], outputs: [y]}}"
        yield f"source {name} in a transform", roman("", meta=f"{{filename: hostile.asdf, wcs: {wcs}}}")
        yield f"source {name} in a list", roman("", meta=f"{{filename: hostile.asdf, list: [{{a: {inner}}}]}}")
    outer = f"fileuri: 'http://{outside.listener}/x.fits', target: 0, datatype: int8, shape: [4]"
    yield "an array that stands elsewhere", roman(f"  data: !core/externalarray-1.0.0 {{{outer}}}\n")
    for name, place in (("http", f"http://{outside.listener}/x.asdf#a"), ("file", f"file://{outside.file}#/roman")):
        yield f"a reference to {name}", roman("", meta=f"{{filename: hostile.asdf, other: {{$ref: '{place}'}}}}")
        tagged = f"!core/reference-1.0.0 {{$ref: '{place}'}}"
        yield f"a tagged reference to {name}", roman("", meta=f"{{filename: hostile.asdf, other: {tagged}}}")
    for call in ("!!python/object/apply:os.system ['touch /tmp/pwned']", "!!python/name:os.system ''"):
        yield f"a call of Python: {call[:20]}", roman("", meta=f"{{filename: hostile.asdf, a: {call}}}")


def _wrong_sizes() -> Iterator[tuple[str, bytes]]:
    huge, zeros = 2**63 - 1, bytes(1 << 20)
    fields = "[{name: a, datatype: float32, byteorder: little}]"
    for kind, datatype in (("numbers", "float32"), ("fields", fields)):
        yield (
            f"strides of {kind} that overflow",
            roman(array(shape="[2]", datatype=datatype, more=f"strides: [{huge}]")) + block(bytes(64)),
        )
        yield (
            f"negative strides of {kind}",
            roman(array(shape="[2]", datatype=datatype, more=f"strides: [-{huge}]")) + block(bytes(64)),
        )
        yield (
            f"an offset of {kind} that overflows",
            roman(array(shape="[2]", datatype=datatype, more=f"offset: {huge}")) + block(bytes(64)),
        )
    yield (
        "strides of zero",
        roman(array(shape="[32768, 32768]", datatype="float32", more="strides: [0, 0]")) + block(bytes(64)),
    )
    yield "a shape without bytes", roman(array(shape="[65536, 65536]", datatype="float64")) + block(bytes(64))
    yield "a shape of 2**64", roman(array(shape=f"[{2**64}]")) + block(bytes(64))
    yield (
        "inline texts of great length",
        roman("  data: !core/ndarray-1.1.0 {data: [a], datatype: [ascii, 9999999999]}\n"),
    )
    for name in ("identity-1.2.0 {n_dims: 100000000}", "remap_axes-1.3.0 {mapping: [0], n_inputs: 99999999}"):
        transform = f"!transform/{name.replace('}', ', inputs: [x], outputs: [y]}')}"
        yield f"a transform of many axes: {name[:10]}", roman("", meta=f"{{filename: hostile.asdf, t: {transform}}}")
        yield f"short, of many axes: {name[:10]}", roman("", meta=f"{{filename: hostile.asdf, t: !transform/{name}}}")
    piece = lz4.block.compress(zeros)
    plain = lz4.block.compress(bytes(64))
    framed = struct.pack(">I", len(plain)) + plain
    yield (
        "an lz4 piece of 4 GB",
        roman(array(shape="[64]")) + block(struct.pack(">I", 0xF0000000) + plain, compression=b"lz4\0", size=64),
    )
    yield (
        "an lz4 piece that says 2 GB",
        roman(array(shape="[64]"))
        + block(
            struct.pack(">I", len(plain)) + struct.pack("<I", 0x7E000000) + plain[4:], compression=b"lz4\0", size=2**40
        ),
    )
    yield (
        "an lz4 piece of nothing",
        roman(array(shape="[64]")) + block(struct.pack(">I", 0) + plain, compression=b"lz4\0", size=64),
    )
    yield (
        "one element of a large lz4 piece",
        roman(array(shape="[1]")) + block(struct.pack(">I", len(piece)) + piece, compression=b"lz4\0", size=len(zeros)),
    )
    for name, compression in (("lz4", b"lz4\0"), ("zlib", b"zlib"), ("bzp2", b"bzp2"), ("none", bytes(4))):
        payload = {"lz4": framed, "zlib": zlib.compress(bytes(64)), "bzp2": bz2.compress(bytes(64))}.get(
            name, bytes(64)
        )
        head = roman(array(shape="[64]"))
        for power in (40, 63):
            size = 2**power - 1
            yield f"{name}: content of 2**{power}", head + block(payload, compression=compression, size=size)
            yield (
                f"{name}: used of 2**{power}",
                head + block(payload, compression=compression, used=size, size=64),
            )
            yield (
                f"{name}: used of 2**{power} in the file",
                head + block(payload, compression=compression, used=size, allocated=len(payload), size=64),
            )
    bomb = zlib.compress(bytes(1 << 26), 9)
    yield (
        "zlib that says 8 GB",
        roman(array(shape=f"[{2**33}]")) + block(bomb, compression=b"zlib", size=2**33),
    )
    yield (
        "bzp2 that says little",
        roman(array(shape="[64]")) + block(bz2.compress(bytes(1 << 28)), compression=b"bzp2", size=64),
    )
    yield "a compression of nobody", roman(array(shape="[64]")) + block(bytes(64), compression=b"\x1b]0;")
    yield "no block", roman(array(shape="[64]"))
    yield "a head that is cut", roman(array(shape="[64]")) + block(bytes(64))[:30]
    yield "a block of many", roman(array(source="99999999", shape="[64]")) + block(bytes(64))
    yield "a block before the first", roman(array(source="-2", shape="[64]")) + block(bytes(64))


def _printing() -> Iterator[tuple[str, bytes]]:
    yield "control sequences in the tag", roman("", tag=f"{_TAGS}%1b]0;pwned%07%0d%9b-2.2.0")
    yield "control sequences in a foreign tag", roman("", meta="{filename: a.asdf, a: !<asdf://a%1b]0;pwned%07> {}}")
    for name, text in {
        "ESC": r"\e]0;pwned\a",
        "C1": r"\u009b2J",
        "bidi": r"\u202e",
        "DEL": r"\x7f",
        "CR": r"a\rb",
    }.items():
        yield f"{name} in a key", roman("", meta=f'{{filename: a.asdf, "a{text}": 1}}')
        yield f"{name} in a value", roman("", meta=f'{{filename: "a{text}.asdf", telescope: "a{text}"}}')
        yield f"{name} in a datatype", roman(array(datatype=f'"{text}"')) + block(bytes(4))
        yield f"{name} in a time", roman("", meta=f'{{filename: a.asdf, file_date: !time/time-1.4.0 "a{text}"}}')
        software = f'asdf_library: !core/software-1.0.0 {{name: asdf, version: "a{text}"}}\n'
        versions = (
            f'{{filename: a.asdf, calibration_software_version: "a{text}", calibration_software_name: "b{text}"}}'
        )
        yield f"{name} in versions", roman("", meta=versions, before=software)
        yield f"{name} in a version of RAD", roman("", before=_extension(text))


def _extension(text: str) -> str:
    entry = f'extension_class: a, software: !core/software-1.0.0 {{name: rad, version: "1{text}"}}'
    return f"history:\n  extensions:\n  - !core/extension_metadata-1.0.0 {{{entry}}}\n"


def _odd() -> Iterator[tuple[str, bytes]]:
    yield "an array without shape", roman("  data: !core/ndarray-1.1.0 {data: [[1, 2], [3, 4]]}\n")
    yield "an array as a list", roman("  data: !core/ndarray-1.1.0 [1, 2, 3]\n")
    yield "an array as a number", roman("  data: !core/ndarray-1.1.0 5\n")
    for name in ("telescope-1.0.0", "cal_logs-1.0.0", "file_date-1.0.0"):
        yield f"a mapping under the tag of a {name}", roman("", tag=_TAGS + name)
    for name, text in {"a number": "5", "null": "null", "a time": "!time/time-1.4.0 2020-01-01T00:00:00"}.items():
        yield f"meta that is {name}", roman("", meta=text)
    for key in ("1", "null", "2001-01-01", "[a]", "true"):
        yield f"the key {key}", roman(f"  ? {key}\n  : 1\n")
        yield f"the key {key} in meta", roman("", meta=f"{{? {key} : 1, filename: a.asdf}}")
    for name, value in {"a number": "5", "text": "x", "null": "null", "negative": "[-4]", "of texts": "[a]"}.items():
        yield f"a shape that is {name}", roman(array(shape=value)) + block(bytes(64))
    for name, value in {"text": "x", "null": "null", "a list": "[1]", "a fraction": "1.5", "negative": "-5"}.items():
        yield f"an offset that is {name}", roman(array(more=f"offset: {value}")) + block(bytes(64))
        yield f"a source that is {name}", roman(array(source=value)) + block(bytes(64))
        yield f"strides that are {name}", roman(array(more=f"strides: [{value}]")) + block(bytes(64))
    digits = "0x" + "f" * 5000
    yield "a number of many digits", roman("", meta=f"{{filename: a.asdf, a: {digits}}}")
    yield "a version of many digits", roman("", tag=f"{_TAGS}wfi_image-{'9' * 5000}.0.0")
    yield "an array that is its own mask", roman("  data: &a !core/ndarray-1.1.0 {data: [1], mask: *a}\n")


def _yaml() -> Iterator[tuple[str, bytes]]:
    good = content("lz4", 8)
    yield "dashes", good.replace(b"roman:", b"a:\n" + b"- " * 1000 + b"1\nroman:", 1)
    yield "a comment that begins like a directive", good.replace(b"roman:", b"#%YAML 9\nroman:", 1)
    yield "brackets", roman("", meta="[" * 100_000)
    yield "braces", roman("", meta="{a: " * 100_000)
    bomb = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    yield "a bomb of aliases", roman("", before=f"a0: &a0 [0, 0]\n{bomb}")
    merges = "".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 10)}]}}\n" for n in range(1, 12))
    yield "a bomb of merges", roman("", before=f"m0: &m0 {{a: 1}}\n{merges}")
    yield "a list in itself", roman("", meta="{filename: a.asdf, a: &a [*a]}")
    yield "two documents", roman("") + b"--- a\n...\n"
    yield "nothing", b""
    yield "only a head", HEAD.encode()
    yield "noise", np.random.default_rng(0).integers(0, 256, 5000, np.uint8).tobytes()
