"""The blocks of a file, as far as they were checked, and the objects that were built from them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from ..blocks.origins import Origin, remember
from ..blocks.positions import PositionedBytes, positioned
from ..foreign.arrays import is_in_block
from ..lazily import cached_property
from .arrays import layout_of

if TYPE_CHECKING:
    from ..blocks.integrity import Survey, Verdict

__all__ = ["FileBlocks", "arrays_in", "bytes_needed"]


class FileBlocks:
    """The blocks of a file, as far as they were checked. It outlives the models of the file, and closes nothing.

    Parameters
    ----------
    stream : binary file object
        The file.
    file : PositionedBytes
        Its bytes.
    start : int
        Where its header ends.
    name : str or None
        Its name.
    """

    def __init__(self, stream: BinaryIO, file: PositionedBytes, start: int, name: str | None) -> None:
        self.name = name
        self._stream = stream
        self._file = file
        self._start = start
        self._verdicts: dict[int, Verdict] = {}

    @property
    def is_closed(self) -> bool:
        """Whether the file was closed."""
        return bool(getattr(self._stream, "closed", False))

    def survey(self) -> Survey:
        """Look at the heads of all blocks."""
        from ..blocks.integrity import survey

        return survey(self._file, self._start)

    def check(
        self,
        numbers: Collection[int],
        *,
        whole: bool = False,
        each: Callable[[int, Verdict], None] | None = None,
    ) -> dict[int, Verdict]:
        """Return what is known of some blocks; those that were not checked before, or all for `whole`, are read.

        Blocks whose heads are broken are left out, and so are all if the file was closed and is no longer there.

        Parameters
        ----------
        numbers : collection of int
            Of the blocks.
        whole : bool
            Whether they are decompressed even where their checksums are right.
        each : callable, optional
            Is told the number of each block that is read, and what became of it.
        """
        from ..blocks.integrity import check_all, survey

        unknown = [number for number in numbers if whole or number not in self._verdicts]
        if unknown:
            with self._readable() as file:
                found = None if file is None else survey(file, self._start)
                if file is not None and found is not None:
                    sound = {n: found.blocks[n] for n in unknown if not found.faults_of(n)}
                    foreign = _foreign({block.compression for block in sound.values()})
                    self._verdicts.update(check_all(file, sound, whole=whole, foreign=foreign, each=each))
        return {number: self._verdicts[number] for number in numbers if number in self._verdicts}

    def remember(self, value: Any, raw: Any) -> None:
        """Remember that an object was built from blocks of this file, so that they can be checked when it is saved."""
        numbers = tuple({array["source"] for _, array in arrays_in(raw) if type(array["source"]) is int})
        if numbers:
            _ = self._identity  # while the file is open
            remember(value, Origin(self, numbers))

    @cached_property
    def _identity(self) -> tuple[str, tuple[int, ...]] | None:
        if self.name is None or "://" in self.name:
            return None
        try:
            return os.path.abspath(self.name), _identity(self._stream)
        except (OSError, ValueError, AttributeError):  # no file of the system
            return None

    @contextmanager
    def _readable(self) -> Generator[PositionedBytes | None]:
        """Give the bytes of the file, opened again where it was closed; None if it is not what it was."""
        if not self.is_closed:
            yield self._file
            return
        path, identity = self.__dict__.get("_identity") or ("", ())
        try:
            stream = open(path, "rb")  # noqa: SIM115
        except OSError:
            yield None
            return
        with stream:
            yield positioned(stream) if _identity(stream) == identity else None


def _identity(stream: Any) -> tuple[int, ...]:
    state = os.fstat(stream.fileno())
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


def _foreign(compressions: Collection[bytes]) -> frozenset[bytes]:
    """Return which of some compressions asdf knows by its extensions."""
    from ..blocks.codecs import is_known

    if all(map(is_known, compressions)):
        return frozenset()
    from ..asdf_bridge import compressions as known

    return known()


def arrays_in(raw: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the arrays of a raw tree that have a source, and where they stand in it."""
    if isinstance(raw, dict):
        if is_in_block(raw):
            yield path, raw
        for key, value in raw.items():
            yield from arrays_in(value, (*path, key))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from arrays_in(value, (*path, index))


def bytes_needed(raw: Any) -> int | None:
    """Return how many bytes of its block an array reaches over; None where that is not known."""
    from ..blocks.sections import extent

    try:
        layout = layout_of(raw, 0)
    except ValueError:
        return None
    return None if any(length < 0 for length in layout.shape) else extent(layout)[1]
