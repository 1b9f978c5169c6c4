"""What is read from the files now, by this package and by the ``roman_datamodels`` that is installed."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asdf
from roman_datamodels import datamodels as peer

import roman_cal_models as rcm
from roman_cal_models.errors import format_path

from . import DATA
from .making import witness
from .releases import RELEASES
from .witness import leaves

__all__ = ["COLUMNS", "README", "Row", "files", "readme", "rows"]

README = DATA / "README.rst"

COLUMNS = ("opened", "equal", "valid", "upgraded", "opened by RDM", "equal there")


@dataclass(frozen=True)
class Row:
    """What was found of a file.

    Parameters
    ----------
    release : str
        That wrote it.
    file : str
        Its name.
    ours : str or None
        What is wrong with what is read from it here; None where nothing is.
    problems : int
        How many problems it has by the schemas that are installed.
    upgrade : str or None
        Why there is no valid model of the newest version of it.
    theirs : str or None
        What is wrong with what the peer reads from it.
    """

    release: str
    file: str
    ours: str | None
    problems: int
    upgrade: str | None
    theirs: str | None

    @property
    def marks(self) -> tuple[bool, ...]:
        """Whether each column is in order."""
        ours, theirs = ((_is_opened(fault), fault is None) for fault in (self.ours, self.theirs))
        return (*ours, not self.problems, self.upgrade is None, *theirs)


def _is_opened(fault: str | None) -> bool:
    return fault is None or not fault.startswith("not opened")


def files(data: Path = DATA) -> list[tuple[Path, dict[str, Any]]]:
    """Return the files of all releases, oldest first, each with what its release read from it."""
    return [
        (data / release.version / file, expected)
        for release in RELEASES
        for file, expected in witness(data / release.version).items()
    ]


def rows(data: Path = DATA) -> Iterator[Row]:
    """Yield a row a file."""
    for path, expected in files(data):
        yield _row(path, expected)


def _row(path: Path, expected: dict[str, Any]) -> Row:
    theirs = _theirs(path, expected)
    try:
        with rcm.open(path) as model:
            problems = len(model.problems())
            ours = _difference(expected, leaves(model.node))
            return Row(path.parent.name, path.name, ours, problems, _upgrade(model), theirs)
    except rcm.RomanCalModelsError as error:
        return Row(path.parent.name, path.name, f"not opened: {error}", 0, "not opened", theirs)


def _upgrade(model: rcm.DataModel) -> str | None:
    try:
        problems = model.upgrade().problems()
    except rcm.UpgradeError as error:
        return str(error)
    paths = ", ".join(dict.fromkeys(format_path(problem.path) for problem in problems))
    return f"the old values are not allowed now of {paths}" if paths else None


def _theirs(path: Path, expected: dict[str, Any]) -> str | None:
    with warnings.catch_warnings(), asdf.config_context() as config:
        # as in asdf 6; earlier ones refuse what is not valid
        config.validate_on_read = False
        # it warns of tags that it does not know
        warnings.simplefilter("ignore")
        try:
            with peer.open(path) as model:
                return _difference(expected, leaves(model._instance))
        except TypeError as error:
            return f"not opened: {error}"


def _difference(expected: dict[str, Any], found: dict[str, Any]) -> str | None:
    paths = [
        path
        for path in {**expected, **found}
        if path not in expected or path not in found or expected[path] != found[path]
    ]
    if not paths:
        return None
    path = paths[0]
    return f"{path} is {found.get(path, 'not there')} and not {expected.get(path, 'there')}, and {len(paths) - 1} more"


def readme(found: list[Row]) -> str:
    """Return the text of the file that stands beside the data."""
    opened, equal, valid, upgraded, theirs, theirs_equal = (
        sum(row.marks[number] for row in found) for number in range(len(COLUMNS))
    )
    # whatever the last part of its version: what it reads is a matter of the others
    name = "roman_datamodels " + ".".join(version("roman_datamodels").split(".")[:2])
    refused = [row for row in found if row.problems]
    text = f"""\
Files that old releases of roman_datamodels wrote
=================================================

Made by ``python -m tools.old_files``. In each folder, ``provenance.json`` tells what with, and ``witness.json`` what
the release itself reads from its files. This text is written by ``python -m tools.old_files --table --readme``.

{len(found)} files of {len(RELEASES)} releases, {RELEASES[0].version} to {RELEASES[-1].version}:

- roman_cal_models opens {opened} of them; {equal} have the content that their own release reads.
- {name} opens {theirs} of them; {theirs_equal} have that content.
- {valid} are valid by the schemas of their versions as RAD has them now, and are saved under their own tags.
  The other {len(refused)}, of {_range(refused)}, can be read and edited, but to save them as they are is refused, with
  the path of every problem: before its release 0.23, RAD changed schemas under their versions.
- {upgraded} become valid models of the newest version with ``upgrade``.

"""
    lines = [
        f"What {name} does not read:",
        "",
        *_listed(found, lambda row: row.theirs and _kind(row.theirs)),
        "",
        "What ``upgrade`` does not make valid, and why:",
        "",
        *_listed(found, lambda row: row.upgrade),
    ]
    return text + "\n".join(lines) + "\n"


def _listed(found: list[Row], reason: Callable[[Row], str | None]) -> Iterator[str]:
    for each in dict.fromkeys(filter(None, map(reason, found))):
        which = [row for row in found if reason(row) == each]
        names = ", ".join(dict.fromkeys(row.file.removesuffix(".asdf") for row in which))
        yield from textwrap.wrap(f"- {names} of {_range(which)}: {each}", 118, subsequent_indent="  ")


def _kind(fault: str) -> str:
    if _is_opened(fault):
        return f"other content: {fault}"
    return "no model of the top node"


def _range(found: list[Row]) -> str:
    releases = list(dict.fromkeys(row.release for row in found))
    return releases[0] if len(releases) == 1 else f"{releases[0]} to {releases[-1]}"
