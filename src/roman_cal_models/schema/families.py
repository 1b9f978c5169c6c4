"""Families of schemas: what node classes are made of, whether they are generated or made at run time."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from . import uris
from .properties import ObjectSchema, PropertySchema
from .registry import SchemaRegistry
from .store import Store
from .uris import ROMAN, URI

__all__ = ["CATALOG", "NAMING_FOLDERS", "TABLE", "Family", "Kind", "class_names", "collect"]

Kind = Literal["object", "list", "string", "time", "enum", "alias"]

# The folders of RAD that add a word to the names of their classes, before or behind; the others say nothing.
_BEFORE, _BEHIND = {"fps": "fps", "tvac": "tvac"}, {"reference_files": "ref"}
NAMING_FOLDERS = (*_BEFORE, *_BEHIND)

CATALOG, TABLE = "source_catalog", "astropy/table/table-"
"""The property of source catalogues that holds their table, and what the tag of a table has in it."""


@dataclass
class Family:
    """One or two families of schemas that share a name, and so a class.

    Parameters
    ----------
    name : str
        Of the class: ``L2CalStep``.
    module : str
        Of the module, where one is generated: ``l2_cal_step``.
    registry : SchemaRegistry
        Where its schemas are.
    kind : str
        What its values are.
    versions : list of URI
        Of all its homes, oldest first.
    """

    name: str
    module: str
    registry: SchemaRegistry
    versions: list[URI] = field(default_factory=list)
    kind: Kind = "object"

    @property
    def homes(self) -> tuple[str, ...]:
        """The families of schemas, newest home first."""
        return tuple(dict.fromkeys(uri.family for uri in reversed(self.versions)))

    @property
    def newest(self) -> URI:
        """Its newest schema."""
        return self.versions[-1]

    @property
    def roots(self) -> list[tuple[URI, PropertySchema]]:
        """What each version says of a value, newest first."""
        return [(uri, self.registry.root(str(uri))) for uri in reversed(self.versions)]

    @property
    def model(self) -> str | None:
        """The name of the model of its files, or None for a family that is no file of its own."""
        name: str | None = self.registry.store.load(str(self.newest)).get("datamodel_name")
        return name

    @property
    def is_catalog(self) -> bool:
        """Whether its files are source catalogues: they hold a table ``source_catalog``."""
        schema = self.roots[0][1].object
        place = None if schema is None else schema.properties.get(CATALOG)
        return self.model is not None and place is not None and any(TABLE in tag for tag in place.tags)

    def objects(self) -> dict[tuple[str, ...], list[tuple[URI, ObjectSchema]]]:
        """Return the objects that its schemas describe, by path, each with its versions, newest first.

        The empty path is the family's own object.
        """
        found: dict[tuple[str, ...], list[tuple[URI, ObjectSchema]]] = {}
        for uri, root in self.roots:
            schema = root.object
            if schema is not None:
                for inner in _in_place(schema):
                    found.setdefault(inner.path, []).append((uri, inner))
        return dict(sorted(found.items()))


def _in_place(schema: ObjectSchema) -> Iterator[ObjectSchema]:
    """Yield an object and those that are described in place inside of it."""
    yield schema
    for declared in (*schema.properties.values(), *(matching for _, matching in schema.patterns)):
        for _, inner in declared.objects():
            if inner.uri == schema.uri and inner.path[: len(schema.path)] == schema.path != inner.path:
                yield from _in_place(inner)


def collect(
    registry: SchemaRegistry,
    base: str = ROMAN,
    *,
    without: Container[str] = (),
    start: Iterable[str] | None = None,
) -> list[Family]:
    """Return the families that the manifests of one authority reach, sorted by module.

    What describes the inside of a foreign object, such as the columns of a table, is not reached: no node is of it.

    Parameters
    ----------
    registry : SchemaRegistry
        Where the schemas are.
    base : str
        Scheme and authority of the URIs; RAD's by default.
    without : container of str
        Families to leave out.
    start : iterable of str, optional
        URIs of schemas, if only what these reach is wanted.
    """
    families: dict[str, Family] = {}
    manifests = [manifest for manifest in registry.store.manifests if manifest.uri.base == base]
    bound = [uri for manifest in manifests for uri in manifest.schema_uris.values()]
    tagged = {uris.parse(uri).family for uri in bound}
    for uri in sorted(_reached(registry.store, bound if start is None else start, f"{base}/", without)):
        words = _words(uri.family, uri.family in tagged)
        name = _joined(words)
        families.setdefault(name, Family(name, "_".join(words), registry)).versions.append(uri)
    for family in families.values():
        # a family without "meta/" is the older home, whatever its numbers
        family.versions.sort(key=lambda uri: (uri.family.startswith(("meta/", "enums/")), uri.numbers))
        family.kind = _kind(family, tagged)
    return sorted(families.values(), key=lambda family: family.module)


def _reached(store: Store, bound: Iterable[str], start: str, without: Container[str]) -> set[URI]:
    """Return the schemas that others reach, by tag or by ``$ref``; of those whose URI has a start."""
    todo = list(bound)
    seen: set[str] = set()
    while todo:
        uri = todo.pop()
        if uri not in seen and uri.startswith(start) and uris.parse(uri).family not in without:
            seen.add(uri)
            todo += _references(store, store.load(uri))
    return {uris.parse(uri) for uri in seen}


def _references(store: Store, schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _references(store, each)
    if not isinstance(schema, dict) or _is_foreign(store, schema):
        return
    reference, tag = schema.get("$ref"), schema.get("tag")
    if isinstance(reference, str):
        yield reference.partition("#")[0]
    uri = store.schema_of(tag) if isinstance(tag, str) else None
    if uri is not None:
        yield uri
    for value in schema.values():
        yield from _references(store, value)


def _is_foreign(store: Store, schema: dict[str, Any]) -> bool:
    """Return whether a schema asks for a foreign object, by its tag: no node stands inside of one."""
    together = schema.get("allOf")
    pieces = [schema, *(together if isinstance(together, list) else ())]
    tags = [piece["tag"] for piece in pieces if isinstance(piece, dict) and isinstance(piece.get("tag"), str)]
    return any(not tag.startswith(store.bases) for tag in tags)


def _kind(family: Family, tagged: set[str]) -> Kind:
    _, root = family.roots[0]
    if root.object is not None:
        return "object"
    if root.is_list:
        return "list"
    if tagged.intersection(family.homes):
        return "time" if any(root.is_time for _, root in family.roots) else "string"
    return "enum" if root.enum is not None else "alias"


# -- names -----------------------------------------------------------------------------------------------------------


def class_names(families: Iterable[Family]) -> dict[str, str]:
    """Return the classes of families: family, or family ``#`` path for an object described in place, -> name."""
    names: dict[str, str] = {}
    for family in families:
        names |= dict.fromkeys(family.homes, family.name)
        objects = family.objects()
        for path, versions in objects.items():
            if path:
                name = family.name + "".join(_camel(path[:depth], objects) for depth in range(1, len(path) + 1))
                names |= {f"{uri.family}#{'.'.join(path)}": name for uri, _ in versions}
    return names


def _words(family: str, is_tagged: bool) -> list[str]:
    """Return the words of the name of a family's class."""
    *folders, leaf = family.lower().split("/")
    before = [_BEFORE[folder] for folder in folders if folder in _BEFORE and folder not in leaf.split("_")]
    behind = [_BEHIND[folder] for folder in folders if folder in _BEHIND and is_tagged]
    return [*before, leaf, *behind]


def _joined(words: Iterable[str]) -> str:
    return "".join(word.capitalize() for word in "_".join(words).split("_"))


def _camel(path: tuple[str, ...], objects: Iterable[tuple[str, ...]]) -> str:
    """Return the words that the last part of a path adds to the name of a class."""
    part = path[-1]
    if part.startswith("/"):
        beside = [other[-1] for other in objects if other and other[:-1] == path[:-1]]
        siblings = {_first_word(other) for other in beside if other.startswith("/")}
        return "Entry" if len(siblings) == 1 else f"Entry{_first_word(part).capitalize()}"
    bare = part.rstrip("[]")
    return _joined(bare.split("_")) + ("Item" if bare != part else "")


def _first_word(pattern: str) -> str:
    """Return the first of the names that a pattern allows; patterns of several versions are told apart by it.

    It is empty for a pattern that names nothing, such as ``.*``.
    """
    word = re.search(r"[A-Za-z0-9]+", pattern)
    return "" if word is None else word[0]
