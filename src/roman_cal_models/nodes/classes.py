"""Which class stands for which schema, and the other way round."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import SchemaNotFoundError

if TYPE_CHECKING:
    from ..schema.places import ObjectSchema
    from .object_node import ObjectNode

__all__ = [
    "class_hint",
    "class_name_of",
    "class_of",
    "class_of_family",
    "editable",
    "is_editable",
    "named",
    "schema_for",
]

_Class = TypeVar("_Class", bound=type[Any])

READ_ONLY: dict[Any, Any] = {}
"""Class of nodes that cannot be changed -> the class that it was made of; filled by ``read_only``."""


def editable(cls: _Class) -> _Class:
    """Return the class whose nodes can be changed."""
    made_of: _Class = READ_ONLY.get(cls, cls)
    return made_of


def is_editable(node: object) -> bool:
    """Tell whether a node can be changed."""
    return type(node) not in READ_ONLY


@cache
def named(name: str) -> Any:
    """Return the generated class (or type alias) of a name.

    Raises
    ------
    KeyError
        There is none.
    """
    from .generated._index import MODULES

    module = import_module(f"{__package__}.generated.{MODULES[name]}")
    return getattr(module, name)


def class_hint(name: str) -> type:
    """Return the generated class of a name, for completers; `object` for an alias of literals."""
    value = named(name)
    return value if isinstance(value, type) else object


def class_name_of(schema: ObjectSchema | None) -> str:
    """Return the name of the class of an object schema, without importing it."""
    from .generated._index import CLASSES

    if schema is None:
        return "ObjectNode"
    key = schema.parsed.family + ("#" + ".".join(schema.path) if schema.path else "")
    return CLASSES.get(key, "ObjectNode")


@cache
def class_of(schema: ObjectSchema | None) -> type[ObjectNode]:
    """Return the class of an object schema; `ObjectNode` itself where none was generated."""
    from .object_node import ObjectNode

    name = class_name_of(schema)
    cls: type[ObjectNode] = ObjectNode if name == "ObjectNode" else named(name)
    return cls


@cache
def class_of_family(family: str) -> Any:
    """Return the class of a family of lists or tagged scalars, or None."""
    from .generated._index import CLASSES

    name = CLASSES.get(family)
    return None if name is None else named(name)


def schema_for(cls: type[ObjectNode], version: str | None, tag: str | None) -> ObjectSchema | None:
    """Return the schema of a class at a version, or of a tag; the newest by default.

    Raises
    ------
    SchemaNotFoundError
        There is no such version, or the tag belongs to another class.
    """
    if not cls._families:
        return None
    return _schema_for(cls, version, tag)


@cache
def _schema_for(cls: type[ObjectNode], version: str | None, tag: str | None) -> ObjectSchema:
    from ..schema import installed

    uri = schema_uri_for(cls._families, version, tag)
    return installed().find(uri, cls._path)


def schema_uri_for(families: tuple[str, ...], version: str | None, tag: str | None) -> str:
    """Return the URI of a version of the first of some families, or of what a tag names among them all."""
    from ..schema import installed, uris

    store = installed().store
    if tag is not None:
        uri = store.schema_of(tag) or str(uris.parse(tag).as_schema())
        if uris.parse(uri).family not in families or uri not in store:
            raise SchemaNotFoundError(f"{tag} is no tag of {' or '.join(families)}")
        return uri
    for family in families:
        found = store.versions(family)
        if version is None and found:
            return str(found[-1])
        for each in found:
            if each.version == version:
                return str(each)
        if found:
            known = ", ".join(uri.version for uri in found)
            raise SchemaNotFoundError(f"there is no version {version} of {family}. There are: {known}")
    raise SchemaNotFoundError(f"the installed rad has no schema of {' or '.join(families)}")
