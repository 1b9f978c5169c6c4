"""Odd targets, odd arguments, and files that change while they are open: each act tells what is wrong with it."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import roman_cal_models as rcm
from roman_cal_models import cli

from .files import COMPRESSIONS, END, content, image
from .hostile_files import roman
from .probing import tried

__all__ = ["ACTS"]

_LETTERS = 120  # of `meta.filename`

ACTS: dict[str, Callable[[Path], list[str]]] = {}


def act(name: str) -> Callable[[Callable[[Path], list[str]]], Callable[[Path], list[str]]]:
    """Note an act: a function of an empty folder."""

    def note(function: Callable[[Path], list[str]]) -> Callable[[Path], list[str]]:
        ACTS[name] = function
        return function

    return note


@act("memmap of a file that is replaced")
def _replaced(folder: Path) -> list[str]:
    path = folder / "image.asdf"
    path.write_bytes(content(None, 64, 0))
    with rcm.open(path, memmap=True) as model:
        image(64, 1).save(path, all_array_storage="internal", all_array_compression=None)
        found, faults = tried("an array", lambda: np.array(model.data))
    return faults + ([] if found is None or np.array_equal(found, image(64, 0).data) else ["other data"])


@act("memmap by a relative path, from another folder")
def _moved(folder: Path) -> list[str]:
    (folder / "image.asdf").write_bytes(content(None, 64, 0))
    os.chdir(folder)
    try:
        model = rcm.open("image.asdf", memmap=True)
        os.chdir("/")
        found, faults = tried("an array", lambda: np.array(model.data))
        model.close()
    finally:
        os.chdir("/")
    return faults + ([] if found is not None and np.array_equal(found, image(64, 0).data) else ["no data"])


@act("save of what has a wrong checksum")
def _wrong_checksum(folder: Path) -> list[str]:
    faults = []
    for compression in COMPRESSIONS:
        path, copy = folder / f"{compression}.asdf", folder / f"{compression}-copy.asdf"
        bad = bytearray(content(compression, 64))
        at = bad.index(b"\xd3BLK", bad.index(END))
        bad[at + 6 + 32] ^= 1  # the checksum itself: everything else can be read
        path.write_bytes(bad)
        with rcm.open(path) as model:
            _, found = tried(f"save of {compression}", lambda model=model, copy=copy: model.save(copy))
        faults += found
        if copy.exists() and _is_silent(copy):
            faults.append(f"{compression}: a fresh checksum over bytes that had a wrong one")
    return faults


def _is_silent(path: Path) -> bool:
    import asdf

    try:
        with asdf.open(path, validate_checksums=True, lazy_load=False, memmap=False):
            return True
    except ValueError:
        return False


@act("arrays as asdf reads them")
def _arrays(folder: Path) -> list[str]:
    faults = []
    for text, expected in {
        "{data: [[1, 2], [3, 4]]}": [[1, 2], [3, 4]],
        "[1, 2, 3]": [1, 2, 3],
        "{data: [1.5, 2], datatype: float32}": [1.5, 2],
    }.items():
        body = f"  data: !core/ndarray-1.1.0 {text}\n"
        found, faulty = tried(text, lambda body=body: np.array(rcm.open(roman(body)).data))
        faults += faulty
        if not faulty and (found is None or found.tolist() != expected):
            faults.append(f"{text} is read as {found}")
    return faults


@act("save into a pipe")
def _fifo(folder: Path) -> list[str]:
    target = folder / "fifo.asdf"
    os.mkfifo(target)
    return _refused(target, stat.S_ISFIFO)


@act("save into a socket")
def _socket(folder: Path) -> list[str]:
    os.chdir(folder)  # a socket's name may not be long
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind("socket.asdf")
            return _refused(folder / "socket.asdf", stat.S_ISSOCK)
    finally:
        os.chdir("/")


def _refused(target: Path, is_kind: Callable[[int], bool]) -> list[str]:
    faults = []
    source = target.with_name("image.asdf")
    source.write_bytes(content())
    for name, save in (
        ("save", lambda: image().save(target)),
        ("set", lambda: _raising_status("set", str(source), "meta.telescope=ROMAN", "--out", str(target))),
    ):
        done, found = tried(name, lambda save=save: [save()])
        faults += found
        if done is not None and not found:
            faults.append(f"{name} says that it is done")
        if not is_kind(target.lstat().st_mode):
            faults.append(f"{name} replaces it")
            break
    return faults


def _raising_status(*arguments: str) -> None:
    status, text = command(*arguments)
    if status:
        raise OSError(text)


def command(*arguments: str) -> tuple[int, str]:
    """Run the command line; return its status and what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            status = cli.main(list(arguments))
        except SystemExit as end:
            status = int(end.code or 0)
    return status, out.getvalue()


@act("save under long and odd names")
def _names(folder: Path) -> list[str]:
    faults = []
    for name in ("a" * 250 + ".asdf", "啊" * 83 + ".asdf", "a b\n.asdf", "-x.asdf", "%41.asdf"):
        path = folder / name
        _, found = tried(f"a name of {len(os.fsencode(name))} bytes", lambda path=path: image().save(path))
        faults += found
        # schemas allow so many letters
        if not path.exists() and len(name) <= _LETTERS:
            faults.append(f"a name of {len(os.fsencode(name))} bytes is not saved")
    path = Path(os.fsdecode(os.fsencode(folder) + b"/\xff.asdf"))
    return faults + tried("a name that is no UTF-8", lambda: image().save(path))[1]


@act("save into a link that leads to itself")
def _loop(folder: Path) -> list[str]:
    (folder / "a.asdf").symlink_to("b.asdf")
    (folder / "b.asdf").symlink_to("a.asdf")
    return tried("save", lambda: image().save(folder / "a.asdf"))[1]


@act("save over a private file of somebody else")
def _private(folder: Path) -> list[str]:
    path = folder / "image.asdf"
    path.write_bytes(b"")
    path.chmod(0o600)
    if os.getuid() == 0:
        os.chown(path, 1234, 2345)
    before = path.stat()
    seen: set[int] = set()
    is_over = threading.Event()

    def look() -> None:
        while not is_over.is_set():
            for each in os.scandir(folder):
                with contextlib.suppress(OSError):
                    seen.add(each.stat().st_mode & 0o777)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        _, faults = tried("save", lambda: image(512).save(path))
    finally:
        is_over.set()
        watcher.join()
    after = path.stat()
    if (before.st_mode, before.st_uid, before.st_gid) != (after.st_mode, after.st_uid, after.st_gid):
        faults.append("mode, owner or group are lost")
    return faults + [f"readable by others for a while: {mode:o}" for mode in seen - {0o600}]


@act("overwrite=False")
def _overwrite(folder: Path) -> list[str]:
    path = folder / "image.asdf"
    path.write_bytes(b"old")
    done, faults = tried("save", lambda: [image().save(path, overwrite=False)])
    if path.read_bytes() != b"old" or done is not None:
        faults.append("the file is replaced")
    return faults


@act("set of odd values")
def _set(folder: Path) -> list[str]:
    path = folder / "image.asdf"
    faults = []
    for name, assignment in {
        "brackets": "meta.exposure.read_pattern=" + "[" * 100_000,
        "inf": "meta.exposure.exposure_time=1e400",
        "nan": "meta.exposure.exposure_time=NaN",
        "digits": "meta.exposure.nresultants=" + "9" * 5000,
        "no place": "meta.no.such.place=1",
        "a list": "meta.image_metas.calibration_software_name=x",
    }.items():
        path.write_bytes(content())
        result, found = tried(name, lambda assignment=assignment: command("set", str(path), assignment))
        faults += found
        if result is not None and result[0] == 0:
            faults.append(f"set of {name} says that it is done")
        if result is not None and "set_int_max_str_digits" in result[1]:
            faults.append(f"set of {name} speaks of Python's own settings")
        if path.read_bytes() != content():
            faults.append(f"set of {name} writes the file")
    return faults


@act("upgrade into a file")
def _upgrade_into_file(folder: Path) -> list[str]:
    path, target = folder / "image.asdf", folder / "target"
    path.write_bytes(content())
    target.write_bytes(b"")
    result, faults = tried("upgrade", lambda: command("upgrade", str(path), "--out", str(target)))
    return faults + (["says that it is done"] if result is not None and result[0] == 0 else [])


@act("upgrade of two files of one name")
def _upgrade_two(folder: Path) -> list[str]:
    paths = []
    for name in ("a", "b"):
        (folder / name).mkdir()
        paths.append(folder / name / "image.asdf")
        paths[-1].write_bytes(content())
    arguments = [*map(str, paths), "--out", str(folder / "out"), "--overwrite"]
    result, faults = tried("upgrade", lambda: command("upgrade", *arguments))
    return faults + (["one copy replaces the other"] if result is not None and result[0] == 0 else [])


@act("other odd arguments")
def _arguments(folder: Path) -> list[str]:
    path = folder / "image.asdf"
    path.write_bytes(content())
    (folder / "empty").mkdir()
    faults = []
    odd: dict[str, tuple[Any, ...]] = {
        "catalog into /proc": ("catalog", path, "--to", "/proc/x.parquet"),
        "catalog by no process": ("catalog", path, "--to", folder / "x.db", "--processes", "-3"),
        "an empty folder": ("validate", folder / "empty"),
        "a file that is not there": ("diff", path, folder / "none.asdf"),
    }
    for name, arguments in odd.items():
        result, found = tried(name, lambda arguments=arguments: command(*map(str, arguments)))
        faults += found
        if result is not None and result[0] == 0:
            faults.append(f"{name} says that it is done")
    return faults
