"""What the tests of ingesting share: many small files, and what stands in a catalogue."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import sqlalchemy as sql

from roman_cal_models import archive
from roman_cal_models.archive.database.inventory import DatabaseInventory
from roman_cal_models.archive.database.writer import Catalog
from roman_cal_models.archive.parquet.manifest import NAME, Manifest
from roman_cal_models.archive.reading.file_reader import Known

TIMES = {"ingested", "failed", "modified"}
"""The columns that differ from run to run; of a file that was changed just now, the time of that is not kept."""

Content = dict[str, list[dict[str, Any]]]


def content(url: str) -> Content:
    """Return the rows of every table of a catalogue, each with the name of its file, but for the times of the run.

    Numbers of files are left out: they depend on who came first.
    """
    engine = sql.create_engine(url)
    metadata = sql.MetaData()
    found: Content = {}
    with engine.connect() as connection:
        metadata.reflect(connection)
        files = metadata.tables["ingested_files"]
        names = dict(
            connection.execute(files.select().with_only_columns(files.c.archive_id, files.c.archive_file)).all()
        )
        for name, table in sorted(metadata.tables.items()):
            rows = [dict(row) for row in connection.execute(table.select()).mappings()]
            for row in rows:
                if "archive_id" in row:
                    row["archive_file"] = names[row.pop("archive_id")]
                for column in TIMES & row.keys():
                    del row[column]
            found[name] = sorted(rows, key=lambda row: str(sorted(row.items())))
    engine.dispose()
    return found


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


class Target(ABC):
    """A catalogue, whatever it is kept in."""

    @abstractmethod
    def ingest(self, paths: Any, **options: Any) -> archive.Report: ...

    @abstractmethod
    def content(self) -> Content: ...

    @abstractmethod
    def known(self, files: list[str]) -> dict[str, Known]: ...

    @property
    @abstractmethod
    def about_files(self) -> tuple[str, str]:
        """A database of SQLite, and the table in it that says what made the rows of files."""

    def files_in(self, table: str) -> set[str]:
        """Return the names of the files that have rows in a table, without their folders."""
        return {Path(row["archive_file"]).name for row in self.content()[table]}

    def numbers(self, *tables: str) -> list[int]:
        """Return how many rows some tables have, by default those that each file of the tests has one in."""
        found = self.content()
        return [len(found[name]) for name in tables or ("ingested_files", "WFIExposure", "ScienceRefData")]


@dataclass(frozen=True)
class Database(Target):
    """One of SQLite."""

    path: Path

    @property
    def url(self) -> str:
        return url_of(self.path)

    def ingest(self, paths: Any, **options: Any) -> archive.Report:
        return archive.ingest(paths, self.url, **options)

    def content(self) -> Content:
        return content(self.url)

    def known(self, files: list[str]) -> dict[str, Known]:
        with Catalog(self.url) as catalog:
            return {**DatabaseInventory(catalog).known(files)}

    @property
    def about_files(self) -> tuple[str, str]:
        return str(self.path), "ingested_files"


@dataclass(frozen=True)
class DataSetOfParquet(Target):
    """One whose tables are cut by the detector where they have it."""

    path: Path

    def ingest(self, paths: Any, **options: Any) -> archive.Report:
        return archive.to_parquet(paths, self.path, partition_by="detector", **options)

    def content(self) -> Content:
        """Return the rows of every table, as readers of Parquet find them."""
        found: Content = {name: [] for name in archive.tables().tables}
        for path in (path for path in self.path.iterdir() if path.is_dir()):
            rows = ds.dataset(path, partitioning="hive").to_table().to_pylist()
            rows = [{key: value for key, value in row.items() if key not in TIMES} for row in rows]
            found[path.name] = sorted(rows, key=lambda row: str(sorted(row.items())))
        return found

    def known(self, files: list[str]) -> dict[str, Known]:
        manifest = Manifest(self.path, None)
        try:
            return manifest.known(files)
        finally:
            manifest.close()

    @property
    def about_files(self) -> tuple[str, str]:
        return str(self.path / NAME), "files"


TARGETS: dict[str, Any] = {"database": Database, "parquet": DataSetOfParquet}


def write_files(folder: Path, header: bytes, number: int, *, seed: int = 0) -> list[Path]:
    """Write files of three detectors."""
    folder.mkdir(exist_ok=True)
    chance = random.Random(seed)
    paths = []
    for index in range(number):
        path = folder / f"r{index:04}.asdf"
        path.write_bytes(header.replace(b"detector: WFI01", b"detector: WFI%02d" % chance.randint(1, 3), 1))
        paths.append(path)
    return paths


# What is wrong with a file -> its bytes, and a piece of the reason that is told
def bad_files(header: bytes) -> dict[str, tuple[bytes, str]]:
    """Return files that cannot be ingested, by name: their bytes, and a piece of the reason that is to be told."""
    head, _, tree = header.partition(b"--- !core/asdf")
    assert tree
    line = tree.index(b"\n") + 1

    def with_value(text: bytes) -> bytes:
        return head + b"--- !core/asdf" + tree[:line] + b"hostile: " + text + b"\n" + tree[line:]

    aliases = b"\n".join(b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 10))
    return {
        "truncated": (header[: len(header) // 2], "ends inside of its header"),
        "empty": (b"", "it is empty"),
        "not-asdf": (b"SIMPLE  =                    T", "a FITS file, not an ASDF file"),
        "no-tree": (b"#ASDF 1.0.0\n#ASDF_STANDARD 1.6.0\n", "ends before its header"),
        "not-roman": (
            b"#ASDF 1.0.0\n%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n--- !core/asdf-1.1.0\nfoo: 1\n...\n",
            "roman",
        ),
        "unknown-tag": (header.replace(b"/tags/wfi_image-", b"/tags/wfi_imago-"), "wfi_imago"),
        "alias-bomb": (with_value(b"0\na0: &a0 [0, 0]\n" + aliases), "aliases followed"),
        "nested": (with_value(b"[" * 5000 + b"]" * 5000), "nested more than"),
        "huge-scalar": (with_value(b'"' + b"x" * 17_000_000 + b'"'), "header_max_bytes"),
        "huge-list": (with_value(b"[" + b"0," * 200_000 + b"0]"), "in one list or mapping"),
        "not-utf-8": (with_value(b'"\xff\xfe"'), "invalid leading UTF-8"),
        "open-quote": (with_value(b'"'), "YAML"),
    }
