"""Small files that ask for much: headers around an array or a transform, with blocks made by hand."""

from __future__ import annotations

import struct

HEADER = """#ASDF 1.0.0
#ASDF_STANDARD 1.6.0
%YAML 1.1
%TAG ! tag:stsci.edu:asdf/
--- !core/asdf-1.1.0
roman: !<asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0>
  meta:
    filename: x.asdf
"""


def block(
    content: bytes = b"",
    *,
    compression: bytes = bytes(4),
    size: int | None = None,
    used: int | None = None,
    allocated: int | None = None,
    flags: int = 0,
) -> bytes:
    """Return a block whose head says what one likes."""
    used = len(content) if used is None else used
    allocated = len(content) if allocated is None else allocated
    size = used if size is None else size
    return b"\xd3BLK" + struct.pack(">HI4sQQQ16s", 48, flags, compression, allocated, used, size, bytes(16)) + content


def file(data: str | None = None, *blocks: bytes, wcs: str | None = None) -> bytes:
    """Return a file with these texts for ``roman.data`` and ``roman.meta.wcs``."""
    lines = HEADER
    if wcs is not None:
        lines += f"    wcs: {wcs}\n"
    if data is not None:
        lines += f"  data: {data}\n"
    return lines.encode() + b"...\n" + b"".join(blocks)


def array(shape: str = "[4]", datatype: str = "uint8", byteorder: str = "little", **others: object) -> str:
    """Return the YAML of an array in the first block."""
    facts = {"source": 0, "datatype": datatype, "byteorder": byteorder, "shape": shape, **others}
    return "!core/ndarray-1.1.0 {" + ", ".join(f"{key}: {value}" for key, value in facts.items()) + "}"
