"""Arguments that several commands take, and what they do with them."""

from __future__ import annotations

import argparse
import errno
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..archive.files.manifests import Manifest

__all__ = [
    "SCHEMAS",
    "add_schemas",
    "files_of",
    "inside",
    "keys_of",
    "make_folder",
    "manifest_of",
    "number_of_processes",
    "page",
    "paths_of",
    "register",
]

SCHEMAS = "ROMAN_CAL_MODELS_SCHEMAS"
"""The environment variable that names folders of schemas for all commands."""

_part = re.compile(r"([^\[\]]+)((?:\[-?\d{1,9}\])*)").fullmatch


def keys_of(path: str) -> Iterator[str | int]:
    """Yield the keys and indexes that lead to a value: ``meta``, ``image_metas``, 0, ``name``.

    Parameters
    ----------
    path : str
        As it was typed: ``meta.image_metas[0].name``.

    Raises
    ------
    ValueError
        It is no path.
    """
    from ..nodes.names import key_name

    for part in path.split("."):
        found = _part(part)
        if found is None:
            raise ValueError(f"{path}: {part!r} is not a name, nor the name of a list with an index such as [0]")
        yield key_name(found[1])
        yield from (int(index) for index in re.findall(r"-?\d+", found[2]))


def inside(path: str) -> str:
    """Return a path of a file below its ``roman``, which may be named as well."""
    return "" if path == "roman" else path.removeprefix("roman.")


def paths_of(given: Iterable[str]) -> list[str | Manifest]:
    """Return paths that were typed; one that begins with ``@`` is that of a list of them."""
    return [manifest_of(path) if path.startswith("@") else path for path in given]


def files_of(given: Sequence[str]) -> list[str]:
    """Return files that were typed: as they were, and for folders, patterns and lists those that these stand for.

    What cannot be listed is named as well, and so is a folder without files: whoever reads it tells why.
    """
    found: list[str] = []
    for path in given:
        listed = [*_listed(path)] if _stands_for_many(path) else [path]
        found += listed or ([] if path.startswith("@") else [path])
    return found


def _stands_for_many(path: str) -> bool:
    if path.startswith("@") or path.endswith("/") or os.path.isdir(path):
        return True
    return any(letter in path for letter in "*?[") and not os.path.lexists(path)


def _listed(path: str) -> Iterator[str]:
    from ..archive.files.listing import Listing
    from ..archive.reading.file_reader import Failure

    if path.startswith("@"):
        yield from manifest_of(path)
    else:
        for each in Listing(path):
            yield each.file if isinstance(each, Failure) else each.name


def manifest_of(path: str) -> Manifest:
    """Return the list of files whose path was typed behind an ``@``."""
    from ..archive.files.manifests import manifest

    return manifest(path[1:])


def number_of_processes(text: str) -> int:
    """Return a number of processes that was typed."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes, 1 or more")
    return int(text)


def page(text: str) -> Path:
    """Return a file that was named for a page: its ending keeps an image from being overwritten by mistake."""
    path = Path(text)
    if path.suffix not in (".html", ".htm"):
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .html")
    return path


def make_folder(folder: Path) -> None:
    """Make a folder that was named for what is written; it may be there.

    Raises
    ------
    OSError
        It cannot be made; `NotADirectoryError` where a file has its name, `TargetError` where it is a URL.
    """
    from ..models.atomic import refuse_url

    refuse_url(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None


def add_schemas(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names folders of schemas."""
    parser.add_argument(
        "--schemas",
        metavar="FOLDER",
        action="append",
        default=[],
        help=f"register schemas of your own first; may be repeated. {SCHEMAS} names folders for all commands",
    )


def register(folders: list[str]) -> None:
    """Register the folders of schemas that were named, by argument or in the environment.

    Raises
    ------
    SchemaError
        Something is wrong with one.
    """
    wanted = [folder for folder in os.environ.get(SCHEMAS, "").split(os.pathsep) if folder] + folders
    if not wanted:
        return
    import warnings

    from ..errors import SchemaWarning
    from ..registration.registering import register_schemas

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SchemaWarning)  # schema --check tells them
        for folder in wanted:
            register_schemas(folder)
