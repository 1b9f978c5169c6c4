"""Files behind URLs: the right data by few requests, whatever the file says of itself and whoever else reads."""

from __future__ import annotations

import functools
import gzip
import io
import os
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import numpy as np
import pytest
import roman_datamodels.datamodels as rdm
from hypothesis import given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.blocks.index import INDEX_MAGIC, blocks, head_of, index_of
from roman_cal_models.blocks.positions import positioned
from tests.remote import Far, serve

SIDE = 200
URL = "far://image.asdf"


def image(side: int = SIDE, large: int | None = None) -> rcm.ImageModel:
    """Return an image with noise in all arrays; `data` has another side where that is given."""
    model: Any = rcm.ImageModel.create_fake_data(shape=(side, side))
    generator = np.random.default_rng(0)
    for name, array in arrays_of(model).items():
        noise = generator.integers(0, 200, (large, large) if large and name == "data" else array.shape)
        model[name] = (noise + 1000).astype(array.dtype)
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    return model


def arrays_of(model: Any) -> dict[str, np.ndarray]:
    return {name: model[name] for name in model if isinstance(model[name], np.ndarray)}


def by_peer(model: Any, path: Path) -> None:
    """Write the same image as the peer does, with pieces of 4 MB."""
    peer: Any = rdm.ImageModel.create_fake_data(shape=(8, 8))
    for name, array in arrays_of(model).items():
        peer[name] = array
    peer.meta.cal_step = dict(model.meta.cal_step)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer.save(path)


def written(write: Callable[[Path], object]) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.asdf"
        write(path)
        return path.read_bytes()


@functools.cache
def content(compression: str | None = "lz4", large: int | None = None, writer: str = "ours") -> bytes:
    model = image(large=large)
    if writer == "peer":
        return written(lambda path: by_peer(model, path))
    return written(lambda path: model.save(path, all_array_compression=compression))


def same(model: Any, near: Any) -> bool:
    found, wanted = arrays_of(model), arrays_of(near)
    return found.keys() == wanted.keys() and all(np.array_equal(found[name], wanted[name]) for name in wanted)


def counted() -> tuple[int, int]:
    return len(Far.requests) + len(Far.sizes), sum(end - begin for begin, end in Far.requests)


# ---- how much


@pytest.mark.parametrize("writer", ["ours", "peer"])
@pytest.mark.parametrize("kind", ["far", "buffered"])
def test_all_arrays_take_their_bytes_once(kind: str, writer: str) -> None:
    serve(image=content(writer=writer))
    with rcm.open(f"{kind}://image.asdf") as model, rcm.open(content(writer=writer)) as near:
        assert same(model, near)
    number, size = counted()
    assert number <= 70
    assert size <= 1.1 * len(content(writer=writer))
    assert len(set(Far.requests)) == len(Far.requests)


@pytest.mark.parametrize("name", ["data", "dq", "err"])
@pytest.mark.parametrize("row", [0, 1500, 3900])
def test_a_part_of_a_file_of_ours_takes_the_pieces_that_hold_it(row: int, name: str) -> None:
    whole = content(large=4096)
    serve(image=whole)
    index = np.s_[row : row + 100, row : row + 100] if name == "data" else np.s_[50:150, 50:150]
    with rcm.open(URL) as model, rcm.open(whole) as near:
        assert np.array_equal(model.section(name, index), near[name][index])
        number, size = counted()
        assert number <= 8
        assert size <= 3_000_000
        model.section(name, index)
        assert counted() == (number, size)


@functools.cache
def wholly_large(compression: str | None) -> bytes:
    return written(lambda path: image(side=1000).save(path, all_array_compression=compression))


LARGE = [name for name, array in arrays_of(image(side=8)).items() if array.ndim == 2 and array.shape == (8, 8)]


@pytest.mark.parametrize("compression", ["lz4", None])
@pytest.mark.parametrize("name", LARGE)
def test_a_part_of_any_array_takes_few_requests(name: str, compression: str | None) -> None:
    whole = wholly_large(compression)
    serve(image=whole)
    index = np.s_[500:600, 7:107]
    with rcm.open(URL) as model, rcm.open(whole) as near:
        assert np.array_equal(model.section(name, index), near[name][index])
        number, size = counted()
        assert number <= 8
        assert size <= 3_000_000
        assert np.array_equal(model.dq, near.dq)  # and whole arrays after it


@pytest.mark.parametrize("row", [0, 1500, 3900])
def test_a_part_of_a_file_of_the_peer_takes_the_pieces_that_hold_it(row: int) -> None:
    whole = content(large=4096, writer="peer")
    serve(image=whole)
    index = np.s_[row : row + 100, row : row + 100]
    with rcm.open(URL) as model, rcm.open(whole) as near:
        assert np.array_equal(model.section("data", index), near.data[index])
        number, size = counted()
        assert number <= 16
        assert size <= 10_000_000
        model.section("data", index)
        assert counted() == (number, size)


def test_a_part_of_what_is_not_compressed_takes_its_rows_at_once() -> None:
    whole = content(None, large=2048)
    serve(image=whole)
    with rcm.open(URL) as model, rcm.open(whole) as near:
        assert np.array_equal(model.section("data", np.s_[700:800, 5:105]), near.data[700:800, 5:105])
    number, size = counted()
    assert number <= 4
    assert size < 1_000_000


@pytest.mark.parametrize("read", [lambda: rcm.read_header(URL), lambda: rcm.open(URL)], ids=["read_header", "open"])
def test_a_flag_takes_one_request(read: Callable[[], Any]) -> None:
    serve(image=content())
    assert read().meta.cal_step.flat_field == "INCOMPLETE"
    assert Far.requests == [(0, 65536)]
    assert Far.sizes == []


def test_heads_are_asked_for_at_the_same_time() -> None:
    serve(image=content(None))
    with rcm.open(URL) as model:
        Far.expect(9)
        _ = model.data, model.err
    assert Far.most_at_once > 8


@pytest.mark.parametrize("writer", ["ours", "peer"])
def test_threads_that_load_all_arrays_ask_for_nothing_twice(writer: str) -> None:
    serve(image=content(writer=writer))
    Far.delay = 0.02
    with rcm.open(URL) as model, rcm.open(content(writer=writer)) as near, ThreadPoolExecutor(8) as threads:
        Far.expect(2)
        found = dict(zip(list(near), threads.map(lambda name: model[name], list(near)), strict=True))
        assert all(np.array_equal(found[name], array) for name, array in arrays_of(near).items())
    number, size = counted()
    assert number <= 70
    assert size <= 1.1 * len(content(writer=writer))
    assert Far.most_at_once > 1


# ---- what the file says of itself


@functools.cache
def with_heads_inside() -> tuple[bytes, int, list[int], list[int]]:
    """Return a file whose arrays hold what looks like blocks: all of it, where its index begins, and all places."""
    model: Any = image()
    trap = head_of(bytes(4), SIDE * SIDE, SIDE * SIDE, SIDE * SIDE, None)
    for name in ("data", "dq"):
        raw = bytearray(model[name].tobytes())
        for place in (0, 4096, len(raw) // 2):
            raw[place : place + len(trap)] = trap
        model[name] = np.frombuffer(bytes(raw), model[name].dtype).reshape(model[name].shape)
    whole = written(lambda path: model.save(path, all_array_compression=None))
    end = whole.rindex(INDEX_MAGIC)
    true = [block.head for block in blocks(positioned(io.BytesIO(whole)), whole.index(b"\xd3BLK"))]
    places = [at for at in range(end) if whole.startswith(b"\xd3BLK", at)]
    assert len(places) > len(true)
    return whole, end, true, places


def lying(draw: st.DrawFn) -> list[int]:
    whole, _, true, places = with_heads_inside()
    some = st.one_of(st.sampled_from(places), st.sampled_from(true), st.integers(0, 2 * len(whole)))
    told = draw(st.one_of(st.permutations(true), st.lists(some, max_size=25)))
    for _ in range(draw(st.integers(0, 3))):
        if told:
            told.pop(draw(st.integers(0, len(told) - 1)))
    return sorted(told) if draw(st.booleans()) else told


@settings(max_examples=40, deadline=None)
@given(st.composite(lying)(), st.randoms(use_true_random=False), st.sampled_from([b"", bytes(100), b"---\n...\n"]))
def test_an_index_that_lies_changes_nothing_but_what_is_asked_for(told: list[int], order: Any, behind: bytes) -> None:
    whole, end, _, _ = with_heads_inside()
    serve(image=whole[:end] + index_of(told) + behind)
    with rcm.open(URL) as model, rcm.open(whole) as near:
        names = list(arrays_of(near))
        order.shuffle(names)
        for name in names:
            if order.random() < 0.5 and near[name].ndim == 2:
                assert model.section(name, np.s_[3:9, 2:5]).tobytes() == near[name][3:9, 2:5].tobytes()
            assert model[name].tobytes() == near[name].tobytes()


def padded(whole: bytes) -> bytes:
    begin = whole.index(b"\xd3BLK")
    return whole[:begin] + bytes(200_000) + whole[begin:]


def streamed(whole: bytes) -> bytes:
    """Return a file whose last block goes on to its end."""
    last = list(blocks(positioned(io.BytesIO(whole)), whole.index(b"\xd3BLK")))[-1]
    head = bytearray(head_of(bytes(4), 0, 0, 0, None))
    head[6:10] = (1).to_bytes(4, "big")
    return whole[: last.head] + bytes(head) + whole[last.begin : last.end]


ODD: dict[str, Callable[[bytes], bytes]] = {
    "no index": lambda whole: whole[: whole.rindex(INDEX_MAGIC)],
    "zeros behind the header": padded,
    "zeros at the end": lambda whole: whole + bytes(1000),
    "a streamed block": streamed,
    "cut in the index": lambda whole: whole[: whole.rindex(INDEX_MAGIC) + 30],
    "cut in the last block": lambda whole: whole[: whole.rindex(INDEX_MAGIC) - 1000],
    "cut in the middle": lambda whole: whole[: len(whole) // 2],
    "cut behind the header": lambda whole: whole[: whole.index(b"\xd3BLK")],
    "a broken head": lambda whole: (
        whole[: whole.rindex(b"\xd3BLK")] + b"\xd3BLX" + whole[whole.rindex(b"\xd3BLK") + 4 :]
    ),
}


def outcome(model: Any, name: str) -> Any:
    try:
        return model[name].tobytes()
    except rcm.RomanCalModelsError as error:
        return type(error), str(error).partition(": ")[2]


@pytest.mark.parametrize("kind", ["far", "rangeless", "buffered", "memory"])
@pytest.mark.parametrize("odd", ODD)
def test_an_odd_file_gives_what_it_gives_from_the_disk(odd: str, kind: str, tmp_path: Path) -> None:
    whole = ODD[odd](content(None))
    serve(image=whole)
    fsspec.filesystem("memory").pipe("/image.asdf", whole)
    path = tmp_path / "image.asdf"
    path.write_bytes(whole)
    url = f"{kind}://image.asdf"
    with rcm.open(url) as model, rcm.open(path) as near:
        for name in arrays_of(rcm.open(content(None))):
            assert outcome(model, name) == outcome(near, name)
        assert [problem.message for problem in model.problems()] == [problem.message for problem in near.problems()]


# ---- errors


def test_an_error_of_the_server_names_the_file_and_the_array(monkeypatch: pytest.MonkeyPatch) -> None:
    serve(image=content())
    with rcm.open(URL) as model:
        _ = model.data
        monkeypatch.setattr(Far, "_answer", _refuse)
        with pytest.raises(
            rcm.ForeignValueError, match=r"^far://image\.asdf: err cannot be built: .*the server is busy"
        ):
            _ = model.err


def _refuse(self: Far, path: str, start: int, end: int | None) -> bytes:
    raise OSError("the server is busy")


@pytest.mark.parametrize("kind", ["far", "buffered"])
def test_a_file_that_is_not_there_is_named(kind: str) -> None:
    serve()
    with pytest.raises(FileNotFoundError, match=rf"^{kind}://image\.asdf: there is none$"):
        rcm.open(f"{kind}://image.asdf")


def test_a_file_that_became_shorter_is_told() -> None:
    serve(image=content())
    with rcm.open(URL) as model:
        _ = model.data
        Far.files["image.asdf"] = content()[: len(content()) // 2]
        with pytest.raises(rcm.RomanCalModelsError, match=r"^far://image\.asdf: \w+ cannot be"):
            _ = [model[name] for name in model]


def test_a_file_that_was_replaced_is_told() -> None:
    serve(image=content())
    with rcm.open(URL) as model:
        _ = model.data
        begin = content().index(b"\xd3BLK")
        Far.files["image.asdf"] = content()[:begin] + bytes(255 - byte for byte in content()[begin:])
        with pytest.raises(
            rcm.ForeignValueError, match=r"^far://image\.asdf: err cannot be built: .*was changed while"
        ):
            _ = model.err


def test_what_was_not_loaded_before_the_file_was_closed_is_an_error() -> None:
    serve(image=content())
    model = rcm.open(URL)
    model.close()
    with pytest.raises(rcm.ModelClosedError, match=r"^far://image\.asdf: err was not loaded"):
        _ = model.err


# ---- what else there is


def test_a_model_of_a_far_file_is_checked_and_saved(tmp_path: Path) -> None:
    serve(image=content())
    with rcm.open(URL) as model, rcm.open(content()) as near:
        assert model.problems() == []
        path = model.save(tmp_path / "saved.asdf")
        with rcm.open(path) as saved:
            assert same(saved, near)
    with rcm.config(verify_checksums=True), rcm.open(URL) as model, rcm.open(content()) as near:
        assert same(model, near)


def test_of_a_file_that_is_only_opened_no_more_is_read_than_of_others() -> None:
    serve(image=content(None, large=2048))
    with rcm.open("buffered://image.asdf") as model:
        model.section("data", np.s_[:2, :2])
    assert counted()[1] < 200_000


def test_a_file_that_is_only_opened_is_read_by_one_thread_at_a_time() -> None:
    far = serve(image=content())
    far.delay = 0.01
    with rcm.open("buffered://image.asdf") as model, ThreadPoolExecutor(4) as threads:
        list(threads.map(model.__getattr__, ("data", "err", "dq", "var_poisson")))
    assert far.most_at_once == 1


def test_a_cached_file_is_read_from_the_cache() -> None:
    serve(image=content())
    requests = []
    for _ in range(2):
        with rcm.open("simplecache::buffered://image.asdf") as model, rcm.open(content()) as near:
            assert same(model, near)
        requests.append(len(Far.requests))
        Far.requests.clear()
    assert requests[0] > 0
    assert requests[1] == 0


class Grouping(Far):
    """A file system that has a way of its own to read many ranges."""

    protocol = "grouping"
    groups: ClassVar[list[int]] = []

    def cat_ranges(self, paths: Any, starts: Any, ends: Any, *args: Any, **kwargs: Any) -> list[Any]:
        Grouping.groups.append(len(paths))
        return [self.cat_file(path, start, end) for path, start, end in zip(paths, starts, ends, strict=True)]


def test_many_ranges_are_asked_for_as_the_file_system_does() -> None:
    serve(image=content(large=1024))
    fsspec.register_implementation("grouping", Grouping, clobber=True)
    Grouping.groups.clear()
    with rcm.open("grouping://image.asdf") as model, rcm.open(content(large=1024)) as near:
        assert same(model, near)
    assert max(Grouping.groups) > 1
    assert min(Grouping.groups) > 1


def test_other_file_systems_are_asked_by_threads() -> None:
    far = serve(image=content(large=1024))
    with rcm.open(URL) as model:
        far.expect(2)
        model.detach()
    assert far.most_at_once > 1


class OfProcess(Far):
    """A file system that answers in the process that made it."""

    protocol = "ofprocess"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.maker = os.getpid()

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **kwargs: Any) -> bytes:
        assert self.maker == os.getpid()
        return super().cat_file(path, start, end)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_connects_anew() -> None:
    serve(image=content())
    fsspec.register_implementation("ofprocess", OfProcess, clobber=True)
    with rcm.open("ofprocess://image.asdf") as model, rcm.open(content()) as near:
        child = os.fork()
        if not child:
            status = 1
            try:
                status = 0 if same(model, near) else 2
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        assert same(model, near)


def test_a_file_url_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "image.asdf"
    path.write_bytes(content(None))
    with rcm.open(path.as_uri(), memmap=True) as model:
        path.unlink()
        assert np.array_equal(model.data, image().data)
        assert isinstance(model.data.base, np.memmap) or isinstance(model.data.base.base, np.memmap)


def test_files_inside_of_others_are_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("image.asdf", content())
    with gzip.open(tmp_path / "image.asdf.gz", "wb") as file:
        file.write(content())
    fsspec.filesystem("memory").pipe("/a.zip", (tmp_path / "a.zip").read_bytes())
    for url, options in {
        f"zip://image.asdf::{tmp_path}/a.zip": {},
        "zip://image.asdf::memory://a.zip": {},
        "simplecache::memory://image.asdf": {"simplecache": {"cache_storage": str(tmp_path / "kept")}},
        f"file://{tmp_path}/image.asdf.gz": {"compression": "gzip"},
    }.items():
        fsspec.filesystem("memory").pipe("/image.asdf", content())
        with rcm.open(url, storage_options=options) as model, rcm.open(content()) as near:
            assert same(model, near)
            assert np.array_equal(model.section("data", np.s_[2:5]), near.data[2:5])


@pytest.mark.parametrize("kind", ["buffered", "memory"])
def test_a_stream_that_is_open_stays_the_callers(kind: str) -> None:
    serve(image=content())
    fsspec.filesystem("memory").pipe("/image.asdf", content())
    with fsspec.open(f"{kind}://image.asdf").open() as stream, rcm.open(content()) as near:
        with rcm.open(stream) as model:
            assert same(model, near)
        assert not stream.closed


FORKS = tuple(map(int, fsspec.__version__.split(".")[:2])) >= (2026, 6)

FORKED = """
import os, sys, threading, warnings
warnings.simplefilter("ignore")
import numpy as np
import roman_cal_models as rcm
url, count = sys.argv[1], int(sys.argv[2])
wanted = {name: np.load(f"{sys.argv[3]}/{name}.npy") for name in ("data", "err", "dq")}
rcm.open(sys.argv[1]).data  # all that is imported once
model, going = rcm.open(url), True
_ = model.data

def read():
    while going:
        assert (rcm.open(url).section("err", ...) == wanted["err"]).all()

threads = [threading.Thread(target=read) for _ in range(2)]
for thread in threads:
    thread.start()
wrong = 0
for _ in range(count):
    child = os.fork()
    if not child:
        import signal
        signal.alarm(300)
        right = all((model[name] == array).all() for name, array in wanted.items())
        right = right and (rcm.open(url).data == wanted["data"]).all()
        os._exit(0 if right else 1)
    wrong += os.waitpid(child, 0)[1] != 0
going = False
for thread in threads:
    thread.join()
assert (model.err == wanted["err"]).all()
print(wrong)
"""


class _Server:
    """Files behind HTTP, with ranges or without."""

    def __init__(self, files: dict[str, bytes], *, knows_ranges: bool) -> None:
        import threading
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self._answer(with_body=False)

            def do_GET(self) -> None:
                self._answer(with_body=True)

            def _answer(self, *, with_body: bool) -> None:
                whole = files.get(self.path)
                if whole is None:
                    self.send_error(404)
                    return
                wanted = self.headers.get("Range")
                first, last = 0, len(whole) - 1
                if wanted is not None and knows_ranges:
                    first, last = (int(text) for text in wanted.removeprefix("bytes=").split("-"))
                    last = min(last, len(whole) - 1)
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {first}-{last}/{len(whole)}")
                else:
                    self.send_response(200)
                if knows_ranges:
                    self.send_header("Accept-Ranges", "bytes")
                self.send_header("Content-Length", str(last + 1 - first))
                self.end_headers()
                if with_body:
                    self.wfile.write(whole[first : last + 1])

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return self.url

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_file_is_read_over_http(knows_ranges: bool) -> None:
    with _Server({"/image.asdf": content()}, knows_ranges=knows_ranges) as url:
        with rcm.open(f"{url}/image.asdf") as model, rcm.open(content()) as near:
            assert np.array_equal(model.section("err", np.s_[3:5]), near.err[3:5])
            assert same(model, near)
        with pytest.raises(FileNotFoundError, match=r"missing\.asdf"):
            rcm.open(f"{url}/missing.asdf")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.skipif(not FORKS, reason="this fsspec cannot be used in forked processes over HTTP")
def test_forked_processes_read_over_http_while_threads_of_the_parent_read(tmp_path: Path) -> None:
    with rcm.open(content()) as near:
        for name in ("data", "err", "dq"):
            np.save(tmp_path / f"{name}.npy", near[name])
    with _Server({"/image.asdf": content()}, knows_ranges=True) as url:
        command = [sys.executable, "-W", "ignore", "-c", FORKED, f"{url}/image.asdf", "10", str(tmp_path)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=True)
    assert run.stdout.split() == ["0"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.skipif(FORKS, reason="this fsspec can be used in forked processes")
def test_a_forked_process_is_told_that_an_old_fsspec_would_hang() -> None:
    program = (
        "import os, sys, roman_cal_models as rcm\n"
        "model = rcm.open(sys.argv[1])\n"
        "if not os.fork():\n"
        "    try: model.data\n"
        "    except rcm.MissingPackageError as error: print(error, flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()"
    )
    with _Server({"/image.asdf": content(large=1024)}, knows_ranges=True) as url:
        command = [sys.executable, "-W", "ignore", "-c", program, f"{url}/image.asdf"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert "needs fsspec 2026.6" in run.stdout
