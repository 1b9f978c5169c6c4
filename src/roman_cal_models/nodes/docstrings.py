"""Docstrings of classes, nodes and properties, by what the schemas say: for ``help``, IPython's ``?`` and Sphinx."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..printable import printable_lines
from . import names
from .classes import class_name_of

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema

__all__ = ["LazyDocstring", "class_docstring", "documentation", "property_docstring"]

_WIDTH = 90


class LazyDocstring:
    """A ``__doc__`` that is made when it is asked for, as what it says stands in the schemas.

    Parameters
    ----------
    make : callable
        ``make(instance, owner)`` gives the text, or None for none; the instance is None for that of the class itself.
    """

    def __init__(self, make: Callable[[Any, Any], str | None]) -> None:
        self._make = make

    def __get__(self, instance: Any, owner: Any) -> str | None:
        return self._make(instance, owner)


def class_docstring(text: str | None) -> LazyDocstring:
    """Return a class's ``__doc__`` that lists the properties: of a node by its own version, of a class by the newest.

    Parameters
    ----------
    text : str or None
        The docstring that the class was written with; None without docstrings (``python -OO``), and then there is none.
    """
    return LazyDocstring(lambda node, cls: None if text is None else documentation(text, cls._schema_of(node)))


def property_docstring(cls: Any, key: str) -> str | None:
    """Return what the schemas say of a property of a class; None for one that they do not know.

    Parameters
    ----------
    cls : type
        Class of nodes or models.
    key : str
        Name of the property; of one that only older versions have, the newest of those tells.
    """
    schema = next((schema for schema in cls._schemas() if key in schema.properties), None)
    if schema is None:
        return None
    import textwrap

    place = schema.properties[key]
    title = place.title or key
    lines = [title if title.endswith((".", "?", "!")) else f"{title}."]
    if place.description is not None and place.description.rstrip(".") != title.rstrip("."):
        lines += ["", *textwrap.wrap(place.description, _WIDTH)]
    facts = {
        "Type": _type_in_full(place),
        "Allowed": ", ".join(map(repr, place.enum or ())),
        "Unit": _unit(place),
        "Archive": "" if place.archive is None else ", ".join(place.archive.destinations),
        "Required": "yes" if key in schema.required else "no",
        "Schema": schema.parsed.short,
    }
    facts_lines = (f"{name}: {value}" for name, value in facts.items() if value)
    lines += ["", *(part for line in facts_lines for part in textwrap.wrap(line, _WIDTH, subsequent_indent="    "))]
    return printable_lines("\n".join(lines))


def _type_in_full(place: PropertySchema) -> str:
    """Return the type of a value: of a node its class, of an array that of its elements and its dimensions."""
    if place.object is not None and class_name_of(place.object) != "ObjectNode":
        return class_name_of(place.object)
    types = dict.fromkeys(_types(place))
    if place.is_array:
        datatype, ndim = place.keyword("datatype"), place.keyword("ndim")
        elements = f" of {datatype}" if isinstance(datatype, str) else ""
        return f"{' or '.join(types)}{elements}{f', {ndim} dimensions' if ndim else ''}"
    return " or ".join(types)


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
    return " or ".join(dict.fromkeys(_types(place))) or "any"


def _types(place: PropertySchema) -> list[str]:
    return [*sorted(place.types), *(tag.rpartition("/")[2].partition("-")[0] for tag in place.tags)]


def _unit(place: PropertySchema) -> str:
    return place.unit if isinstance(place.unit, str) else " or ".join(place.unit or ())


def _facts(place: PropertySchema) -> Iterator[str]:
    if place.unit is not None:
        yield f"in {_unit(place)}"
    if place.archive is not None:
        yield f"in the archive {', '.join(place.archive.destinations)}"
