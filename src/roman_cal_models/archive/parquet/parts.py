"""Rows into the parts of a Parquet data set, old ones left out that no longer hold."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ...models.atomic import atomically
from ..database.tables import FILE
from .manifest import Manifest, Part, unfinished
from .schema import ArrowTables, arrow_module

__all__ = ["SUFFIX", "Writing", "write_rows"]

SUFFIX = ".parquet"

# What Hive, and all who read as it does, take for null.
_NULL = "__HIVE_DEFAULT_PARTITION__"

# As many as are held in memory at a time.
_ROWS_A_GROUP = 2**15
# Parts of so many rows are not put together any more.
_ROWS_A_PART = 2**20


class Writing:
    """One batch of rows, written beside what is there.

    Parameters
    ----------
    manifest : Manifest
        Of the data set.
    tables : ArrowTables
        Its tables.
    """

    def __init__(self, manifest: Manifest, tables: ArrowTables) -> None:
        self._arrow = arrow_module()
        self._manifest = manifest
        self._tables = tables
        self._kinds = {name: _kind(schema) for name, schema in tables.stored.items()}
        self.new: dict[Part, list[Part]] = {}
        """What was written, and which parts it is to take the place of."""
        self.emptied: list[Part] = []
        """The parts of which nothing is left."""

    def write(self, batch: int, rows: Mapping[str, Sequence[Any]], replaced: Sequence[str]) -> None:
        """Write the parts that a batch makes and changes.

        Parameters
        ----------
        batch : int
            Its number.
        rows : mapping
            Arrow tables by the name of their table.
        replaced : sequence of str
            The files whose earlier rows are no longer to be there.
        """
        gone = self._arrow.array(replaced, self._arrow.string())
        changed: defaultdict[str, list[Part]] = defaultdict(list)
        for part in self._manifest.parts_of_files(replaced):
            if self._holds(part, gone):
                changed[part.folder].append(part)
        pieces = {folder: piece for name, some in rows.items() for folder, piece in self._pieces(name, some)}
        plan: list[tuple[Part, list[Part], Any]] = []
        for folder in sorted({*pieces, *changed}):
            plan += self._plan(batch, folder, pieces.get(folder), changed[folder])
        self._manifest.begin(part.path for part, _, _ in plan)
        for part, olds, new in plan:
            size = self._write(part, olds, new, gone)
            if size:
                self.new[replace(part, size=size)] = olds
            else:
                self.emptied += olds

    def _plan(
        self, batch: int, folder: str, new: Any, changed: Sequence[Part]
    ) -> Iterator[tuple[Part, list[Part], Any]]:
        """Yield the parts to write in a folder, what each takes the place of, and the rows that come to it."""
        joined: list[Part] = []
        if new is not None:
            kind = self._kinds[folder.partition("/")[0]]
            joined = self._joined(folder, kind, new.num_rows, changed)
            # Who reads the parts one by one meets no row twice, whatever happens meanwhile: what only gets or only
            # loses rows takes the place of the old part, and what is put together has a name that nobody knows yet.
            is_in_place = len(joined) == 1 and joined[0] not in changed
            path = joined[0].path if is_in_place else f"{folder}/part-{batch:08}{SUFFIX}"
            yield Part(path, 0, kind), joined, new
        for part in changed:
            if part not in joined:
                yield part, [part], None

    def _joined(self, folder: str, kind: str, size: int, changed: Sequence[Part]) -> list[Part]:
        """Return the parts that are written together with new rows.

        Those that are written again anyway, and those that are less than twice as large as what there is by then. So
        each part is at least twice as large as the next smaller one, which makes few parts of any number of rows, and
        no row is written more often than one can multiply by 1.5 until there are as many.
        """
        joined: list[Part] = []
        for is_changed in (True, False):
            for part in self._manifest.parts_of_folder(folder):
                if size + part.size > _ROWS_A_PART or (part.size >= 2 * size and not is_changed):
                    break
                if part.kind == kind and (part in changed) is is_changed:
                    joined.append(part)
                    size += part.size
        return joined

    def _pieces(self, name: str, tables: Sequence[Any]) -> Iterator[tuple[str, Any]]:
        """Yield the rows of a table, by the folder that they go to."""
        whole = self._arrow.concat_tables(tables)
        keys = self._tables.partitions[name]
        if not keys:
            yield name, whole
            return
        whole = whole.sort_by([(key, "ascending") for key in keys])
        values = list(zip(*(whole.column(key).to_pylist() for key in keys), strict=True))
        whole = whole.drop_columns(list(keys))
        start = 0
        for end in range(1, len(values) + 1):
            if end == len(values) or values[end] != values[start]:
                yield "/".join([name, *map(_segment, keys, values[start])]), whole.slice(start, end - start)
                start = end

    def _holds(self, part: Part, gone: Any) -> bool:
        compute = self._arrow.compute
        with self._arrow.parquet.ParquetFile(self._path(part)) as file:
            found = (
                compute.any(compute.is_in(some.column(0), value_set=gone)).as_py()
                for some in file.iter_batches(_ROWS_A_GROUP, columns=[FILE])
            )
            return any(found)

    def _write(self, part: Part, olds: Sequence[Part], new: Any, gone: Any) -> int:
        """Write a part, and return how many rows it has."""
        target = self._path(part)
        target.parent.mkdir(parents=True, exist_ok=True)
        name = part.path.partition("/")[0]
        schema = self._arrow.parquet.read_schema(target) if new is None else self._tables.stored[name]
        size = 0
        with (
            atomically(self._manifest.folder / unfinished(part.path)) as stream,
            self._arrow.parquet.ParquetWriter(stream, schema, compression="zstd") as writer,
        ):
            for group in self._groups(self._contents(olds, new, gone)):
                writer.write_table(group.cast(schema), row_group_size=_ROWS_A_GROUP)
                size += group.num_rows
        return size

    def _contents(self, olds: Sequence[Part], new: Any, gone: Any) -> Iterator[Any]:
        compute = self._arrow.compute
        for old in olds:
            with self._arrow.parquet.ParquetFile(self._path(old)) as file:
                for some in file.iter_batches(_ROWS_A_GROUP):
                    left = some.filter(compute.invert(compute.is_in(some.column(FILE), value_set=gone)))
                    yield self._arrow.Table.from_batches([left])
        if new is not None:
            yield new

    def _groups(self, tables: Iterable[Any]) -> Iterator[Any]:
        """Yield the same rows, as many at a time as make a group, and fewer at the end."""
        held: list[Any] = []
        count = 0
        for table in tables:
            held.append(table)
            count += table.num_rows
            if count >= _ROWS_A_GROUP:
                whole = self._arrow.concat_tables(held)
                full = count - count % _ROWS_A_GROUP
                yield whole.slice(0, full)
                held, count = [whole.slice(full)], count - full
        if count:
            yield self._arrow.concat_tables(held)

    def _path(self, part: Part) -> Path:
        return self._manifest.folder / part.path


def write_rows(path: Path, schema: Any, pieces: Iterable[Sequence[Mapping[str, Any]]]) -> None:
    """Write rows as one file, whole or not at all; none for no rows.

    Parameters
    ----------
    path : Path
        The file.
    schema : pyarrow.Schema
        Its columns.
    pieces : iterable of sequences of mapping
        The rows.
    """
    arrow = arrow_module()
    first = next(iter(pieces := iter(pieces)), None)
    if first is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomically(path) as stream, arrow.parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        writer.write_table(arrow.Table.from_pylist(first, schema=schema))
        for piece in pieces:
            writer.write_table(arrow.Table.from_pylist(piece, schema=schema))


def _segment(key: str, value: Any) -> str:
    return f"{key}={_NULL if value is None or value == '' else quote(str(value), safe='')}"


def _kind(schema: Any) -> str:
    """Return what tells parts apart that cannot be put together: by columns, types, and the release of RAD."""
    told = [(field.name, str(field.type)) for field in schema]
    return hashlib.sha256(repr((told, schema.metadata)).encode()).hexdigest()[:16]
