"""Methods of models: a node into a file, by the whole check and then one atomic write."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .. import asdf_bridge, errors
from ..errors import Problem, TargetError, format_path
from ..nodes.object_node import ObjectNode
from ..yaml import TaggedMapping

if TYPE_CHECKING:
    from ..changes import Change
    from .data_model import DataModel

__all__ = ["check", "save", "to_asdf", "write", "write_unchecked"]

# Arrays of fewer elements stand in the header itself, as in the files of roman_datamodels.
INLINE_THRESHOLD = 512

_SOFTWARE = {"name": "roman_cal_models", "author": "the authors of roman_cal_models"}


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
        An array that was read from a file, or is still to be, is not what was written there. Nothing was written.
        Setting a copy of the array (``model.data = model.data.copy()``) takes its values for good.
    TargetExistsError
        There is a file, and it is not to be replaced.
    TargetError
        What is there is not a file (a FIFO, a device), or the name is not text.
    ValueError
        The name does not end in ``.asdf``.
    """
    path = Path(path(self.node["meta"]["filename"]) if callable(path) else path)
    target = path if dir_path is None else Path(dir_path) / path.name
    if target.suffix == ".parquet" and hasattr(type(self), "to_parquet"):
        self.to_parquet(target, overwrite=overwrite)
        return target
    if target.suffix != ".asdf":
        ending = repr(target.suffix) if target.suffix else "a file without ending"
        raise ValueError(f"{target}: models are saved as .asdf, not as {ending}")
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
        ``all_array_compression`` (``"lz4"`` by default), ``all_array_storage``, ``compression_kwargs``,
        ``pad_blocks``, ``include_block_index`` and ``write_checksums``, as `asdf.AsdfFile.write_to` takes them.

    Raises
    ------
    ValidationError, ChecksumError, TruncatedFileError, TargetExistsError, TargetError
        As for `save`. Nothing was written.
    """
    write(self.node, Path(path), overwrite=overwrite, history=self._history, **kwargs)


def write(
    node: ObjectNode,
    path: Path,
    *,
    overwrite: bool = True,
    history: Sequence[Change | TaggedMapping] = (),
    all_array_compression: str | None = "lz4",
    all_array_storage: str | None = None,
    compression_kwargs: dict[str, Any] | None = None,
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
        A block that an array was read from, or is still to be, is not what was written there. Nothing was written.
    TargetExistsError, TargetError, OSError
        It cannot be written there, as `atomically` says.
    """
    from ..extension.trees import tagged_tree
    from .atomic import atomically
    from .integrity import refuse_wrong_blocks

    check(node, path)
    refuse_wrong_blocks(node)
    tree = tagged_tree(node, node.tag)
    _set_in_file(tree, node, path)
    options: dict[str, Any] = {
        "all_array_compression": all_array_compression,
        "pad_blocks": pad_blocks,
        "include_block_index": include_block_index,
        "write_checksums": write_checksums,
    }
    if all_array_storage is not None:
        options["all_array_storage"] = all_array_storage
    if compression_kwargs is not None:
        options["compression_kwargs"] = compression_kwargs
    with atomically(path, overwrite=overwrite) as stream:
        _write(tree, history, stream, path, options, inline=all_array_storage is None)


def write_unchecked(node: ObjectNode, stream: BinaryIO, path: Path) -> dict[str, Any]:
    """Write a node that was checked as part of another, with its arrays inline.

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
    from ..extension.trees import tagged_tree

    tree = tagged_tree(node, node.tag)
    _set_in_file(tree, node, path)
    _write(tree, (), stream, path, {"all_array_storage": "inline"}, inline=True)
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
    if not _is_text(path.name):
        raise TargetError(path, "meta.filename cannot hold this name: it is not text in UTF-8")
    found = [problem for problem in node.problems() if problem.path != ("meta", "filename")]
    found += _problems_of_name(node, path)
    if found:
        raise errors.ValidationError(found, str(path))


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
    options: dict[str, Any],
    *,
    inline: bool,
) -> None:
    from ..asdf_bridge import settled_config
    from ..extension.converters import serialised_type
    from ..schema import installed

    manifest = installed().store.manifest_of_node(tree._tag)
    assert manifest is not None
    top = serialised_type(str(manifest.uri))(tree)
    with settled_config() as config, _extensions_of_ones_own(str(manifest.uri)) as extensions:
        if inline and config.array_inline_threshold is None and not _needs_blocks(tree):
            config.array_inline_threshold = INLINE_THRESHOLD
        file = asdf_bridge.new_file({"roman": top}, extensions)
        _add_history(file, history)
        asdf_bridge.write_file(file, stream, name=str(path), where=lambda value: _where(tree, value), options=options)


# What makes a set of extensions one of its own, by manifest: as many as there were saves at the same time.
_spare_marks: dict[str, list[Any]] = {}


@contextmanager
def _extensions_of_ones_own(manifest: str) -> Generator[list[Any]]:
    """Lend the extensions by which a model is saved.

    asdf notes for a set of extensions which classes were imported since it looked last, and two threads that do so
    at once disturb each other. So no two saves have the same set at the same time.
    """
    from ..extension import writing_extensions

    spare = _spare_marks.setdefault(manifest, [])
    try:
        mark = spare.pop()
    except IndexError:
        mark = asdf_bridge.empty_extension("asdf://stsci.edu/datamodels/roman/extensions/mark-1.0.0")
    try:
        yield [*writing_extensions(manifest), mark]
    finally:
        spare.append(mark)


def _add_history(file: Any, history: Sequence[Change | TaggedMapping]) -> None:
    """Add what happened to the data: the entries of the file that it comes from, then what was done here."""
    from ..sources.yaml_source import YamlSource

    source = YamlSource(None, file.version_string)
    kept = [source.build(entry, lambda: "an entry of the history") for entry in history if isinstance(entry, dict)]
    if kept:
        file.tree["history"] = {"entries": kept}
    for change in history:
        if not isinstance(change, dict):
            file.add_history_entry(str(change), _SOFTWARE | {"version": _version()})


def _version() -> str:
    from importlib.metadata import version

    return version("roman-cal-models")


def _needs_blocks(tree: Any) -> bool:
    """Return whether there is an array that asdf cannot give back from the header.

    One of several fields would lose the byte order of its fields, and what asdf writes there of one without
    dimensions it cannot read.
    """
    if isinstance(tree, Mapping):
        return any(map(_needs_blocks, tree.values()))
    if isinstance(tree, list):
        return any(map(_needs_blocks, tree))
    dtype = getattr(tree, "dtype", None)
    # a Quantity without dimensions is written as a number, and an empty table has a dtype but no shape
    is_scalar = getattr(tree, "shape", None) == () and not hasattr(tree, "unit")
    return dtype is not None and (bool(dtype.names) or is_scalar)


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
