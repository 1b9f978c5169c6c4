"""What a page tells of one file: its problems, and its tree. Its header and the heads of its blocks are read."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import FilenameMismatchWarning, RomanCalModelsError, told
from ..header.header import Header
from ..header.reading import read_header
from ..models.integrity import model_problems
from ..models.opening import open as open_model
from ..nodes.outline_builder import outline
from ..outline.page import pieces
from ..printable import printable
from ..schema import uris

__all__ = ["Details", "details", "problems_of"]


@dataclass(frozen=True, slots=True)
class Details:
    """What is told of a file.

    Parameters
    ----------
    problems : tuple of str
        Each on one line; why it could not be checked, if that is so.
    errors : int
        How many of them are more than warnings.
    tree : tuple of str
        Pieces of HTML that make its tree, with a head.
    """

    problems: tuple[str, ...]
    errors: int
    tree: tuple[str, ...]


def details(file: str) -> Details:
    """Return what is told of a file.

    Parameters
    ----------
    file : str
        Path or URL.

    Raises
    ------
    RomanCalModelsError, OSError
        It has no header that can be read.
    """
    header = read_header(file)
    found = list(problems_of(file))
    return Details(
        tuple(text for _, text in found),
        sum(is_error for is_error, _ in found),
        tuple(pieces(outline(header.node, header.model_type or ""), notes_of(header))),
    )


def notes_of(header: Header) -> list[str]:
    """Return what stands beside the name of a tree: its schema."""
    uri = header.node.schema_uri
    return [] if uri is None else [uris.parse(uri).short]


def problems_of(file: str) -> Iterator[tuple[bool, str]]:
    """Yield whether each problem of a file is more than a warning, and its text; why it cannot be checked is one.

    Parameters
    ----------
    file : str
        Path or URL.
    """
    try:
        with warnings.catch_warnings():
            # a renamed file is not a problem of what it holds
            warnings.simplefilter("ignore", FilenameMismatchWarning)
            model = open_model(file)
        with model:
            for problem in model_problems(model.node, model._source, blocks=False):
                is_error = problem.level == "error"
                yield is_error, printable(f"{'' if is_error else 'warning: '}{problem}")
    except (RomanCalModelsError, OSError) as error:
        yield True, told(error, os.path.basename(file))
