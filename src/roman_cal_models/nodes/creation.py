"""Nodes made from their schemas: minimal ones, fake ones, and conversions of other mappings.

The fake values are those that users know from ``roman_datamodels``, so that tests written against it go on passing.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ..blocks.origins import inherit
from ..foreign.arrays import fake_array
from ..foreign.kind import NOTHING
from ..foreign.kinds import kind_of_tag
from ..schema import installed
from .classes import class_of, class_of_document
from .deferred import Deferred, FakeValue
from .from_file import adopt, make_node
from .list_node import ListNode
from .object_node import ObjectNode

if TYPE_CHECKING:
    from ..schema.places import ObjectSchema, Place
    from .scalar_node import ScalarNode

__all__ = ["create_fake_data", "create_from_node", "create_list", "create_minimal", "create_scalar"]

_Node = TypeVar("_Node", bound=ObjectNode)
_List = TypeVar("_List", bound=ListNode[Any])

NO_TEXT = "?"
NO_NUMBER = -999999

_OBJECT = frozenset({"properties", "patternProperties", "required", "additionalProperties"})
_ARRAY = frozenset({"items", "additionalItems", "minItems", "maxItems", "uniqueItems"})
_STRING = frozenset({"pattern", "minLength", "maxLength"})
_NUMBER = frozenset({"multipleOf", "minimum", "maximum"})


def create_minimal(cls: type[_Node], schema: ObjectSchema | None, defaults: Mapping[str, Any] | None = None) -> _Node:
    """Return a node of the required properties whose value can be told."""
    return _finished(cls, schema, _Minimal().object(schema, defaults or {}))


def create_fake_data(
    cls: type[_Node],
    schema: ObjectSchema | None,
    defaults: Mapping[str, Any] | None = None,
    shape: Sequence[int] | None = None,
) -> _Node:
    """Return a valid node of made-up values."""
    return _finished(cls, schema, _Fake(shape).object(schema, defaults or {}))


def create_list(node: _List, given: Any = None, *, fake: bool = False, shape: Sequence[int] | None = None) -> _List:
    """Fill an empty list, minimally or with what is made up."""
    maker = _Fake(shape) if fake else _Minimal()
    assert node.schema_uri is not None
    node.extend(maker.list(installed().root(node.schema_uri), NOTHING if given is None else list(given)))
    return node


def create_scalar(cls: type[ScalarNode], uri: str) -> Any:
    """Return the made-up value of a tagged scalar."""
    return _Fake(None).tagged_scalar(cls, uri)


def create_from_node(cls: type[_Node], schema: ObjectSchema | None, node: Mapping[str, Any]) -> _Node:
    """Return a node of the class that holds deep copies of another's values."""
    return _finished(cls, schema, {key: inherit(copy.deepcopy(value), value) for key, value in node.items()})


def _finished(cls: type[_Node], schema: ObjectSchema | None, values: Mapping[str, Any]) -> _Node:
    """Return the values as a node; they are not checked, as what is given may still be completed."""
    node = make_node(cls, schema)
    for key, value in values.items():
        place = None if schema is None else schema.place(key)
        if isinstance(value, Deferred) and place is not None and place.node_tag is not None:
            value = value.get(lambda: "")  # an old schema wants it tagged, so it must be there to bear the tag
        dict.__setitem__(node, key, value if isinstance(value, Deferred) else adopt(value, place, node))
    return node


class _Minimal:
    """Makes values: what is given, single-valued enums, empty containers."""

    def value(self, place: Place, given: Any) -> Any:
        """Return the value of a place, or `NOTHING`."""
        if place.keyword("tag") is not None:
            return self.tagged(place, given)
        maker: Callable[[Place, Any], Any] = {
            "object": self.mapping,
            "array": self.list,
            "null": lambda place, given: None if given is NOTHING else copy.deepcopy(given),
        }.get(_kind(place), self.scalar)
        return maker(place, given)

    def mapping(self, place: Place, given: Any) -> Any:
        if given is not NOTHING and not isinstance(given, Mapping):
            return copy.deepcopy(given)
        values = self.object(place.object, {} if given is NOTHING else given)
        return _finished(class_of(place.object), place.object, values)

    def object(self, schema: ObjectSchema | None, given: Mapping[str, Any]) -> dict[str, Any]:
        if schema is None:
            return {}
        given = {**self.class_defaults(schema), **given}
        names = [name for name in schema.places if name in schema.required]
        names += [name for name in sorted(schema.required) if name not in schema.places and schema.place(name)]
        values: dict[str, Any] = {}
        for name in names:
            place = schema.place(name)
            assert place is not None
            value = self.value(place, given.get(name, NOTHING))
            if value is not NOTHING:
                values[name] = value
        return values

    def class_defaults(self, schema: ObjectSchema) -> Mapping[str, Any]:
        return class_of(schema)._minimal_defaults(schema)

    def list(self, place: Place, given: Any) -> Any:
        given = [] if given is NOTHING else copy.deepcopy(given)
        shortest = place.keyword("minItems")
        if shortest is None or place.items is None:
            return given
        items = list(given[:shortest])
        while len(items) < shortest:
            item = self.value(place.items, NOTHING)
            if item is NOTHING:
                break
            items.append(item)
        return items

    def scalar(self, place: Place, given: Any) -> Any:
        if given is not NOTHING:
            return copy.deepcopy(given)
        return place.enum[0] if place.enum is not None and len(place.enum) == 1 else NOTHING

    def tagged(self, place: Place, given: Any) -> Any:
        uri = _node_schema(place)
        if uri is None:
            return copy.deepcopy(given) if given is not NOTHING else self.foreign(place)
        if place.object is not None:
            return self.mapping(place, given)
        if place.is_list:
            return self.list(place, given)
        if given is not NOTHING:
            return copy.deepcopy(given)
        return self.tagged_scalar(class_of_document(uri), uri)

    def tagged_scalar(self, cls: type[ScalarNode], uri: str) -> Any:
        made = self.known(cls)
        return self.scalar(installed().root(uri), NOTHING) if made is None else made

    def known(self, cls: type[ScalarNode]) -> Any:
        return cls.minimal()

    def foreign(self, place: Place) -> Any:
        return NOTHING


class _Fake(_Minimal):
    """Makes values: what is given, and made-up ones."""

    def __init__(self, shape: Sequence[int] | None) -> None:
        self._shape = tuple(shape or ())

    def object(self, schema: ObjectSchema | None, given: Mapping[str, Any]) -> dict[str, Any]:
        values = super().object(schema, given)
        defaults = {} if schema is None else {**self.class_defaults(schema), **given}
        values.update({name: copy.deepcopy(defaults[name]) for name in defaults if name not in values})
        return values

    def class_defaults(self, schema: ObjectSchema) -> Mapping[str, Any]:
        defaults = dict(class_of(schema)._fake_defaults(schema))
        return defaults if schema.tag is None else {**super().class_defaults(schema), **defaults}

    def list(self, place: Place, given: Any) -> Any:
        made = super().list(place, given)
        return made if made or given is NOTHING else copy.deepcopy(given)

    def scalar(self, place: Place, given: Any) -> Any:
        if given is not NOTHING:
            return copy.deepcopy(given)
        if place.enum is not None:
            return place.enum[0]
        kind = _kind(place)
        if kind == "string":
            # the one pattern of RAD that "?" does not match: p_exptype, exposure types each followed by a bar
            return "WFI_IMAGE|" if "WFI_IMAGE|" in (place.keyword("pattern") or "") else NO_TEXT
        if place.keyword("ndim") is not None:
            return fake_array(place, self._shape)
        least = max(NO_NUMBER, place.keyword("minimum") or NO_NUMBER)
        return {"integer": math.ceil(least), "number": float(least), "boolean": False}.get(kind, NOTHING)

    def known(self, cls: type[ScalarNode]) -> Any:
        fake = cls.fake()
        return cls.minimal() if fake is None else fake

    def foreign(self, place: Place) -> Any:
        kind = kind_of_tag(place.tags[0])
        if kind.fake_tag is None:
            return kind.fake(place, self._shape)
        return FakeValue(kind.fake_tag, lambda: kind.fake(place, self._shape))


def _kind(place: Place) -> str:
    """Return the JSON type of what stands at a place, told by its keywords where no type is named."""
    named = place.keyword("type")
    if named is not None:
        return named if isinstance(named, str) else str(named[0])
    keywords = {name for piece in place.pieces for name in piece.schema}
    for kind, telling in (("object", _OBJECT), ("array", _ARRAY), ("string", _STRING), ("number", _NUMBER)):
        if not telling.isdisjoint(keywords):
            return kind
    return "unknown"


def _node_schema(place: Place) -> str | None:
    """Return the schema URI of the node that a place wants tagged; None where it wants a foreign object."""
    return None if place.node_tag is None else place._facts.store.schema_of(place.node_tag)
