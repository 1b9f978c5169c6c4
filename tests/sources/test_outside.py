"""Nothing comes from outside of a file: no other file is opened and no host called, whatever the file says."""

from __future__ import annotations

import copy
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm

from .hostile import array, file

# the files of these tests bear tags of the newest RAD
pytestmark = pytest.mark.newest_rad

REMOTE = "tag:stsci.edu:asdf/core/externalarray-1.0.0"
SOURCES = ["'{url}/x.asdf'", "'s3://bucket/x.asdf'", "'file:///etc/passwd'", "/etc/passwd", "other.asdf", "{fifo}"]
MORE = ["0.5", "null", "true", "[0]", "{{}}"]


@pytest.fixture
def host() -> Iterator[tuple[str, list[Any]]]:
    """A server of this machine, and who called it."""
    callers: list[Any] = []
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, caller = server.accept()
            except OSError:
                return
            callers.append(caller)
            connection.close()

    threading.Thread(target=answer, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", callers
    server.close()


@pytest.fixture
def fifo(tmp_path: Path) -> str:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return str(path)


def polynomial(source: str) -> str:
    return "!transform/polynomial-1.2.0 {coefficients: " + array(source=source) + "}"


PLACES: dict[str, Callable[[str], bytes]] = {
    "array": lambda source: file(array(source=source)),
    "mask": lambda source: file("!core/ndarray-1.1.0 {data: [1, 2], shape: [2], mask: " + array(source=source) + "}"),
    "transform": lambda source: file(wcs=polynomial(source)),
    "table": lambda source: file(
        wcs="!<tag:astropy.org:astropy/table/table-1.2.0> {colnames: [a], qtable: false, columns: "
        "[!core/column-1.1.0 {name: a, data: " + array(source=source) + "}]}"
    ),
    "fits": lambda source: file(wcs="!fits/fits-1.1.0 [{header: [], data: " + array(source=source) + "}]"),
    "quantity": lambda source: file(
        wcs="!unit/quantity-1.2.0 {unit: !unit/unit-1.0.0 m, value: " + array(source=source) + "}"
    ),
}


@pytest.mark.parametrize(
    ("place", "source"), [*((place, source) for place in PLACES for source in SOURCES), *(("array", s) for s in MORE)]
)
def test_a_source_that_is_no_block_of_the_file_is_refused_and_nobody_is_called(
    place: str, source: str, host: tuple[str, list[Any]], fifo: str
) -> None:
    url, callers = host
    model = rcm.open(PLACES[place](source.format(url=url, fifo=fifo)))
    with pytest.raises(rcm.ForeignValueError, match=r"its source .* is not a number of a block of this file"):
        _ = model.data if "data" in model else model.meta.wcs
    assert callers == []


CALLS: dict[str, Callable[[Any, Path], Any]] = {
    "to_flat_dict": lambda model, path: model.to_flat_dict(),
    "detach": lambda model, path: model.detach(),
    "section": lambda model, path: model.section("data", 0),
    "deepcopy": lambda model, path: copy.deepcopy(model),
    "pickle": lambda model, path: pickle.dumps(model.node),
    "to_asdf": lambda model, path: model.to_asdf(path),
    "upgrade": lambda model, path: model.upgrade().detach(),
}


@pytest.mark.parametrize("call", CALLS)
def test_every_call_that_needs_the_array_refuses_it(call: str, host: tuple[str, list[Any]], tmp_path: Path) -> None:
    url, callers = host
    model = rcm.open(file(array(source=f"'{url}/x.asdf'")))
    with pytest.raises((rcm.ForeignValueError, rcm.ValidationError)):
        CALLS[call](model, tmp_path / "new.asdf")
    assert callers == []


WCS = (
    "!<tag:stsci.edu:gwcs/wcs-1.2.0> "
    "{name: a, steps: [!<tag:stsci.edu:gwcs/step-1.1.0> {frame: a, transform: TRANSFORM}]}"
)
CHECKED: dict[str, Callable[[str], bytes]] = {
    **{name: PLACES[name] for name in ("array", "mask")},
    "wcs": lambda source: file(wcs=WCS.replace("TRANSFORM", polynomial(source))),
}


@pytest.mark.parametrize("place", CHECKED)
def test_checking_a_model_tells_of_it_and_calls_nobody(place: str, host: tuple[str, list[Any]]) -> None:
    url, callers = host
    model = rcm.open(CHECKED[place](f"'{url}/x.asdf'"))
    path = ("data",) if "data" in model else ("meta", "wcs")
    found = [problem.message for problem in model.problems() if problem.path[: len(path)] == path]
    assert any(f"{url}/x.asdf' is not a number of a block of this file" in message for message in found)
    assert callers == []


def test_the_error_names_the_file_the_place_and_the_source(tmp_path: Path) -> None:
    path = tmp_path / "x.asdf"
    path.write_bytes(file(array(source="other.asdf")))
    with pytest.raises(rcm.ForeignValueError) as caught:
        _ = rcm.open(path).data
    assert str(caught.value) == (
        f"{path}: data cannot be built: its source 'other.asdf' is not a number of a block of this file"
    )


@pytest.mark.parametrize(
    "text",
    [
        f"!<{REMOTE}> {{fileuri: 'http://127.0.0.1/x', target: 0, datatype: float32, shape: [4]}}",
        "!<asdf://asdf-format.org/zarr/tags/zarr-1.0.0> {store: {url: 'http://127.0.0.1/x'}}",
    ],
)
def test_what_is_in_another_file_is_refused(text: str) -> None:
    with pytest.raises(rcm.ForeignValueError, match="is in another file, and none is opened"):
        _ = rcm.open(file(wcs=text)).meta.wcs


WATCHED = """
import sys
import roman_cal_models as rcm
OWN = rcm.__file__.rpartition("src")[0]
import asdf, astropy.table, asdf_astropy, gwcs, numpy.ma, lz4.block
rcm.open(sys.argv[2]).to_flat_dict()
seen = []
def watch(event, args):
    # what Python, its packages and this one hold, they may import and look up at any time
    is_own = event == "open" and str(args[0]).startswith((sys.prefix, sys.base_prefix, OWN, sys.argv[1]))
    if event.startswith("socket.") or event == "open" and not is_own:
        seen.append((event, args))
model = rcm.open(sys.argv[1])
sys.addaudithook(watch)
for what in (lambda: model.data, lambda: model.meta.wcs, lambda: model.to_flat_dict(), lambda: model.problems()):
    try:
        what()
    except rcm.RomanCalModelsError:
        pass
print(seen)
"""


@pytest.mark.parametrize("source", SOURCES)
def test_the_system_sees_no_other_file_opened_and_no_socket(source: str, tmp_path: Path, fifo: str) -> None:
    evil, good = tmp_path / "x.asdf", tmp_path / "good.asdf"
    source = source.format(url="http://127.0.0.1:9", fifo=fifo)
    content = PLACES["transform"](source).replace(b"...\n", f"  data: {array(source=source)}\n...\n".encode())
    evil.write_bytes(content)
    rcm.ImageModel.create_fake_data(shape=(8, 8)).save(good)
    command = [sys.executable, "-W", "ignore", "-c", WATCHED, str(evil), str(good)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert run.stdout.strip() == "[]"
