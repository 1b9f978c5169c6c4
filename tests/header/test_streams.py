"""Where a header is read from, how much is read of it, and what is imported for it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec import AbstractFileSystem

import roman_cal_models as rcm
from tests.header.conftest import header_of
from tests.header.test_header import content_with

FIRST_PIECE = 64 * 1024

# ---- sources


@pytest.fixture
def sources(image: Path) -> dict[str, Any]:
    content = image.read_bytes()
    fsspec.filesystem("memory").pipe("/headers/image.asdf", content)
    return {
        "path": image,
        "text": str(image),
        "bytes": content,
        "bytearray": bytearray(content),
        "memoryview": memoryview(content),
        "stream": io.BytesIO(content),
        "url": "memory://headers/image.asdf",
        "file url": image.as_uri(),
        "header alone": header_of(content),
    }


KINDS = ["path", "text", "bytes", "bytearray", "memoryview", "stream", "url", "file url", "header alone"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("read", [rcm.read_header, rcm.identify], ids=["read_header", "identify"])
def test_a_header_is_read_from(kind: str, read: Any, sources: dict[str, Any]) -> None:
    source = sources[kind]
    found = read(source)
    assert found.model_type == "ImageModel"
    assert found.file == (str(source) if isinstance(source, (str, Path)) else None)


def test_a_stream_is_left_where_it_was(image: Path) -> None:
    with image.open("rb") as stream:
        header = rcm.read_header(stream)
        assert (stream.tell(), header.file) == (0, str(image))
        assert rcm.identify(stream).model_type == "ImageModel"
        with rcm.open(stream) as model:
            assert model.meta.cal_step.flat_field == "INCOMPLETE"


def test_a_stream_that_fails_is_left_where_it_was() -> None:
    stream = io.BytesIO(b"----no ASDF")
    stream.seek(4)
    with pytest.raises(rcm.NotAsdfError):
        rcm.read_header(stream)
    assert stream.tell() == 4


def test_a_stream_whose_name_is_a_number_has_none(image: Path) -> None:
    with open(os.open(image, os.O_RDONLY), "rb") as stream:
        assert isinstance(stream.name, int)
        assert rcm.read_header(stream).file is None


def test_a_pipe_is_read(image: Path) -> None:
    receiver, sender = os.pipe()
    with os.fdopen(receiver, "rb") as stream, os.fdopen(sender, "wb") as target:
        target.write(header_of(image.read_bytes()))
        target.close()
        assert rcm.read_header(stream).model_type == "ImageModel"


@pytest.mark.parametrize("read", [rcm.read_header, rcm.identify], ids=["read_header", "identify"])
@pytest.mark.parametrize("source", [5, None, {"roman": {}}, object()], ids=lambda source: type(source).__name__)
def test_what_is_no_source_is_refused_by_its_type(source: Any, read: Any) -> None:
    with pytest.raises(rcm.SourceTypeError, match=f"cannot be read from {type(source).__name__}: give a path"):
        read(source)


def test_a_text_stream_is_refused(image: Path) -> None:
    with image.open(encoding="latin-1") as stream, pytest.raises(rcm.SourceTypeError, match="mode 'rb'"):
        rcm.read_header(stream)


@pytest.mark.parametrize("source", ["memory://headers/missing.asdf", "missing.asdf", Path("missing.asdf")], ids=str)
def test_a_missing_file_is_named(source: Any) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.asdf"):
        rcm.read_header(source)


def test_an_unknown_kind_of_url_is_told() -> None:
    with pytest.raises(rcm.SourceTypeError, match=r"^nowhere://a\.asdf: "):
        rcm.read_header("nowhere://a.asdf")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=tmp_path.name):
        rcm.read_header(tmp_path)


# ---- how much


class Counted(AbstractFileSystem):
    """One file behind a URL, that notes what is requested of it; nothing else can be asked, its size neither."""

    protocol = "counted"
    content = b""
    requests: ClassVar[list[tuple[int, int]]] = []
    colours: ClassVar[list[str]] = []

    def __init__(self, colour: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        if colour is not None:
            Counted.colours.append(colour)

    def cat_file(self, path: str, start: int = 0, end: int = 0, **kwargs: Any) -> bytes:
        Counted.requests.append((start, end))
        if start >= len(Counted.content):
            raise OSError("416 Range Not Satisfiable")
        return Counted.content[start:end]


class Rangeless(Counted):
    """The same behind a server that sends the whole of it whatever range was asked for."""

    protocol = "rangeless"

    def cat_file(self, path: str, start: int = 0, end: int = 0, **kwargs: Any) -> bytes:
        Counted.requests.append((start, end))
        return Counted.content


@pytest.fixture
def requests() -> list[tuple[int, int]]:
    for system in (Counted, Rangeless):
        fsspec.register_implementation(system.protocol, system, clobber=True)
    Counted.requests.clear()
    return Counted.requests


def content_of_length(length: int, behind: bytes = b"") -> bytes:
    """Return a file whose header has a length, and what is behind it."""
    short = content_with("meta: {origin: STSCI, filename: ''}")
    content = short.replace(b"filename: ''", b"filename: '" + b"x" * (length - len(short)) + b"'")
    assert len(content) == length
    return content + behind


BLOCKS = b"\xd3BLK" + b"\0" * 3_000_000


@pytest.mark.parametrize(
    ("length", "ends"),
    [
        (5_000, [65536]),
        (60_000, [65536]),
        (65_535, [65536]),
        (65_537, [65536, 65536 + 1048576]),
        (1_100_000, [65536, 65536 + 1048576]),
        (1_200_000, [65536, 65536 + 1048576, 65536 + 2 * 1048576]),
    ],
)
def test_a_remote_header_takes_few_requests_and_no_byte_behind_the_last(
    length: int, ends: list[int], requests: list[tuple[int, int]]
) -> None:
    Counted.content = content_of_length(length, BLOCKS)
    assert rcm.read_header("counted://file.asdf").meta.origin == "STSCI"
    assert [end for _, end in requests] == ends
    assert [start for start, _ in requests] == [0, *(end - 1 for end in ends[:-1])]


@pytest.mark.parametrize("length", [65_535, 65_536, 65_537, 196_608])
def test_a_remote_file_that_ends_with_a_piece_asks_for_nothing_behind_its_end(
    length: int, requests: list[tuple[int, int]]
) -> None:
    Counted.content = content_of_length(length)
    assert rcm.read_header("counted://file.asdf").meta.origin == "STSCI"
    Counted.content = content_of_length(length)[:-5]
    with pytest.raises(rcm.TruncatedFileError, match="ends inside of its header"):
        rcm.read_header("counted://file.asdf")


@pytest.mark.parametrize("length", [5_000, 150_000])
def test_a_server_that_knows_no_ranges_is_asked_once(length: int, requests: list[tuple[int, int]]) -> None:
    Counted.content = content_of_length(length, BLOCKS)
    assert rcm.read_header("rangeless://file.asdf").meta.origin == "STSCI"
    assert requests == [(0, FIRST_PIECE)]


def test_what_follows_comes_by_megabytes(requests: list[tuple[int, int]]) -> None:
    Counted.content = content_of_length(5_000_000)
    assert rcm.read_header("counted://file.asdf").meta.origin == "STSCI"
    sizes = [end - max(start + 1, 0) if start else end for start, end in requests]
    assert sizes == [2**16, *[2**20] * 5]


def test_a_server_that_has_sent_all_there_is_is_not_asked_again(requests: list[tuple[int, int]]) -> None:
    Counted.content = content_of_length(5_000)[:-5]
    with pytest.raises(rcm.TruncatedFileError):
        rcm.read_header("rangeless://file.asdf")
    assert requests == [(0, FIRST_PIECE)]


class Failing(AbstractFileSystem):
    """A server that answers with an error."""

    protocol = "failing"
    error: OSError

    def cat_file(self, path: str, start: int = 0, end: int = 0, **kwargs: Any) -> bytes:
        raise self.error


@pytest.mark.parametrize("kind", [FileNotFoundError, PermissionError, OSError])
def test_the_error_of_a_server_is_told_with_the_url(kind: type[OSError]) -> None:
    fsspec.register_implementation("failing", Failing, clobber=True)
    Failing.error = kind("as the server says")
    with pytest.raises(kind, match=r"^failing://file\.asdf: as the server says$") as caught:
        rcm.read_header("failing://file.asdf")
    assert type(caught.value) is kind


def test_the_error_of_a_server_that_names_the_file_is_left_as_it_is() -> None:
    fsspec.register_implementation("failing", Failing, clobber=True)
    Failing.error = FileNotFoundError("there is no file.asdf here")
    with pytest.raises(FileNotFoundError, match=r"^there is no file\.asdf here$"):
        rcm.read_header("failing://file.asdf")


def test_what_can_only_be_read_is_a_source(image: Path) -> None:
    class Readable:
        def __init__(self, content: bytes) -> None:
            self.read = io.BytesIO(content).read

    assert rcm.read_header(Readable(image.read_bytes())).model_type == "ImageModel"


def test_storage_options_reach_the_file_system(requests: list[tuple[int, int]]) -> None:
    Counted.content = content_of_length(5_000)
    rcm.read_header("counted://file.asdf", storage_options={"colour": "blue"})
    rcm.identify("counted://file.asdf", storage_options={"colour": "red"})
    assert Counted.colours == ["blue", "red"]


class Counting(io.BytesIO):
    """A stream that notes how much was read."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.count += len(piece)
        return piece


@pytest.mark.parametrize(("length", "count"), [(5_000, 65536), (60_000, 65536), (65_537, 196608), (300_000, 458752)])
def test_no_byte_behind_the_last_piece_is_read(length: int, count: int) -> None:
    stream = Counting(content_of_length(length, BLOCKS))
    assert rcm.read_header(stream).meta.origin == "STSCI"
    assert stream.count == count


# ---- imports

IMPORTED = """
import json, sys
import roman_cal_models as rcm
{work}
print(json.dumps(sorted({{"asdf", "astropy", "gwcs", "numpy", "yaml"}} & sys.modules.keys())))
"""

WORK = {
    "read": ("rcm.read_header(sys.argv[1])", []),
    "identify": ("rcm.identify(sys.argv[1])", []),
    "flag": ("assert rcm.read_header(sys.argv[1]).meta.cal_step.flat_field == 'INCOMPLETE'", []),
    "repr": ("repr(rcm.read_header(sys.argv[1]).node)", []),
    "array": ("rcm.read_header(sys.argv[1]).data", ["numpy"]),
    "time": ("rcm.read_header(sys.argv[1]).meta.exposure.start_time", ["astropy", "numpy"]),
    "crds": ("rcm.read_header(sys.argv[1]).get_crds_parameters()", ["astropy", "numpy"]),
    "flat": ("rcm.read_header(sys.argv[1]).to_flat_dict()", ["astropy", "numpy"]),
}


@pytest.mark.parametrize(("work", "wanted"), WORK.values(), ids=WORK)
def test_only_what_a_value_needs_is_imported(work: str, wanted: list[str], image: Path) -> None:
    command = [sys.executable, "-c", IMPORTED.format(work=work), str(image)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    # astropy's own configuration needs PyYAML, some of its releases
    assert [name for name in json.loads(done.stdout) if name != "yaml" or not wanted] == wanted
