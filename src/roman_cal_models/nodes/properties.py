"""The declared properties of classes: what their annotations say, and the descriptors by which Python finds values."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from . import names
from .classes import REGISTERED_NAMES
from .classes import class_hint as class_hint  # evaluated in hints, see `declared_property`
from .core import ObjectCore
from .deferred import RAW_TYPES
from .docstrings import LazyDocstring, property_docstring

__all__ = [
    "ChildProperty",
    "Properties",
    "ValueProperty",
    "child_names",
    "declare",
    "declare_of_node",
    "declared_property",
    "own_names",
    "property_names",
    "property_types",
]

_getitem = dict.__getitem__


class Properties:
    """Base of the classes that only declare the properties of a top-level node, for the node and for its model."""

    __slots__ = ()


class ValueProperty(property):
    """A property, whose docstring is what the schemas say of it.

    Parameters
    ----------
    fget : callable
        Gives the value.
    cls : type
        The class that it is a property of.
    key : str
        Its name in files.
    """

    def __init__(self, fget: Callable[[Any], Any], cls: Any, key: str) -> None:
        super().__init__(fget)
        # Python puts the docstring of the getter there, where it would be found first
        vars(self).pop("__doc__", None)
        self.cls = cls
        self.key = key

    def __repr__(self) -> str:
        return f"<property {self.cls.__name__}.{self.key}>"


class ChildProperty:
    """A property that gives a node, which the instance's ``__dict__`` keeps from then on.

    As this is not a data descriptor, Python looks into ``__dict__`` first: no code of ours runs after the first time.
    Its docstring is what the schemas say of it.

    Parameters
    ----------
    fget : callable
        Gives the value, and keeps it where it may be kept.
    cls : type
        The class that it is a property of.
    key : str
        Its name in files.
    """

    def __init__(self, fget: Callable[[Any], Any], cls: Any, key: str) -> None:
        self.fget = fget
        self.cls = cls
        self.key = key

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else self.fget(instance)

    def __repr__(self) -> str:
        return f"<property {self.cls.__name__}.{self.key}>"


# the docstrings of the classes themselves are for readers of this module: IPython would show them beside
_of_property = LazyDocstring(lambda prop, _: None if prop is None else property_docstring(prop.cls, prop.key))
ValueProperty.__doc__ = _of_property  # type: ignore[assignment]
ChildProperty.__doc__ = _of_property  # type: ignore[assignment]


def property_names(cls: type) -> dict[str, str]:
    """Return the declared properties of a class: attribute -> key."""
    return {name: names.key_name(name) for name in property_types(cls)}


def property_types(cls: type) -> dict[str, str]:
    """Return the declared properties of a class: attribute -> type, as it is written."""
    types: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, (Properties, ObjectCore)):
            declared: dict[str, str] = inspect.get_annotations(base)
            types |= {name: type_ for name, type_ in declared.items() if not name.startswith("_")}
    return types


def child_names(cls: type) -> frozenset[str]:
    """Return the keys of the declared properties that give nodes."""
    types = property_types(cls)
    return frozenset(names.key_name(name) for name, type_ in types.items() if _node_name(type_) is not None)


def own_names(cls: type, mark: str) -> frozenset[str]:
    """Return what a subclass made outside of this package has of its own: slots, properties, methods, defaults.

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
    """Give a class the descriptors of what it declares, except those that it or a base defines.

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
    return issubclass(cls, (Properties, ObjectCore)) and attribute in inspect.get_annotations(cls)


def declared_property(
    cls: Any, key: str, type_: str, get: Callable[[Any], Any], get_child: Callable[[Any], Any]
) -> ValueProperty | ChildProperty:
    """Return the descriptor of a property: it calls `get_child` where the type is a node's, and else `get`.

    Completers do not run getters, but ask for the type that one returns; the class is imported only then.

    Parameters
    ----------
    cls : type
        The class that it is a property of.
    key : str
        Its name in files.
    type_ : str
        Its type, as it is written.
    get, get_child : callable
        Give the value.
    """
    name = _node_name(type_)
    if name is None:
        get.__annotations__ = {}  # completers stumble over Any
        return ValueProperty(get, cls, key)
    get_child.__annotations__ = {"return": f"class_hint({name!r})"}
    return ChildProperty(get_child, cls, key)


def _node_name(type_: str) -> str | None:
    """Return the name of the generated class that a type names; None for any other type."""
    from .generated._index import ALIASES, MODULES

    name = type_.removesuffix(" | None")
    return name if (name in MODULES and name not in ALIASES) or name in REGISTERED_NAMES.values() else None


# -- properties of nodes ---------------------------------------------------------------------------------------------


def declare_of_node(cls: Any, base: type[ObjectCore]) -> None:
    """Give a class of nodes the descriptors of what it declares, and note what it is to know of its attributes.

    Parameters
    ----------
    cls : type
        The class.
    base : type
        The one whose ways to get and set items are known not to do anything else.
    """
    keys = property_names(cls)
    cls._is_ours = "_families" in vars(cls)
    cls._own = own_names(cls, "_families")
    cls._sets_quickly = cls.__setitem__ is base.__setitem__ and not cls._own.intersection(keys)
    reads_quickly = cls.__getitem__ is base.__getitem__

    def make(attribute: str, type_: str) -> Any:
        key = keys[attribute]
        if reads_quickly:
            return declared_property(cls, key, type_, _getter(key), _child_getter(key))
        return declared_property(cls, key, type_, _item_getter(key), _item_getter(key))

    declare(cls, make, again=not reads_quickly)
    cls._kept = child_names(cls) - cls._own if reads_quickly else frozenset()
    cls._reserved = frozenset(dir(cls)).difference(keys)
    cls._declared = frozenset(name for name, key in keys.items() if name == key) - cls._own


def _getter(key: str) -> Callable[[ObjectCore], Any]:
    def get(self: ObjectCore) -> Any:
        value = _getitem(self, key)
        return self._take(key, value) if type(value) in RAW_TYPES else value

    return get


def _item_getter(key: str) -> Callable[[ObjectCore], Any]:
    return lambda self: self[key]


def _child_getter(key: str) -> Callable[[ObjectCore], Any]:
    def get(self: ObjectCore) -> Any:
        value = self[key]
        if isinstance(value, ObjectCore):
            self._keep(key, value)
        return value

    return get
