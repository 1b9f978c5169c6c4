"""Nodes made from their schemas: minimal ones, fake ones, and conversions of other mappings."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from ..blocks.origins import inherit
from ..foreign.kind import NOTHING
from ..schema import installed
from .assignment import coerce, meet_unknown
from .classes import class_of, class_of_document
from .copying import restored, restored_list
from .core import PLAIN, ListCore, ObjectCore, bind
from .deferred import Deferred, FakeValue
from .fake_values import fake_foreign, fake_scalar, json_type

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema
    from .scalar_node import ScalarNode

__all__ = ["create_fake_data", "create_from_node", "create_list", "create_minimal", "minimal_value"]

_Node = TypeVar("_Node", bound=ObjectCore)
_List = TypeVar("_List", bound=ListCore[Any])


def create_minimal(cls: type[_Node], schema: ObjectSchema | None, defaults: Mapping[str, Any] | None = None) -> _Node:
    """Return a node of the required properties whose value can be told."""
    return _checked(_finished(cls, schema, _Minimal().object(schema, defaults or {})), defaults or {})


def minimal_value(place: PropertySchema) -> Any:
    """Return the least that may stand in a place, of its version of its schema; `NOTHING` if that cannot be told."""
    return _Minimal().value(place, NOTHING)


def create_fake_data(
    cls: type[_Node],
    schema: ObjectSchema | None,
    defaults: Mapping[str, Any] | None = None,
    shape: Sequence[int] | None = None,
) -> _Node:
    """Return a valid node of made-up values."""
    return _checked(_finished(cls, schema, _Fake(shape).object(schema, defaults or {})), defaults or {})


def create_list(node: _List, given: Any = None, *, fake: bool = False, shape: Sequence[int] | None = None) -> _List:
    """Fill an empty list, minimally or with what is made up."""
    maker = _Fake(shape) if fake else _Minimal()
    assert node._uri is not None
    node.extend(maker.list(installed().root(node._uri), NOTHING if given is None else list(given)))
    return node


def create_from_node(cls: type[_Node], schema: ObjectSchema | None, node: Mapping[str, Any]) -> _Node:
    """Return a node of the class that holds deep copies of another's values."""
    return _finished(cls, schema, {key: inherit(copy.deepcopy(value), value) for key, value in node.items()})


def _finished(cls: type[_Node], schema: ObjectSchema | None, values: Mapping[str, Any]) -> _Node:
    """Return the values as a node; they are not checked, as what is given may still be completed."""
    node = cls.__new__(cls)
    bind(node, schema)
    for key, value in values.items():
        place = None if schema is None else schema.property_named(key)
        if value.__class__ is str and (place is None or place.node_tag is None):
            dict.__setitem__(node, key, value)
            continue
        if isinstance(value, Deferred) and place is not None and place.node_tag is not None:
            value = value.get(lambda: "")  # an old schema wants it tagged, so it must be there to bear the tag
        dict.__setitem__(node, key, value if isinstance(value, Deferred) else coerce(value, place, node))
    return node


def _checked(node: _Node, given: Mapping[str, Any]) -> _Node:
    """Return a node, and warn of names that it was made of and that are most likely misspelt."""
    if node._schema is not None:
        for key in given:
            if node._schema.property_named(key) is None:
                meet_unknown(node, key)
    return node


class _Minimal:
    """Makes values: what is given, single-valued enums, empty containers."""

    shape: tuple[int, ...] = ()

    # makers of one kind and shape make the same
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Minimal) and (type(self), self.shape) == (type(other), other.shape)

    def __hash__(self) -> int:
        return hash((type(self), self.shape))

    def value(self, place: PropertySchema, given: Any) -> Any:
        """Return the value of a place, or `NOTHING`."""
        if place.keyword("tag") is not None:
            return self.tagged(place, given)
        maker: Callable[[PropertySchema, Any], Any] = {
            "object": self.mapping,
            "array": self.list,
            "null": lambda place, given: None if given is NOTHING else copy.deepcopy(given),
        }.get(json_type(place), self.scalar)
        return maker(place, given)

    def mapping(self, place: PropertySchema, given: Any) -> Any:
        if given is not NOTHING and not isinstance(given, Mapping):
            return copy.deepcopy(given)
        values = self.object(place.object, {} if given is NOTHING else given)
        node = _finished(class_of(place.object), place.object, values)
        return node if given is NOTHING else _checked(node, given)

    def object(self, schema: ObjectSchema | None, given: Mapping[str, Any]) -> dict[str, Any]:
        if schema is None:
            return {}
        ready = _ready(self, schema)
        values: dict[str, Any] = {}
        for name, place in _required(schema):
            if name not in given and name in ready:
                values[name] = _again(ready[name])
                continue
            value = self.value(place, given[name] if name in given else self.default(schema, name))
            if value is not NOTHING:
                values[name] = value
        return values

    def default(self, schema: ObjectSchema, name: str) -> Any:
        return self.class_defaults(schema).get(name, NOTHING)

    def class_defaults(self, schema: ObjectSchema) -> Mapping[str, Any]:
        return class_of(schema)._minimal_defaults(schema)

    def list(self, place: PropertySchema, given: Any) -> Any:
        if given is not NOTHING and not isinstance(given, (list, tuple)):
            return copy.deepcopy(given)
        items = [] if given is NOTHING else [*copy.deepcopy(given)]
        shortest = place.keyword("minItems") or 0
        while place.items is not None and len(items) < shortest:
            item = self.value(place.items, NOTHING)
            if item is NOTHING:
                break
            items.append(item)
        return items

    def scalar(self, place: PropertySchema, given: Any) -> Any:
        if given is not NOTHING:
            return copy.deepcopy(given)
        return place.enum[0] if place.enum is not None and len(place.enum) == 1 else NOTHING

    def tagged(self, place: PropertySchema, given: Any) -> Any:
        if place.node_tag is None:
            return copy.deepcopy(given) if given is not NOTHING else self.foreign(place)
        if place.object is not None:
            return self.mapping(place, given)
        if place.is_list:
            return self.list(place, given)
        if given is not NOTHING:
            return copy.deepcopy(given)
        uri = installed().store.schema_of(place.node_tag)
        assert uri is not None
        return self.tagged_scalar(class_of_document(uri), uri)

    def tagged_scalar(self, cls: type[ScalarNode], uri: str) -> Any:
        made = cls.minimal()
        return self.scalar(installed().root(uri), NOTHING) if made is None else made

    def foreign(self, place: PropertySchema) -> Any:
        return NOTHING


class _Fake(_Minimal):
    """Makes values: what is given, and made-up ones."""

    def __init__(self, shape: Sequence[int] | None) -> None:
        self.shape = tuple(shape or ())

    def object(self, schema: ObjectSchema | None, given: Mapping[str, Any]) -> dict[str, Any]:
        values = super().object(schema, given)
        defaults = {} if schema is None else {**self.class_defaults(schema), **given}
        values.update({name: copy.deepcopy(defaults[name]) for name in defaults if name not in values})
        return values

    def class_defaults(self, schema: ObjectSchema) -> Mapping[str, Any]:
        defaults = dict(class_of(schema)._fake_defaults(schema))
        return defaults if schema.tag is None else {**super().class_defaults(schema), **defaults}

    def scalar(self, place: PropertySchema, given: Any) -> Any:
        if given is not NOTHING:
            return copy.deepcopy(given)
        return fake_scalar(place, self.shape)

    def tagged_scalar(self, cls: type[ScalarNode], uri: str) -> Any:
        return cls._made_up(uri)

    def foreign(self, place: PropertySchema) -> Any:
        return fake_foreign(place, self.shape)


# -- what is the same each time --------------------------------------------------------------------------------------


@lru_cache(maxsize=2000)
def _required(schema: ObjectSchema) -> list[tuple[str, PropertySchema]]:
    """Return the required properties: the declared ones in the schema's order, then those that a pattern declares."""
    names = [name for name in schema.properties if name in schema.required]
    names += sorted(schema.required.difference(schema.properties))
    found = [(name, schema.property_named(name)) for name in names]
    return [(name, place) for name, place in found if place is not None]


@lru_cache(maxsize=2000)
def _ready(maker: _Minimal, schema: ObjectSchema) -> dict[str, Any]:
    """Return the values of required properties where nothing is given, as far as they can be had again quickly."""
    made = {name: maker.value(place, maker.default(schema, name)) for name, place in _required(schema)}
    node = _finished(class_of(schema), schema, {name: value for name, value in made.items() if value is not NOTHING})
    return {name: value for name, value in dict.items(node) if _can_be_had_again(value)}


def _can_be_had_again(value: Any) -> bool:
    if isinstance(value, ObjectCore):
        return all(map(_can_be_had_again, dict.values(value)))
    if isinstance(value, ListCore):
        return all(map(_can_be_had_again, value))
    return value.__class__ in PLAIN or value.__class__ is FakeValue


def _again(value: Any) -> Any:
    """Return a value of its own that is as one that was made before."""
    if value.__class__ in PLAIN:
        return value
    if value.__class__ is FakeValue:
        return value.again()
    if isinstance(value, ListCore):
        return restored_list(type(value), value._place, value._uri, value._given_tag, [*map(_again, value)])
    return restored(type(value), value._schema, value._given_tag, {k: _again(v) for k, v in dict.items(value)})
