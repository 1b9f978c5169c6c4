"""Methods of models: a node into a file, by the whole check and then one atomic write."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from .. import asdf_bridge, errors
from ..errors import ForeignValueError, Problem, TargetError, format_path
from ..installation import VERSION
from ..nodes.object_node import ObjectNode
from ..nodes.reading_ahead import arrays_ahead
from ..spelling import did_you_mean, no_argument
from ..yaml import TaggedMapping

if TYPE_CHECKING:
    from ..changes import Change
    from ..extension.array_writing import ArraysOfFile
    from .data_model import DataModel

__all__ = ["check", "save", "to_asdf", "write", "write_unchecked"]

# Arrays of fewer elements stand in the header itself, as in the files of roman_datamodels.
INLINE_THRESHOLD = 512

_END_OF_HEADER = b"\n...\n"

# Of arrays that are in no file yet, as of roman_datamodels.
_OF_NEW_ARRAYS = "lz4"

_SOFTWARE = {"name": "roman_cal_models", "author": "the authors of roman_cal_models"}


# How a compression is called that leaves arrays as they are in their files, as asdf does.
INPUT = "input"

Compression = str | None | Mapping[str, str | None]


def save(
    self: DataModel,
    path: str | PathLike[str] | Callable[[str], str | PathLike[str]],
    dir_path: str | PathLike[str] | None = None,
    *,
    overwrite: bool = True,
    **kwargs: Any,
) -> Path:
    """Check the model whole and write it to a file.

    The file is written under another name beside its place and then renamed, so that a failure leaves what was
    there before. A file that is replaced gives its mode to the new one, and its owner, group and extended
    attributes where the system lets one. Files that killed saves left in the folder are removed. Name and date
    of the file are set in the file, not in the model.

    Parameters
    ----------
    path : str, path-like or callable
        The file, ending in ``.asdf``. A callable is given ``meta.filename`` and returns the path.
    dir_path : str or path-like, optional
        Folder to write to, instead of that of `path`.
    overwrite : bool
        Whether a file that is there is replaced.
    **kwargs
        As for `to_asdf`.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ValidationError
        The model is not valid. Nothing was written.
    ChecksumError, TruncatedFileError
        An array that was loaded from a file is not what was written there, or one that was not loaded is cut off.
        Nothing was written. Setting a copy of the array (``model.data = model.data.copy()``) takes its values for
        good. The block of an array that was never loaded is copied with its checksum, right or wrong.
    TargetExistsError
        There is a file, and it is not to be replaced.
    TargetError
        What is there is not a file (a FIFO, a device), or the name is not text.
    ValueError
        The name does not end in ``.asdf``.
    """
    __tracebackhide__ = True  # here and below: who sees an error wants the line that saved the model
    path = Path(path(self.node["meta"]["filename"]) if callable(path) else path)
    target = path if dir_path is None else Path(dir_path) / path.name
    if target.suffix == ".parquet" and hasattr(type(self), "to_parquet"):
        self.to_parquet(target, overwrite=overwrite)
        return target
    if target.suffix != ".asdf":
        if target.is_dir():
            raise TargetError(target, "is a folder: name a file in it, or give the folder as dir_path")
        ending = repr(target.suffix) if target.suffix else "a file without ending"
        name = target.with_suffix(".asdf").name
        raise ValueError(f"{target}: models are saved as .asdf, not as {ending}; give {name!r}")
    self.to_asdf(target, overwrite=overwrite, **kwargs)
    return target


def to_asdf(self: DataModel, path: str | PathLike[str], *, overwrite: bool = True, **kwargs: Any) -> None:
    """Check the model whole and write it to an ASDF file, as `save` does.

    Parameters
    ----------
    path : str or path-like
        The file.
    overwrite : bool
        Whether a file that is there is replaced.
    **kwargs
        ``compression`` : str, None or mapping
            ``"lz4"``, ``"zlib"``, ``"bzp2"``, what an extension of asdf knows, None for none, or ``"auto"`` for
            lz4 where it saves a tenth, which it does not of noise. A mapping gives it for some arrays by their
            dotted names. By default, ``"input"``: the blocks of arrays that were never loaded are copied as they
            are, compression and checksum with them, and all other arrays are compressed by lz4.
        ``all_array_compression``
            Another name of it, as `asdf.AsdfFile.write_to` has it.
        ``compression_kwargs`` : mapping
            What the compressor is told; ``compression_block_size`` is the length of a piece of lz4 in bytes. By
            default, pieces hold whole rows and have about a megabyte, so that parts can be read quickly.
        ``all_array_storage`` : ``"internal"``, ``"inline"`` or None
            Whether arrays stand in blocks or in the header; by default, short ones stand in the header.
        ``pad_blocks``, ``include_block_index``, ``write_checksums``
            As `asdf.AsdfFile.write_to` takes them.

    Raises
    ------
    ValidationError, ChecksumError, TruncatedFileError, TargetExistsError, TargetError
        As for `save`. Nothing was written.
    ValueError
        A compression, or what it is to be told, does not exist, or there is no array of a name. Nothing was written.
    TypeError
        There is no such argument. Nothing was written.
    """
    __tracebackhide__ = True
    known = (write.__kwdefaults__ or {}).keys() - {"history"}
    if not kwargs.keys() <= known:
        raise no_argument("save", kwargs.keys() - known, known)
    write(self.node, Path(path), overwrite=overwrite, history=self._history, **kwargs)


def write(
    node: ObjectNode,
    path: Path,
    *,
    overwrite: bool = True,
    history: Sequence[Change | TaggedMapping] = (),
    compression: Compression = INPUT,
    all_array_compression: Compression = INPUT,
    all_array_storage: str | None = None,
    compression_kwargs: Mapping[str, Any] | None = None,
    pad_blocks: float | bool = False,
    include_block_index: bool = True,
    write_checksums: bool = True,
) -> None:
    """Check a node and write it as the ``roman`` of a file.

    Raises
    ------
    ValidationError
        The node is not valid. Nothing was written.
    ChecksumError, TruncatedFileError
        The block of an array that was loaded is not what was written there, or one that is still to be read is
        not there. Nothing was written.
    TargetExistsError, TargetError, OSError
        It cannot be written there, as `atomically` says.
    ValueError
        What an option says does not exist, or there is no array of a name.
    """
    from ..blocks.writing import write_blocks
    from ..extension.array_writing import ArraysOfFile
    from ..extension.trees import tagged_tree
    from .atomic import atomically
    from .integrity import refuse_wrong_blocks

    if all_array_storage not in (None, "internal", "inline"):
        raise ValueError(f"all_array_storage={all_array_storage!r}: 'internal', 'inline' and None are known")
    __tracebackhide__ = True
    wanted = _wanted(compression, all_array_compression, compression_kwargs)
    check(node, path)
    chosen = {name: _array_at(node, name) for name in wanted.by_name}
    copies = wanted.copies and all_array_storage != "inline"
    refuse_wrong_blocks(node, copies=copies)
    with nullcontext() if copies else arrays_ahead(node):
        tree = tagged_tree(node, node.tag, copies=copies)
    _set_in_file(tree, node, path)
    with (
        ArraysOfFile(wanted.otherwise, compression_kwargs or {}, _inline(all_array_storage)) as arrays,
        atomically(path, overwrite=overwrite) as stream,
    ):
        arrays.compression_of = {id(array): wanted.by_name[name] for name, array in chosen.items()}
        _write(tree, history, stream, path, arrays, pad=pad_blocks)
        write_blocks(stream, arrays.blocks, checksums=write_checksums, index=include_block_index, pad=pad_blocks)


class _Wanted(NamedTuple):
    """How arrays are to be compressed: by their names, and otherwise; and whether blocks are copied."""

    by_name: Mapping[str, str | None]
    otherwise: str | None
    copies: bool


def _wanted(compression: Compression, alias: Compression, options: Mapping[str, Any] | None) -> _Wanted:
    if compression != INPUT and alias != INPUT:
        raise ValueError("compression and all_array_compression are two names of one thing: give one of them")
    given = alias if compression == INPUT else compression
    for each in given.values() if isinstance(given, Mapping) else [given]:
        if not (each is None or isinstance(each, str)):
            raise ValueError(f"compression={given!r}: it is a name, None, or a mapping of them by names of arrays")
    if isinstance(given, Mapping):
        return _Wanted(given, _OF_NEW_ARRAYS, copies=True)
    if given == INPUT:
        # who tells the compressor something wants it to be used
        return _Wanted({}, _OF_NEW_ARRAYS, copies=options is None)
    return _Wanted({}, given, copies=False)


def _array_at(node: ObjectNode, name: str) -> Any:
    value: Any = node
    for part in str(name).split("."):
        if not isinstance(value, Mapping) or part not in value:
            near = did_you_mean(part, value) if isinstance(value, Mapping) else ""
            raise ValueError(f"compression={{{name!r}: ...}}: there is no array of this name.{near}")
        value = value[part]
    if not hasattr(value, "dtype"):
        raise ValueError(f"compression={{{name!r}: ...}}: it is no array, but {type(value).__name__}")
    return value


def _inline(storage: str | None) -> float | None:
    """Return how many elements an array must have to stand in a block."""
    from ..asdf_bridge import inline_threshold

    if storage == "inline":
        return math.inf
    threshold = inline_threshold()
    return INLINE_THRESHOLD if threshold is None and storage is None else threshold


def write_unchecked(node: ObjectNode, stream: BinaryIO, path: Path) -> dict[str, Any]:
    """Write a node that was checked as part of another, with its arrays inline where a header can hold them.

    Parameters
    ----------
    node : ObjectNode
        The node.
    stream : binary file object
        Where to.
    path : Path
        The file that it becomes part of, whose name and date it is to hold.

    Returns
    -------
    dict
        What it says of the file.
    """
    from ..blocks.writing import write_blocks
    from ..extension.array_writing import ArraysOfFile
    from ..extension.trees import tagged_tree

    tree = tagged_tree(node, node.tag)
    _set_in_file(tree, node, path)
    with ArraysOfFile(None, {}, math.inf) as arrays:
        _write(tree, (), stream, path, arrays)
        write_blocks(stream, arrays.blocks)
    return {key: tree["meta"][key] for key in ("filename", "file_date") if key in tree["meta"]}


def check(node: ObjectNode, path: Path) -> None:
    """Check a node as it will stand in a file of this name, whatever the settings let pass before.

    Raises
    ------
    ValidationError
        It is not valid.
    TargetError
        The name of the file is not text.
    """
    __tracebackhide__ = True
    if not _is_text(path.name):
        raise TargetError(path, "meta.filename cannot hold this name: it is not text in UTF-8")
    found = [problem for problem in node.problems() if problem.path != ("meta", "filename")]
    found += _problems_of_name(node, path)
    if found:
        from ..schema import installed

        raise errors.ValidationError(found, str(path), installed().store.newer_note(node.tag))


def _is_text(name: str) -> bool:
    # Python has a surrogate for each byte of a name that is none
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _problems_of_name(node: ObjectNode, path: Path) -> list[Problem]:
    meta = node.get("meta")
    if not isinstance(meta, ObjectNode) or meta._schema is None:
        return []
    if "filename" not in meta:
        return [problem for problem in node.problems() if problem.path == ("meta", "filename")]
    place = meta._schema.property_named("filename")
    if place is None:
        return []
    from ..nodes.assignment import coerce

    name = coerce(path.name, place, meta)
    return [problem for rules in place.compiled for problem in rules.problems(name, path=("meta", "filename"))]


def _set_in_file(tree: Any, node: ObjectNode, path: Path) -> None:
    """Set name and date of the file in the tree that is written, where the model has them."""
    from astropy.time import Time

    meta = tree.get("meta")
    if not isinstance(meta, dict):
        return
    for key, value in (("filename", path.name), ("file_date", Time.now())):
        if key in meta:
            meta[key] = _like(meta[key], value)


def _like(old: Any, new: Any) -> Any:
    """Return a new value under the tag of an old one."""
    tag = getattr(old, "_tag", None)
    if tag is None or not tag.startswith("asdf://"):
        return new
    return asdf_bridge.tagged(tag, new if isinstance(new, str) else new.isot)


def _write(
    tree: Any,
    history: Sequence[Change | TaggedMapping],
    stream: BinaryIO,
    path: Path,
    arrays: ArraysOfFile,
    *,
    pad: float | bool = False,
) -> None:
    """Write the header of a file, and find out which blocks stand behind it."""
    from ..asdf_bridge import settled_config
    from ..blocks.writing import padding_of
    from ..extension.array_writing import lent_extensions
    from ..extension.converters import serialised_type
    from ..extension.header_text import header_text
    from ..extension.resources import lend
    from ..schema import installed

    manifest = installed().store.manifest_of_node(tree._tag)
    assert manifest is not None
    top = serialised_type(str(manifest.uri))(tree)
    with settled_config() as config, lent_extensions(str(manifest.uri), arrays) as extensions:
        lend(config, str(manifest.uri))
        file = asdf_bridge.new_file({"roman": top}, extensions)
        _add_history(file, history)
        header = header_text(file) or _by_asdf(file, path, lambda value: _where(tree, value))
    stream.write(header)
    if arrays.blocks:
        stream.write(bytes(padding_of(len(header), pad)))


def _by_asdf(file: Any, path: Path, where: Callable[[Any], str]) -> bytes:
    """Have asdf write a header, or say why there can be none."""
    header = io.BytesIO()
    asdf_bridge.write_file(file, header, name=str(path), where=where, options={})
    if not header.getvalue().endswith(_END_OF_HEADER):
        raise ForeignValueError(str(path), "an array without an end (asdf.tags.core.Stream) cannot be written")
    return header.getvalue()


def _add_history(file: Any, history: Sequence[Change | TaggedMapping]) -> None:
    """Add what happened to the data: the entries of the file that it comes from, then what was done here."""
    from ..sources.yaml_source import YamlSource

    source = YamlSource(None, file.version_string)
    kept = [source.build(entry, lambda: "an entry of the history") for entry in history if isinstance(entry, dict)]
    if kept:
        file.tree["history"] = {"entries": kept}
    for change in history:
        if not isinstance(change, dict):
            file.add_history_entry(str(change), _SOFTWARE | {"version": VERSION})


def _where(tree: Any, value: Any) -> str:
    """Return the path of a value in a tree; empty for one that is not there."""
    found = next(_paths(tree, value, ()), None)
    return "a value" if found is None else format_path(found)


def _paths(tree: Any, value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if tree is value:
        yield path
    elif isinstance(tree, Mapping):
        for key, item in tree.items():
            yield from _paths(item, value, (*path, key))
    elif isinstance(tree, Sequence) and not isinstance(tree, (str, bytes)):
        for index, item in enumerate(tree):
            yield from _paths(item, value, (*path, index))
