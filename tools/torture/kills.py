"""What writes is killed at a random moment: the target is then the old or the new file, whole."""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import signal
import tempfile
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asdf
import numpy as np

import roman_cal_models as rcm
from roman_cal_models import archive, cli
from roman_cal_models.models import atomic

from .files import image
from .trials import Options, Trial

__all__ = ["trials"]

_SIZE = 192
_FILES = 12  # that are ingested


def trials(options: Options) -> Iterator[Trial]:
    """Kill one process a trial, and see what it left; they take turns: save, set, upgrade, ingest."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        works = [kind(Path(folder) / kind.__name__.lower().strip("_")) for kind in (_Save, _Set, _Upgrade, _Ingest)]
        usual = [min(_run(work, None) for _ in range(3)) for work in works]
        chance = random.Random(options.seed)
        killed = 0
        while killed < options.count:
            at = killed % len(works)
            begin = time.monotonic()
            seconds = _run(works[at], chance.uniform(0, usual[at] * 1.05))
            if seconds >= 0:  # it had ended before
                usual[at] = min(usual[at], seconds)
                continue
            killed += 1
            yield Trial(f"{works[at].name} {killed}", tuple(works[at].faults()), time.monotonic() - begin)
        for work in works:
            _run(work, None)
            left = [path.name for path in work.folder.rglob("*.part")]
            yield Trial(f"{work.name}, once more", (f"{len(left)} pieces are left of killed runs",) if left else ())


class _Work(ABC):
    """Something that writes.

    Parameters
    ----------
    folder : Path
        In which it does.
    """

    name: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.target = folder / "target.asdf"
        self.set_up()

    @abstractmethod
    def set_up(self) -> None:
        """Make what is needed, once."""

    @abstractmethod
    def prepare(self) -> None:
        """Have everything as it is before."""

    @abstractmethod
    def run(self) -> None:
        """Write."""

    @abstractmethod
    def faults(self) -> list[str]:
        """Return what is wrong after a kill."""

    def _one_of(self, *models: Any) -> list[str]:
        """Return what is wrong unless the target is one of some models, whole and with its checksums."""
        try:
            with asdf.open(self.target, validate_checksums=True, lazy_load=False, memmap=False) as file:
                found: Any = file["roman"]
                values = np.array(found["data"]), np.array(found["dq"]), _flag(found)
        except Exception as error:
            return [f"the target is no whole file: {type(error).__name__}: {error}"]
        for model in models:
            same = np.array_equal(values[0], model.data) and np.array_equal(values[1], model.dq)
            if same and values[2] == _flag(model):
                return []
        return ["the target is neither the old nor the new file"]


def _flag(image: Any) -> str | None:
    """Return the flag that is set; None of an old image, which has none."""
    flag: str | None = image["meta"].get("cal_step", {}).get("flat_field")
    return flag


class _Save(_Work):
    name = "save"
    size = _SIZE

    def set_up(self) -> None:
        self._old, self._new = image(self.size, 0), image(self.size, 1)
        self._old.save(self.folder / "old.asdf")

    def prepare(self) -> None:
        shutil.copy(self.folder / "old.asdf", self.target)

    def run(self) -> None:
        self._new.save(self.target)

    def faults(self) -> list[str]:
        return self._one_of(self._old, self._new)


class _Set(_Save):
    """A flag, in a file whose blocks are so long that they are written straight to the disk, or shared."""

    name = "set"
    size = 1536

    def set_up(self) -> None:
        super().set_up()
        self._new = image(self.size, 0)
        self._new.meta.cal_step.flat_field = "COMPLETE"

    def run(self) -> None:
        assert cli.main(["set", str(self.target), "meta.cal_step.flat_field=COMPLETE"]) == 0


class _Upgrade(_Work):
    name = "upgrade"

    def set_up(self) -> None:
        old: Any = rcm.ImageModel.create_fake_data(shape=(_SIZE, _SIZE), version="1.0.0")
        old.data, old.dq = image(_SIZE, 2).data, image(_SIZE, 2).dq
        self._source = self.folder / "sources" / self.target.name
        self._source.parent.mkdir()
        old.save(self._source)
        self._upgraded = old.upgrade()

    def prepare(self) -> None:
        self.target.unlink(missing_ok=True)

    def run(self) -> None:
        assert cli.main(["upgrade", str(self._source), "--out", str(self.folder)]) == 0

    def faults(self) -> list[str]:
        return self._one_of(self._upgraded) if self.target.exists() else []


class _Ingest(_Work):
    """Files that are there, that have changed since, and new ones, into a catalogue."""

    name = "ingest"

    def set_up(self) -> None:
        self._files, self._catalog = self.folder / "files", self.folder / "catalog.db"
        self._files.mkdir()
        self._write(_FILES // 2, "WFI01")
        self._ingest(self.folder / "before.db")
        self._before = _content(self.folder / "before.db")
        self._write(_FILES, "WFI02")
        shutil.copy(self.folder / "before.db", self.folder / "after.db")
        self._ingest(self.folder / "after.db")
        self._after = _content(self.folder / "after.db")
        assert len(self._after) == _FILES and len(self._before) == _FILES // 2

    def _write(self, count: int, detector: str) -> None:
        model: Any = rcm.ImageModel.create_fake_data(shape=(8, 8))
        model.meta.instrument.detector = detector
        for number in range(count):
            # the first ones stay as they are
            path = self._files / f"r{number:04}.asdf"
            if number > 2 or not path.exists():
                model.save(path)

    def _ingest(self, catalog: Path) -> None:
        archive.ingest(self._files, f"sqlite:///{catalog}", batch=2)

    def prepare(self) -> None:
        for path in self.folder.glob("catalog.db*"):
            path.unlink()
        shutil.copy(self.folder / "before.db", self._catalog)

    def run(self) -> None:
        self._ingest(self._catalog)

    def faults(self) -> list[str]:
        try:
            # what is not whole would be neither as it was nor as it will be
            found = _content(self._catalog)
            half = [file for file, rows in found.items() if rows not in (self._before.get(file), self._after[file])]
            self._ingest(self._catalog)
            completed = _content(self._catalog)
        except Exception as error:
            return [f"the catalogue cannot be read or completed: {type(error).__name__}: {error}"]
        faults = [f"{len(half)} files are in the catalogue by half"] if half else []
        return faults + (["the next run does not complete it"] if completed != self._after else [])


def _content(catalog: Path) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    """Return the rows of each file, by their table, but for times and for the number that it got."""
    import sqlite3

    found: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
    with contextlib.closing(sqlite3.connect(catalog)) as connection:
        files = dict(connection.execute("SELECT archive_id, archive_file FROM ingested_files"))
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        for (name,) in connection.execute(query).fetchall():
            key, *others = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            quoted = ", ".join(f'"{column}"' for column in others if column not in ("ingested", "failed", "modified"))
            for file, *row in connection.execute(f"SELECT {key}, {quoted} FROM {name} ORDER BY {quoted}"):
                rows = found.setdefault(files.get(file, file), {})
                rows.setdefault(name, []).append(tuple(row))
    return found


def _run(work: _Work, kill_after: float | None) -> float:
    """Do it in a process of its own; return the seconds that it took, or -1 if it was killed."""
    work.prepare()
    process = os.fork()
    if process == 0:
        status = 1
        try:
            # a process of its own has searched no folder yet, and makes no pause after that
            atomic._next_searches.clear()
            with contextlib.redirect_stdout(io.StringIO()):
                work.run()
            status = 0
        finally:
            os._exit(status)
    begin = time.monotonic()
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if status not in (0, signal.SIGKILL):
        raise RuntimeError(f"{work.name} fails without being killed: status {status}")
    return -1 if status else time.monotonic() - begin
