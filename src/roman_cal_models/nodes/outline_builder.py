"""Nodes as outlines. Looks only at what stands in a node, built or not: nothing is built for it, no file is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import format_path
from ..foreign.kind import Head, kind_name, plain
from ..foreign.kinds import kind_of, kind_of_tag
from ..outline.entry import Entry
from ..schema import installed, uris
from ..spelling import meant
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence, opened
from .classes import class_name_of, class_name_of_family
from .core import ListCore, ObjectCore
from .deferred import AsdfArray, Deferred, FileValue
from .descriptions import unit_of_several
from .lazy_dict import raw_get

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema
    from .list_node import ListNode
    from .object_node import ObjectNode

__all__ = ["as_html", "hint", "is_simple", "outline", "outline_of_value", "text_lines"]

_TAGGED = (TaggedMapping, TaggedSequence, TaggedScalar)
_PLAIN = (str, bool, int, float)
_SIMPLE = (*_PLAIN, type(None))
_Path = tuple[str | int, ...]


def outline(node: ObjectNode | ListNode[Any], name: str = "") -> Entry:
    """Return the outline of a node.

    Parameters
    ----------
    node : ObjectNode or ListNode
        Of a model, a header, or on its own.
    name : str
        What it is called; that of its class by default.

    Returns
    -------
    Entry
        Arrays are in it by type and shape, other foreign objects that were not built by what their YAML says.
    """
    top = node if isinstance(node, ObjectCore) else {}
    entries = _Entries(top)
    kind = type(node).__name__
    if isinstance(node, ListCore):
        return Entry(name or kind, "", kind, size=len(node), members=partial(entries.of_items, node, node._place, ()))
    title = None if node._schema is None else node._schema.title
    return entries.of_object(name or kind, (), node, title)


def outline_of_value(name: str, value: Any) -> Entry:
    """Return the outline of what else a file holds, as it stands there.

    Parameters
    ----------
    name : str
        Its key.
    value : object
        A value of YAML.
    """
    return _Entries({}).of((name,), value, None)


def hint(entry: Entry, path: str) -> str:
    """Return what may have been meant, or what there is, where a path leads no further.

    Parameters
    ----------
    entry : Entry
        Where the path begins.
    path : str
        It leads to nothing.
    """
    parent, _, name = path.rpartition(".")
    above = entry.at(parent)
    if above is None:
        return hint(entry, parent)
    known = [member.name for member in above.members()]
    near = meant(name, known)
    if near is not None:
        return f". Did you mean {above.path}{'.' if above.path else ''}{near}?"
    return f". {above.path or 'The file'} holds {', '.join(known) or 'nothing else'}"


def text_lines(
    node: ObjectNode | ListNode[Any],
    width: int | None,
    rows: int | None,
    name: str = "",
    file: str | None = None,
    state: str = "",
) -> Iterator[str]:
    """Yield a node as terminals show it: a heading, and a line a value.

    Parameters
    ----------
    node : ObjectNode or ListNode
        What is shown.
    width, rows : int or None
        The longest line, and how many there may be; None cuts nothing.
    name, file, state
        As for `as_html`.
    """
    from ..outline.text import headed_lines

    return headed_lines(outline(node, name), [*_notes(node, state), *([file] if file else [])], width=width, rows=rows)


def as_html(
    node: ObjectNode | ListNode[Any], text: str, name: str = "", file: str | None = None, state: str = ""
) -> str:
    """Return a node as notebooks show it.

    Parameters
    ----------
    node : ObjectNode or ListNode
        What is shown.
    text : str
        What stands for it where styles are not trusted.
    name : str
        What it is called; that of its class by default.
    file : str, optional
        Path or URL of the file that it came from.
    state : str
        What else is to be known of it.
    """
    from ..outline.page import page

    return page(outline(node, name), _notes(node, state), file, text=text)


def _notes(node: ObjectNode | ListNode[Any], state: str) -> list[str]:
    schema = None if node.schema_uri is None else uris.parse(node.schema_uri).short
    return [note for note in (schema, state) if note]


class _Entries:
    """Makes the entries below one node.

    Parameters
    ----------
    top : mapping
        That node, by which the units of its arrays are known.
    """

    def __init__(self, top: Mapping[str, Any]) -> None:
        self._top = top

    def of(self, path: _Path, value: Any, place: PropertySchema | None) -> Entry:
        """Return the entry of a value that stands at a place."""
        name = path[-1] if isinstance(path[-1], str) else f"[{path[-1]}]"
        title = None if place is None else place.title
        unit = None if place is None else self._unit(place)
        value = opened(value)
        if isinstance(value, Deferred) and value.is_built:
            value = value.get(lambda: "")
        if isinstance(value, _TAGGED) and not isinstance(value, TaggedScalar) and installed().store.is_node(value.tag):
            uri = installed().store.schema_of_node(value.tag)
            place = None if uri is None else installed().root(uri)
        elif isinstance(value, (FileValue, *_TAGGED)):
            raw = value.raw if isinstance(value, FileValue) else value
            return self._of_raw(str(name), path, raw, title, unit)
        if isinstance(value, dict):
            return self.of_object(str(name), path, value, title, place)
        if isinstance(value, (list, tuple)):
            return self._of_list(str(name), path, value, title, unit, place)
        return _of_value(str(name), format_path(path), value, title, unit)

    def of_object(
        self,
        name: str,
        path: _Path,
        value: dict[str, Any],
        title: str | None,
        place: PropertySchema | None = None,
        kind: str | None = None,
    ) -> Entry:
        """Return the entry of a node, or of a mapping that will be one."""
        schema = value._schema if isinstance(value, ObjectCore) else None if place is None else place.object
        if kind is None:
            kind = type(value).__name__ if isinstance(value, ObjectCore) else class_name_of(schema)

        def members() -> Iterator[Entry]:
            for key in _in_order(value, schema):
                yield self.of(
                    (*path, str(key)), raw_get(value, key), None if schema is None else schema.property_named(key)
                )

        shown = "object" if kind == "ObjectNode" else kind
        return Entry(name, format_path(path), shown, title, size=len(value), members=members)

    def _of_list(
        self, name: str, path: _Path, value: Any, title: str | None, unit: str | None, place: PropertySchema | None
    ) -> Entry:
        if is_simple(value):
            return Entry(name, format_path(path), "list", title, plain(value), unit=unit)
        items = value._place if isinstance(value, ListCore) else None if place is None else place.items
        kind = type(value).__name__ if isinstance(value, ListCore) else _list_kind(value)
        shown = "list" if kind == "ListNode" else kind
        members = partial(self.of_items, value, items, path)
        return Entry(name, format_path(path), shown, title, size=len(value), members=members)

    def of_items(self, values: Iterable[Any], place: PropertySchema | None, path: _Path) -> Iterator[Entry]:
        """Yield the entries of the items of a list."""
        for index, item in enumerate(values):
            yield self.of((*path, index), item, place)

    def _of_raw(self, name: str, path: _Path, raw: Any, title: str | None, unit: str | None) -> Entry:
        """Return the entry of a foreign object that was not built, by its YAML."""
        kind = kind_of_tag(raw.tag)
        if kind.record is not None and raw and isinstance(raw, TaggedMapping):
            return self.of_object(name, path, raw, title, kind=kind.record)
        return kind.outline_raw(Head(name, format_path(path), title, unit), raw)

    def _unit(self, place: PropertySchema) -> str | None:
        unit = place.unit
        if unit is None or isinstance(unit, str):
            return unit
        return unit_of_several(unit, self._top) or " or ".join(unit)


def _in_order(value: dict[str, Any], schema: ObjectSchema | None) -> list[str]:
    """Return the keys in the order of the schema, then those that it does not know."""
    declared = () if schema is None else schema.properties
    keys = list(dict.keys(value))  # at one moment: another thread may add some
    return [*(key for key in declared if key in value), *(key for key in keys if key not in declared)]


def _of_value(name: str, path: str, value: Any, title: str | None, unit: str | None) -> Entry:
    """Return the entry of a value that is not a container."""
    if isinstance(value, AsdfArray):
        return Entry(name, path, "array", title, dtype=value.array.dtype.name, shape=value.shape, unit=unit)
    if isinstance(value, Deferred):
        return Entry(name, path, kind_name(value.tag), title)
    if value is None or isinstance(value, _PLAIN):
        kind = (
            "null" if value is None else next(cls.__name__ for cls in (str, bool, int, float) if isinstance(value, cls))
        )
        return Entry(name, path, kind, title, plain(value), unit=unit)
    return kind_of(value).outline(Head(name, path, title, unit), value)


def is_simple(value: Any) -> bool:
    """Return whether a list holds nothing but plain values, and lists of them."""
    return all(
        is_simple(item)
        if isinstance(item, (list, tuple)) and not isinstance(item, TaggedSequence)
        else isinstance(item, _SIMPLE) and not isinstance(item, TaggedScalar)
        for item in value
    )


def _list_kind(value: Any) -> str:
    if not isinstance(value, TaggedSequence):
        return "list"
    return class_name_of_family(uris.parse(value.tag)) or "list"
