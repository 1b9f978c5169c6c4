"""Classes of nodes, made at run time as the generated ones are made before it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import SchemaError
from ..schema.families import Family, class_names, collect
from ..schema.properties import ObjectSchema
from ..schema.registry import SchemaRegistry
from ..schema.uris import URI
from . import classes
from .catalogs import CatalogMixin
from .list_node import ListNode
from .names import attribute_name
from .object_node import ObjectNode, Properties, TaggedObjectNode
from .scalar_node import StringNode
from .time_node import TimeNode

__all__ = ["Names", "families_to_make", "make_classes", "names_for"]

# Where the classes are found by their names, by whoever unpickles a node.
_MODULE = __name__.partition(".")[0]

_KINDS: dict[str, type[Any]] = {"list": ListNode, "string": StringNode, "time": TimeNode}


@dataclass(frozen=True)
class Names:
    """The names of the classes to make.

    Parameters
    ----------
    nodes : dict
        Family, or family ``#`` path, -> class of nodes.
    models : dict
        Class of top nodes -> model.
    """

    nodes: dict[str, str]
    models: dict[str, str]


def families_to_make(
    registry: SchemaRegistry, base: str, *, without: Container[str] = (), start: Iterable[str] | None = None
) -> list[Family]:
    """Return the families of which nodes are, as `roman_cal_models.schema.families.collect` finds them."""
    found = collect(registry, base, without=without, start=start)
    return [family for family in found if family.kind in (*_KINDS, "object")]


def names_for(
    families: Iterable[Family], base: str, taken: Container[str], *, models_beside: Container[str] = ()
) -> Names:
    """Return the names of the classes of families.

    Parameters
    ----------
    families : iterable of Family
        The families.
    base : str
        Scheme and authority of their schemas.
    taken : container of str
        The names that others have. A class of nodes whose name is among them gets the last word of the authority
        before it, or all its words where that is taken too.
    models_beside : container of str
        Those of them beside which a model gets the words as well.

    Raises
    ------
    SchemaError
        A name is taken nevertheless, or is none that Python knows.
    """
    families = list(families)
    words = [word.capitalize() for word in re.findall("[A-Za-z0-9]+", base.partition("://")[2])]
    prefixes: tuple[str, ...] = ("", *words[-1:], "".join(words))

    def free(name: str) -> str:
        return next((prefix + name for prefix in prefixes if prefix + name not in taken), prefixes[-1] + name)

    found = {key: free(name) for key, name in class_names(families).items()}
    tops = {
        found[family.newest.family]: free(family.model) if family.model in models_beside else family.model
        for family in families
        if family.model and family.kind == "object"
    }
    for name in (*found.values(), *tops.values()):
        if not name.isidentifier():
            raise SchemaError(f"a class would be named {name!r}, which is not a name in Python")
        if name in taken:
            raise SchemaError(f"a class would be named {name}, and there is one of that name already")
    twice = [name for name in tops.values() if name in found.values() or [*tops.values()].count(name) > 1]
    if twice:
        raise SchemaError(f"two classes would be named {twice[0]}: see datamodel_name")
    return Names(found, tops)


def make_classes(families: Iterable[Family], base: str, names: Names) -> None:
    """Make the classes, so that they are found by their names and by their schemas."""
    classes.REGISTERED_NAMES.update({(base, key): name for key, name in names.nodes.items()})
    for family in families:
        if family.kind == "object":
            _make_objects(family, base, names)
        else:
            name = names.nodes[family.newest.family]
            attributes = {"_base": base, "_families": family.homes}
            title = family.roots[0][1].title
            _make_node(name, (_KINDS[family.kind],), title, attributes, slots=family.kind != "time")
    classes.forget()


def _make_objects(family: Family, base: str, names: Names) -> None:
    versions_of: dict[str, list[tuple[URI, ObjectSchema]]] = {}
    for path, versions in family.objects().items():
        suffix = f"#{'.'.join(path)}" if path else ""
        versions_of.setdefault(names.nodes[versions[0][0].family + suffix], []).extend(versions)
    for name, versions in versions_of.items():
        versions.sort(key=lambda pair: family.versions.index(pair[0]), reverse=True)
        newest = versions[0][1]
        homes = tuple(dict.fromkeys(uri.family for uri, _ in versions))
        attributes = {"_base": base, "_families": homes, "_path": newest.path}
        declared = {"__annotations__": _declared(schema for _, schema in versions)}
        if name not in names.models or newest.path:
            _make_node(name, (ObjectNode,), newest.title, {**attributes, **declared})
            continue
        holder = _class(f"{name}Properties", (Properties,), newest.title, declared)
        mixins = (CatalogMixin,) if family.is_catalog else ()
        _make_node(name, (holder, *mixins, TaggedObjectNode), newest.title, attributes)
        classes.REGISTERED_MODELS[name] = names.models[name]


def _declared(versions: Iterable[ObjectSchema]) -> dict[str, str]:
    """Return the properties of all versions, the newest first: attribute -> the class of its nodes, or ``Any``."""
    declared: dict[str, str] = {}
    for schema in versions:
        for key, place in schema.properties.items():
            name = classes.class_name_of(place.object)
            if key.isidentifier():
                declared.setdefault(attribute_name(key), "Any" if name == "ObjectNode" else name)
    return declared


def _make_node(
    name: str, bases: tuple[type, ...], title: str | None, attributes: dict[str, Any], *, slots: bool = True
) -> None:
    classes.REGISTERED[name] = _class(name, bases, title, attributes, slots=slots)


def _class(
    name: str, bases: tuple[type, ...], title: str | None, attributes: dict[str, Any], *, slots: bool = True
) -> Any:
    own = {"__slots__": ()} if slots else {}
    return type(name, bases, {"__module__": _MODULE, "__doc__": title or name, **own, **attributes})
