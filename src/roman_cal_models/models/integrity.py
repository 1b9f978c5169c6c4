"""Whether what a model takes from its file is there, and is what was written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..blocks.origins import origin_of
from ..errors import (
    ChecksumError,
    FileError,
    ForeignValueError,
    ModelClosedError,
    Problem,
    TruncatedFileError,
)
from ..errors import format_path as written
from ..foreign.arrays import is_in_block
from ..nodes.deferred import FileValue
from ..nodes.lazy_dict import raw_members
from ..nodes.object_node import ObjectNode
from ..nodes.shapes import shape_problems
from ..sources.file_blocks import FileBlocks, arrays_in, bytes_needed
from ..sources.file_source import FileSource
from ..yaml import opened

if TYPE_CHECKING:
    from ..blocks.integrity import Fault, Survey, Verdict

__all__ = ["model_problems", "refuse_wrong_blocks"]

_Path = tuple[str | int, ...]

# what neither is an object of a block nor holds one
_PLAIN = frozenset({str, int, float, bool, type(None)})


def model_problems(
    node: ObjectNode,
    source: FileSource | None,
    *,
    blocks: bool,
    each: Callable[[int, int, Verdict], None] | None = None,
) -> list[Problem]:
    """Return what is wrong with a model, and with the blocks of the file that it was opened from.

    Parameters
    ----------
    node : ObjectNode
        The top node.
    source : FileSource or None
        The file.
    blocks : bool
        Whether the blocks are read and compared with their checksums; otherwise their heads alone are.
    each : callable, optional
        Is told the number of each block that was read, how many there are, and what became of it.

    Raises
    ------
    ModelClosedError
        The blocks are to be read, and the file was closed.
    """
    found = [*node.problems(), *shape_problems(node)]
    return found + _block_problems(node, source, blocks=blocks, each=each)


def refuse_wrong_blocks(node: ObjectNode, *, in_memory: bool = False, copies: bool = False) -> None:
    """Check that what is written under a new checksum is what was written under the old one.

    Blocks are compared with their checksums, where they have one: those that are still to be read, and those of
    arrays that were read before. Arrays that were put in their place since are left alone.

    Parameters
    ----------
    node : ObjectNode
        The top node.
    in_memory : bool
        Whether only the blocks of arrays that were read before are of interest.
    copies : bool
        Whether blocks that are still to be read are copied with their checksums, which then tell as much of the copy.

    Raises
    ------
    TruncatedFileError, ForeignValueError
        A block that is still to be read is not there, or broken.
    ChecksumError
        A block is not what was written.
    """
    by_file: dict[int, list[_Use]] = defaultdict(list)
    for use in _uses(node):
        if use.is_loaded or not in_memory:
            by_file[id(use.file)].append(use)
    for used in by_file.values():
        _refuse(used[0].file, used, copies=copies)


def _block_problems(
    node: ObjectNode, source: FileSource | None, *, blocks: bool, each: Callable[[int, int, Verdict], None] | None
) -> list[Problem]:
    if source is None:
        return []
    if source.is_closed:
        if blocks:
            raise ModelClosedError(source.name, "its blocks cannot be checked after the file was closed")
        return []
    found = source.blocks.survey()
    used = [use for use in _uses(node) if use.file is source.blocks]
    problems = [_problem((), fault) for fault in found.faults if fault.block is None and (blocks or _matters(fault))]
    problems += [_problem(use.path, fault) for use, fault in _faults_of(used, found)]
    known = {found.number_of(use.block) for use in used if type(use.block) is int}
    problems += [_problem((), fault) for fault in found.faults if fault.block is not None and fault.block not in known]
    return problems + (_after_reading(used, source.blocks, found, each) if blocks else [])


def _matters(fault: Fault) -> bool:
    """Return whether a fault of the file is more than one of the index of its blocks, which is only a convenience."""
    return fault.kind != "index"


def _faults_of(used: Iterable[_Use], found: Survey) -> Iterator[tuple[_Use, Fault]]:
    """Yield what is wrong with the blocks of arrays that are not in memory, by their heads."""
    from ..blocks.integrity import Fault

    for use in used:
        if use.is_loaded:
            continue
        if type(use.block) is int:
            yield from ((use, fault) for fault in found.faults_of(use.block, use.needed))
        else:
            yield use, Fault("block", None, f"its source {use.block!r} is not a number of a block")


def _after_reading(
    used: Iterable[_Use], file: FileBlocks, found: Survey, each: Callable[[int, int, Verdict], None] | None
) -> list[Problem]:
    """Read the blocks, and return what is wrong with them."""
    from ..blocks.integrity import named

    count = len(found.blocks)
    paths: dict[int, list[_Path]] = defaultdict(list)
    for use in used:
        if type(use.block) is int:
            paths[found.number_of(use.block)].append(use.path)

    def tell(number: int, verdict: Verdict) -> None:
        if each is not None:
            each(number, count, verdict)

    problems = []
    for number, verdict in file.check(range(count), whole=True, each=tell).items():
        for path in paths.get(number, [()]):
            if verdict.fault is not None:
                problems.append(_problem(path, verdict.fault))
            elif verdict.checksum == "missing":
                message = f"{named(number, of_array=bool(path))} has no checksum"
                problems.append(Problem(path, "no_checksum", message, number, None, "", level="warning"))
    return problems


def _problem(path: _Path, fault: Fault) -> Problem:
    return Problem(path, fault.kind, fault.message(of_array=bool(path)), fault.block, None, "")


def _refuse(file: FileBlocks, used: list[_Use], *, copies: bool) -> None:
    if not file.is_closed:
        first = min(_faults_of(used, file.survey()), key=lambda each: each[1].block or 0, default=None)
        if first is not None:
            raise _error(file, first[0].path, first[1])
    read = [use for use in used if use.is_loaded or not copies]
    verdicts = file.check({use.block for use in read if type(use.block) is int})
    for use in used:
        verdict = verdicts.get(use.block) if type(use.block) is int else None
        if verdict is None or verdict.fault is None:
            continue
        if verdict.fault.kind == "checksum":
            text = f"{written(use.path)}: its block {use.block} {verdict.fault.text}, so that these are not the values"
            raise ChecksumError(file.name, f"{text} that were written. To save them as they are, set a copy of it")
        if not use.is_loaded:
            raise _error(file, use.path, verdict.fault)


def _error(file: FileBlocks, path: _Path, fault: Fault) -> FileError:
    kind = TruncatedFileError if fault.kind == "truncated" else ForeignValueError
    return kind(file.name, f"{written(path)} cannot be read, {_problem(path, fault).message}")


class _Use(NamedTuple):
    """A block that an array is made of.

    Parameters
    ----------
    path : tuple of str and int
        Where the array stands.
    file : FileBlocks
        The file.
    block : object
        The number of the block, if it is a number.
    needed : int or None
        How many bytes of it the array needs; None where that is not known.
    is_loaded : bool
        Whether the array is in memory, and needs its block no more.
    """

    path: _Path
    file: FileBlocks
    block: Any
    needed: int | None
    is_loaded: bool


def _uses(node: ObjectNode) -> Iterator[_Use]:
    """Yield the blocks that a model is made of, whichever file they stand in; nothing is built for it."""
    stack: list[tuple[Any, _Path, Any]] = [(node, (), node._source)]
    while stack:
        value, path, source = stack.pop()
        value = opened(value)
        if isinstance(value, FileValue):
            yield from _of_file_value(value, path)
        elif isinstance(value, (dict, list)):
            if is_in_block(value):
                yield from _unread(value, path, source)
            source = getattr(value, "_source", source)
            members = [(key, raw) for key, raw in raw_members(value) if raw.__class__ not in _PLAIN]
            stack += [(raw, (*path, key), source) for key, raw in reversed(members)]
        else:
            yield from _loaded(value, path)


def _of_file_value(value: FileValue, path: _Path) -> Iterator[_Use]:
    if value.is_built:
        yield from _loaded(value.get(lambda: written(path)), path)
    else:
        for below, array in arrays_in(value.raw):
            yield from _unread(array, (*path, *below), value.source)


def _unread(raw: Any, path: _Path, source: Any) -> Iterator[_Use]:
    if isinstance(source, FileSource):
        yield _Use(path, source.blocks, raw["source"], bytes_needed(raw), is_loaded=False)


def _loaded(value: Any, path: _Path) -> Iterator[_Use]:
    origin = origin_of(value)
    for block in () if origin is None else origin.blocks:
        assert origin is not None
        yield _Use(path, origin.file, block, None, is_loaded=True)
