"""What the catalogue holds when a run begins: which files need to be read again, and which of it the run has met."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from typing import Literal

from ..errors import CatalogError
from .files.names import Listed
from .inventory import Inventory
from .reading.file_reader import Known, Reader, Task

__all__ = ["Holdings", "Numbers", "Trust", "check_trust"]

Trust = Literal["content", "mtime", "etag"]


def check_trust(trust: Trust) -> None:
    """Refuse another word.

    Raises
    ------
    CatalogError
        It is another.
    """
    if trust not in ("content", "mtime", "etag"):
        raise CatalogError(f"trust is 'content', 'mtime' or 'etag', not {trust!r}")


class Holdings:
    """What a catalogue held when a run began, and which of it the run has met.

    Parameters
    ----------
    inventory : Inventory
        Of the catalogue.
    reader : Reader
        What reads its files.
    trust : {"content", "mtime", "etag"}
        As for `ingest`.
    """

    def __init__(self, inventory: Inventory, reader: Reader, trust: Trust) -> None:
        self._inventory = inventory
        self._reader = reader
        self._trust = trust
        self._met = Numbers()
        self.began = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        """When the run began, in UTC without its zone, as in the tables."""
        self.last = inventory.last_number()
        """The largest number of a file before that."""
        self.passed = 0
        """How many files were held to be unchanged, unopened."""

    def tasks(self, files: Sequence[Listed]) -> list[Task]:
        """Return what there is to read of some files, with what is known of them."""
        keys = [file.key for file in files]
        known = self._inventory.known(keys)
        failed = () if self._trust == "content" else self._inventory.failing(keys)
        tasks: list[Task] = []
        for file, key in zip(files, keys, strict=True):
            held = known.get(key)
            if held is not None:
                self._met.add(held.id)
                if key not in failed and self._is_trusted(file, held):
                    self.passed += 1
                    continue
            tasks.append((file, held))
        return tasks

    def has_met(self, number: int) -> bool:
        """Return whether a file was among those of the run, by its number."""
        return number in self._met

    def _is_trusted(self, file: Listed, held: Known) -> bool:
        """Return whether a file is held to be unchanged without a look into it."""
        if self._trust == "content" or self._reader.force:
            return False
        # rows of another release or mapping are not those that it would get; nor is it told which tables were chosen
        if self._reader.tables is not None or held.made_by != self._reader.made_by:
            return False
        if self._trust == "etag":
            return file.etag is not None and file.etag == held.etag
        size, modified = file.size, file.modified
        if "://" not in file.name:
            try:
                found = os.stat(file.name)
            except OSError:  # whoever reads it tells it
                return False
            size, modified = found.st_size, found.st_mtime_ns
        return None not in (size, modified) and (size, modified) == (held.size, held.modified)


class Numbers:
    """A set of numbers that lie close together: a bit each."""

    _WIDTH = 1 << 16

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, number: int) -> None:
        """Take a number in."""
        page, place = divmod(number, self._WIDTH)
        bits = self._pages.get(page)
        if bits is None:
            bits = self._pages[page] = bytearray(self._WIDTH // 8)
        bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, number: int) -> bool:
        page, place = divmod(number, self._WIDTH)
        bits = self._pages.get(page)
        return bits is not None and bool(bits[place >> 3] & (1 << (place & 7)))
