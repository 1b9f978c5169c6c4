"""What there is to generate: the families of schemas that RAD's manifests reach, and the objects inside of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from roman_cal_models.schema import installed, uris
from roman_cal_models.schema.places import ObjectSchema, Place
from roman_cal_models.schema.uris import ROMAN, URI

from . import overrides

__all__ = ["Family", "Kind", "collect"]

Kind = Literal["object", "list", "string", "time", "enum", "alias"]

# Folders of RAD that do not belong to the name of a family: where they stand is a matter of RAD's history.
_HOMES = ("meta", "enums", "tables", "CCSP", "tagged_scalars")


@dataclass
class Family:
    """One or two families of schemas that share a name, and so a class.

    Parameters
    ----------
    name : str
        Of the class: ``L2CalStep``.
    module : str
        Of the module: ``l2_cal_step``.
    kind : str
        What its values are.
    versions : list of URI
        Of all its homes, oldest first.
    """

    name: str
    module: str
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
    def roots(self) -> list[tuple[URI, Place]]:
        """The place of each version, newest first."""
        return [(uri, installed().root(str(uri))) for uri in reversed(self.versions)]

    @property
    def model(self) -> str | None:
        """The name of the model of its files, or None for a family that is no file of its own."""
        name: str | None = installed().store.load(str(self.newest)).get("datamodel_name")
        return name

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
    places = [*schema.places.values(), *(place for _, place in schema.patterns)]
    for place in places:
        at: Place | None = place
        while at is not None:
            inner = at.object
            if (
                inner is not None
                and inner.uri == schema.uri
                and inner.path[: len(schema.path)] == schema.path != inner.path
            ):
                yield from _in_place(inner)
            at = at.items


def collect() -> list[Family]:
    """Return all families, sorted by module."""
    families: dict[str, Family] = {}
    tagged = set()
    for manifest in installed().store.manifests:
        tagged |= {uris.parse(uri).family for uri in manifest.schema_uris.values()}
    for uri in sorted(_reached()):
        if uri.family in overrides.NOT_NODES:
            continue
        name, module = _names(uri.family, uri.family in tagged)
        families.setdefault(name, Family(name, module)).versions.append(uri)
    for family in families.values():
        # a family without "meta/" is the older home, whatever its numbers
        family.versions.sort(key=lambda uri: (uri.family.startswith(("meta/", "enums/")), uri.numbers))
        family.kind = _kind(family, tagged)
    return sorted(families.values(), key=lambda family: family.module)


def _reached() -> set[URI]:
    """Return the schemas that the tags of all manifests reach, by tag or by ``$ref``."""
    store = installed().store
    todo = [uri for manifest in store.manifests for uri in manifest.schema_uris.values()]
    seen: set[str] = set()
    while todo:
        uri = todo.pop()
        if uri not in seen:
            seen.add(uri)
            todo += _references(store.load(uri))
    return {uris.parse(uri) for uri in seen}


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith(f"{ROMAN}/"):
            yield reference.partition("#")[0]
        tag = schema.get("tag")
        uri = installed().store.schema_of(tag) if isinstance(tag, str) else None
        if uri is not None:
            yield uri
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _names(family: str, is_tagged: bool) -> tuple[str, str]:
    """Return the names of the class and of the module of a family."""
    *folders, leaf = family.split("/")
    words = [folder for folder in folders if folder in ("fps", "tvac") and folder not in leaf.split("_")]
    words.append(leaf)
    if "reference_files" in folders and is_tagged:
        words.append("ref")
    unknown = set(folders) - {*_HOMES, "fps", "tvac", "reference_files"}
    if unknown:
        raise ValueError(f"{family}: RAD has a new folder {unknown}; say in families.py what it means for names")
    module = "_".join(words).lower()
    return "".join(word.capitalize() for word in module.split("_")), module


def _kind(family: Family, tagged: set[str]) -> Kind:
    _, place = family.roots[0]
    if place.object is not None:
        return "object"
    if place.is_list:
        return "list"
    if tagged.intersection(family.homes):
        return "time" if any("time/time-" in tag for _, root in family.roots for tag in _time_tags(root)) else "string"
    return "enum" if place.enum is not None else "alias"


def _time_tags(place: Place) -> tuple[str, ...]:
    """Return the tags of a place, and the foreign schemas that it refers to (``file_date`` of RAD 1.x)."""
    references = (member.get("$ref", "") for sub in place.subschemas for member in sub.schema.get("allOf", ()))
    return (*place.tags, *references)
