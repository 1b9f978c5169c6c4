"""The declared properties of classes: what their annotations say, and the descriptors by which Python finds values."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from . import names
from .core import LazyDict

__all__ = [
    "ChildProperty",
    "Properties",
    "child_names",
    "declare",
    "declared_property",
    "own_names",
    "property_names",
    "property_types",
]


class Properties:
    """Base of the classes that only declare the properties of a top-level node, for the node and for its model."""

    __slots__ = ()


class _Documented(type):
    # `help` looks for this by `hasattr`, finds it here, and takes what claims to be a property for one; Python itself
    # looks at the class alone
    __set__ = None


class ChildProperty(metaclass=_Documented):
    """A property that gives a node, which the instance's ``__dict__`` keeps from then on.

    As this is no data descriptor, Python looks into ``__dict__`` first: from the second time on, no code of ours runs.

    Parameters
    ----------
    fget : callable
        Gives the value, and keeps it where it may be kept.
    """

    # completers and documentation tools know what to do with a property
    __class__ = property  # type: ignore[assignment]
    fset = fdel = None

    def __init__(self, fget: Callable[[Any], Any]) -> None:
        self.fget = fget

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else self.fget(instance)


def property_names(cls: type) -> dict[str, str]:
    """Return the declared properties of a class: attribute -> key."""
    return {name: names.key_name(name) for name in property_types(cls)}


def property_types(cls: type) -> dict[str, str]:
    """Return the declared properties of a class: attribute -> type, as it is written."""
    types: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, (Properties, LazyDict)):
            declared: dict[str, str] = inspect.get_annotations(base)
            types |= {name: type_ for name, type_ in declared.items() if not name.startswith("_")}
    return types


def child_names(cls: type) -> frozenset[str]:
    """Return the keys of the declared properties that give nodes."""
    types = property_types(cls)
    return frozenset(names.key_name(name) for name, type_ in types.items() if _node_name(type_) is not None)


def own_names(cls: type, mark: str) -> frozenset[str]:
    """Return what a subclass that somebody else made has of its own: slots, properties, methods, defaults.

    Parameters
    ----------
    cls : type
        The class, before it is given the descriptors of what it declares.
    mark : str
        What each class of this package says of itself, and only those.
    """
    ours = next(base for base in cls.__mro__ if mark in vars(base)).__mro__
    others = [base for base in cls.__mro__ if base not in ours]
    names = {name for base in others for name in vars(base).keys() - vars(base).get("_given", ())}
    return frozenset(name for name in names if not (name.startswith("__") and name.endswith("__")))


def declare(cls: Any, make: Callable[[str, str], Any], *, again: bool = False) -> None:
    """Give a class the descriptors of what it declares and nobody else has made.

    Parameters
    ----------
    cls : type
        The class, which gets a note of their names as `_given`.
    make : callable
        ``make(attribute, type)`` gives a descriptor.
    again : bool
        Whether those that a base was given are made anew.
    """
    given = {}
    for attribute, type_ in property_types(cls).items():
        home = next(base for base in cls.__mro__ if _knows(base, attribute))
        is_made = attribute in vars(home)
        if not is_made or (again and attribute in vars(home).get("_given", ())):
            given[attribute] = make(attribute, type_)
    cls._given = frozenset(given)
    for attribute, descriptor in given.items():
        setattr(cls, attribute, descriptor)


def _knows(cls: type, attribute: str) -> bool:
    if attribute in vars(cls):
        return True
    return issubclass(cls, (Properties, LazyDict)) and attribute in inspect.get_annotations(cls)


def declared_property(type_: str, get: Callable[[Any], Any], get_child: Callable[[Any], Any]) -> Any:
    """Return the descriptor of a property: it calls `get_child` where the type is a node's, and else `get`.

    Completers do not run getters, but ask for the type that one returns; the class is imported only then.
    """
    name = _node_name(type_)
    if name is None:
        get.__annotations__ = {}  # completers stumble over Any
        return property(get)
    get_child.__annotations__ = {"return": f"class_hint({name!r})"}
    return ChildProperty(get_child)


def _node_name(type_: str) -> str | None:
    """Return the name of the generated class that a type names; None for any other type."""
    from .classes import REGISTERED_NAMES
    from .generated._index import ALIASES, MODULES

    name = type_.removesuffix(" | None")
    return name if (name in MODULES and name not in ALIASES) or name in REGISTERED_NAMES.values() else None
