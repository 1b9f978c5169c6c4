"""Which class stands for which schema, and the other way round.

The classes stand above this module: it knows them by name, and imports each when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import SchemaError, SchemaNotFoundError, SourceTypeError
from ..schema import installed, uris
from ..schema.uris import ROMAN, URI

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema
    from .list_node import ListNode
    from .object_node import ObjectNode

__all__ = [
    "class_hint",
    "class_name_of",
    "class_name_of_family",
    "class_of",
    "class_of_document",
    "class_paths",
    "editable",
    "families_with_classes",
    "forget",
    "is_editable",
    "is_generated",
    "is_of_third_party",
    "make_newer",
    "model_name",
    "named",
    "names_made",
    "newer_families",
    "node_name_of",
    "other_kind",
    "schema_for",
    "schemas_of",
]

_Class = TypeVar("_Class", bound=type[Any])

# Classes that are not generated, and their modules.
_BASES = {"ListNode": "list_node", "ObjectNode": "object_node"}

READ_ONLY: dict[Any, Any] = {}
"""Class of nodes that cannot be changed -> the class that it was made of; filled by ``read_only``."""

REGISTERED: dict[str, Any] = {}
"""Name -> class of nodes that was made at run time, of the schemas of a third party or of a newer RAD; filled by
``making``."""

REGISTERED_NAMES: dict[tuple[str, str], str] = {}
"""Authority, and family or family ``#`` path, -> the name of such a class; there before the class is."""

REGISTERED_MODELS: dict[str, str] = {}
"""Name of such a class of top nodes -> the name of its model."""

NEWER: set[str] = set()
"""Those of them that are of a newer RAD; filled by ``newer``."""


def editable(cls: _Class) -> _Class:
    """Return the class whose nodes can be changed."""
    made_of: _Class = READ_ONLY.get(cls, cls)
    return made_of


def is_editable(node: object) -> bool:
    """Return whether a node can be changed."""
    return type(node) not in READ_ONLY


@cache
def named(name: str) -> Any:
    """Return the class (or type alias) of a name.

    Raises
    ------
    KeyError
        There is none.
    """
    if name in REGISTERED:
        if name in NEWER:
            _newer().tell(name)
        return REGISTERED[name]
    return getattr(import_module(f"{__package__}.{_module(name)}"), name)


def _module(name: str) -> str:
    from .generated._index import MODULES

    return _BASES[name] if name in _BASES else f"generated.{MODULES[name]}"


def is_of_third_party(name: str) -> bool:
    """Return whether a class of nodes was made of registered schemas."""
    return name in REGISTERED and name not in NEWER


def class_hint(name: str) -> type:
    """Return the class of a name, for completers; `object` for an alias of literals."""
    value = named(name)
    return value if isinstance(value, type) else object


def class_name_of(schema: ObjectSchema | None) -> str:
    """Return the name of the class of an object schema, without importing it."""
    if schema is None:
        return "ObjectNode"
    return class_name_of_family(schema.parsed, schema.path) or "ObjectNode"


def class_name_of_family(uri: URI, path: tuple[str, ...] = ()) -> str | None:
    """Return the name of the class of a family of schemas or tags, or of an object inside of it; None for no class."""
    from .generated._index import CLASSES

    key = uri.family + ("#" + ".".join(path) if path else "")
    if uri.base == ROMAN:
        if is_generated(uri):
            return CLASSES.get(key)
        make_newer()
    return REGISTERED_NAMES.get((uri.base, key))


def is_generated(uri: URI) -> bool:
    """Return whether a family was there when the classes were generated, with a class or without."""
    from .generated._index import CLASSES, WITHOUT_NODES

    return uri.base == ROMAN and (uri.family in CLASSES or uri.family in WITHOUT_NODES)


def make_newer() -> None:
    """See that there are classes for what the installed RAD has and no generated class stands for."""
    # Mostly there is none. This is found out without a lock and without the modules of nodes: asdf asks while it lists
    # extensions, for files of anybody, under a lock of its own that the holder of ours may be waiting for.
    if newer_families():
        _newer().make()


@cache
def newer_families() -> tuple[str, ...]:
    """Return the families of the installed RAD that no generated class stands for.

    Raises
    ------
    SchemaError
        No schemas are installed.
    """
    from .generated._index import CLASSES, WITHOUT_NODES

    families = installed().store.families()
    return tuple(each for each in families if each not in CLASSES and each not in WITHOUT_NODES)


def _newer() -> Any:
    return import_module(f"{__package__}.newer")


def names_made() -> dict[str, str | None]:
    """Return the names of the classes of nodes that were made at run time, each with that of its model, if it has one.

    Those of a newer RAD are made for it. Where no schemas are installed, whoever needs one is told.
    """
    with suppress(SchemaError):
        make_newer()
    return {name: REGISTERED_MODELS.get(name) for name in REGISTERED}


def forget() -> None:
    """Forget which class stands for what, and which schema is the newest of a class: there are others now."""
    for cached in (class_of, class_of_document, _schema_for):
        cached.cache_clear()


@cache
def class_of(schema: ObjectSchema | None) -> type[ObjectNode]:
    """Return the class of an object schema; `ObjectNode` itself where none was generated."""
    cls: type[ObjectNode] = named(class_name_of(schema))
    return cls


@cache
def class_of_document(uri: str) -> Any:
    """Return the class (or type alias) of a whole schema, or None."""
    name = class_name_of_family(uris.parse(uri))
    return None if name is None else named(name)


def model_name(name: str) -> str | None:
    """Return the name of the model of a class of top nodes, without importing either; None for any other node."""
    from .generated._index import MODEL_NAMES

    return MODEL_NAMES.get(name) or REGISTERED_MODELS.get(name)


def node_name_of(model: Any) -> str:
    """Return the name of the class of a model's nodes; empty for `DataModel`, which is of no kind of file.

    Raises
    ------
    SourceTypeError
        It is no class of models.
    """
    name = getattr(model, "_node_name", None) if isinstance(model, type) else None
    if not isinstance(name, str):
        raise SourceTypeError(f"{model!r} is not a class of models, as ImageModel is one")
    return name


def other_kind(node: object, model: Any, file: str | None) -> SourceTypeError | None:
    """Return the error for a file that is of another kind than a model; None for one that is of its kind.

    Parameters
    ----------
    node : ObjectNode
        The top node of the file.
    model : type
        The class of models that was asked for.
    file : str or None
        Its path or URL.
    """
    wanted = node_name_of(model)
    if not wanted or isinstance(node, named(wanted)):
        return None
    problem = f"holds {type(node).__name__}, not {wanted}, the node of {model.__name__}"
    return SourceTypeError(f"{file}: {problem}" if file else problem)


def families_with_classes(base: str) -> list[str]:
    """Return the families of schemas of an authority for which there are classes."""
    from .generated._index import CLASSES

    make_newer()
    generated = CLASSES if base == ROMAN else ()
    keys = [*generated, *(key for home, key in REGISTERED_NAMES if home == base)]
    return [key for key in keys if "#" not in key]


def class_paths(base: str) -> list[str]:
    """Return the classes of nodes of an authority as dotted names; none of them is imported for it."""
    from .generated._index import ALIASES, MODULES

    make_newer()
    registered = sorted({name for (home, _), name in REGISTERED_NAMES.items() if home == base})
    made = [f"{REGISTERED[name].__module__}.{name}" for name in registered]
    if base != ROMAN:
        return made
    # an alias may be `str` itself: named here, every string of a tree would come to asdf's converter of nodes
    names = [name for name in MODULES if name not in ALIASES]
    return [f"{__package__}.{_module(name)}.{name}" for name in (*names, "ObjectNode", "ListNode")] + made


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
    uri = schema_uri_for(cls, version, tag)
    return installed().find(uri, cls._path)


def schemas_of(cls: type[ObjectNode]) -> Iterator[ObjectSchema]:
    """Yield the schemas of a class, the newest first, each when it is taken."""
    registry = installed()
    for family in cls._families:
        for uri in reversed(registry.store.versions(family, base=cls._base)):
            with suppress(SchemaError):  # an object that a version does not describe
                yield registry.find(str(uri), cls._path)


def schema_uri_for(cls: type[ObjectNode] | type[ListNode[Any]], version: str | None, tag: str | None) -> str:
    """Return the URI of a version of the first of a class's families, or of what a tag names among them all."""
    store = installed().store
    base, families = cls._base, cls._families
    if tag is not None:
        uri = store.schema_of(tag) or str(uris.parse(tag).as_schema())
        parsed = uris.parse(uri)
        if parsed.base != base or parsed.family not in families or uri not in store:
            raise SchemaNotFoundError(f"{tag} is not a tag of {' or '.join(families)}")
        return uri
    for family in families:
        found = store.versions(family, base=base)
        if version is None and found:
            return str(found[-1])
        for each in found:
            if each.version == version:
                return str(each)
        if found:
            known = ", ".join(uri.version for uri in found)
            raise SchemaNotFoundError(f"there is no version {version} of {family}. There are: {known}")
    raise SchemaNotFoundError(f"the installed rad has no schema of {' or '.join(families)}")
