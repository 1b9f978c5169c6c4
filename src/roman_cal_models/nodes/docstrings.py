"""Docstrings of classes and nodes, completed by what the schemas say: for ``help``, IPython's ``?`` and Sphinx."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import names

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema

__all__ = ["SchemaDoc", "documentation"]

_WIDTH = 90


class SchemaDoc:
    """A class's ``__doc__`` that lists the properties: of a node by its own version, of a class by the newest.

    Parameters
    ----------
    text : str or None
        The docstring that the class was written with; None without docstrings (``python -OO``).
    """

    def __init__(self, text: str | None) -> None:
        self.text = text

    def __get__(self, node: Any, cls: Any) -> str | None:
        if self.text is None:
            return None
        return documentation(self.text, cls._schema_of(node))


def documentation(text: str, schema: ObjectSchema | None) -> str:
    """Return a docstring with the properties of a schema, as numpydoc writes attributes."""
    if schema is None:
        return text
    text = inspect.cleandoc(text)
    attributes = [line for name, place in schema.properties.items() for line in _attribute(name, place, schema)]
    version = f"Properties by {schema.parsed.short}, which are checked where they are set:"
    return "\n".join([text, "", version, "", "Attributes", "----------", *attributes])


def _attribute(name: str, place: PropertySchema, schema: ObjectSchema) -> Iterator[str]:
    optional = "" if name in schema.required else ", optional"
    yield f"{names.attribute_name(name)} : {_type(place)}{optional}"
    import textwrap

    facts = [place.title or "No title", *_facts(place)]
    yield from textwrap.wrap("; ".join(facts) + ".", _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 4)


def _type(place: PropertySchema) -> str:
    if place.enum is not None:
        return f"{{{', '.join(map(repr, place.enum))}}}"
    tags = [tag.rpartition("/")[2].partition("-")[0] for tag in place.tags]
    return " or ".join(dict.fromkeys([*sorted(place.types), *tags])) or "any"


def _facts(place: PropertySchema) -> Iterator[str]:
    if place.unit is not None:
        yield f"in {place.unit if isinstance(place.unit, str) else ' or '.join(place.unit)}"
    if place.archive is not None:
        yield f"in the archive {', '.join(place.archive.destinations)}"
