"""Values on their way into a node: coerced to what a node keeps, checked, and refused where they break their schema."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import errors
from ..errors import Problem, UnknownAttributeError, ValidationWarning
from ..foreign.datatypes import numpy_dtype
from ..schema import installed
from ..settings import current
from ..spelling import closest
from . import names
from .classes import class_of, class_of_document, is_editable, named
from .core import PLAIN, ListCore, ObjectCore, bind, bind_list, set_parent
from .deferred import Deferred, deferred_array
from .lazy_dict import deferred_items, raw_items
from .scalar_node import ScalarNode, scalar

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema
    from .list_node import ListNode
    from .object_node import ObjectNode

__all__ = ["caller_level", "check", "coerce", "convert", "item", "list_class", "list_uri", "meet_unknown", "member"]

_setitem = dict.__setitem__


def member(node: ObjectCore, key: Any, value: Any) -> Any:
    """Return a given value as a node will keep it under a key.

    Raises
    ------
    ValidationError
        It breaks its schema, and the settings ask for the check.
    UnknownAttributeError
        No schema knows the key, and the settings ask for known ones.
    """
    __tracebackhide__ = True  # here and below: who sees the error wants the line that set the value
    place = node._place(key)
    if place is None:
        return _unknown(node, key, value)
    given, value = value, coerce(value, place, node)
    check(value, place, node, key)
    if isinstance(value, ObjectCore) and not isinstance(given, ObjectCore):
        _meet_unknown_inside(value, (*node.path(), key))
    return value


def item(values: ListCore[Any], index: int, value: Any) -> Any:
    """Return a given value as a list will keep it at an index.

    Raises
    ------
    ValidationError
        It breaks the schema of the items, and the settings ask for the check.
    """
    __tracebackhide__ = True
    value = coerce(value, values._place, values)
    if values._place is not None:
        check(value, values._place, values, index)
    return value


# -- coerced ---------------------------------------------------------------------------------------------------------


def coerce(value: Any, place: PropertySchema | None, parent: Any) -> Any:
    """Return a given value as it is kept: mappings and lists as nodes, NumPy scalars as Python's own.

    A node of the right schema is kept itself, so that one node can stand in several trees; one of another version
    is converted to the version that the place asks for.
    """
    value = _coerced(value, place)
    if place is not None and place.node_tag is not None and not isinstance(value, (ObjectCore, ListCore)):
        value = _tagged_scalar(value, place.node_tag)
    set_parent(value, parent)
    return value


def _coerced(value: Any, place: PropertySchema | None) -> Any:
    if isinstance(value, ObjectCore):
        return _coerced_node(value, None if place is None else place.object)
    if isinstance(value, Mapping):
        return convert(value, None if place is None else place.object)
    if isinstance(value, ScalarNode):
        return value if place is None or place.node_tag is not None else value.plain()
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, range, memoryview)):
        return _coerced_list(value, place)
    return _coerced_scalar(value, place)


def _coerced_node(node: ObjectCore, wanted: ObjectSchema | None) -> ObjectCore:
    if wanted is not None and node._schema is not wanted:
        return convert(node, wanted)
    # what is put into a tree can be changed there
    return node if is_editable(node) else convert(node, node._schema, node._given_tag)


def convert(mapping: Mapping[str, Any], schema: ObjectSchema | None, tag: str | None = None) -> ObjectNode:
    """Return a node of a schema that holds the values of a mapping, not checked yet."""
    cls = class_of(schema)
    node = cls.__new__(cls)
    bind(node, schema, tag=tag, source=mapping._source if isinstance(mapping, ObjectCore) else None)
    for key, value in deferred_items(mapping) if isinstance(mapping, ObjectCore) else mapping.items():
        value = deferred_array(value)
        place = None if schema is None else schema.property_named(key)
        _setitem(node, key, value if isinstance(value, Deferred) else coerce(value, place, node))
    return node


def _coerced_list(values: Sequence[Any], place: PropertySchema | None) -> ListCore[Any]:
    items = None if place is None else place.items
    if isinstance(values, ListCore) and is_editable(values) and _fits(values, items):
        return values
    uri = list_uri(place)
    cls = list_class(uri)
    node = cls.__new__(cls)
    # in the place of a tagged scalar, it is no more that scalar than any other value of a wrong type
    bind_list(node, items, uri, place.node_tag if place is not None and place.is_list else None)
    list.extend(node, [coerce(value, items, node) for value in values])
    return node


def _fits(values: ListCore[Any], items: PropertySchema | None) -> bool:
    found = values._place
    return items is None or (found is not None and found.subschemas == items.subschemas)


def list_uri(place: PropertySchema | None) -> str | None:
    """Return the URI of the document that describes the list at a place, or None for one described in place."""
    if place is None:
        return None
    piece = next((piece for piece in place.pieces if piece.schema.get("type") == "array"), None)
    return piece.document if piece is not None and not piece.pointer else None


def list_class(uri: str | None) -> type[ListNode[Any]]:
    """Return the class of the lists of a document; `ListNode` itself where none was generated."""
    cls = None if uri is None else class_of_document(uri)
    if isinstance(cls, type) and issubclass(cls, ListCore):
        return cls  # type: ignore[return-value]
    plain: type[ListNode[Any]] = named("ListNode")
    return plain


def _coerced_scalar(value: Any, place: PropertySchema | None) -> Any:
    value = _python_scalar(value)
    # the pipeline counts in floats at places; a file holds the number as its schema asks
    if value.__class__ is float and place is not None and place.is_integral and value.is_integer():
        return int(value)
    return value


def _python_scalar(value: Any) -> Any:
    """Return a NumPy scalar as the Python value that a file will hold."""
    kind = type(value)
    if kind.__module__ == "numpy":
        import numpy as np

        # what a Python number holds; for a checker, longdouble is not a class
        wide: Any = np.longdouble
        if issubclass(kind, (np.bool_, np.integer, np.floating, np.str_)) and not issubclass(kind, wide):
            return value.item()
    return value


def _tagged_scalar(value: Any, tag: str) -> Any:
    """Return a plain value as the tagged scalar that an old schema asks for; a wrong one is left to be refused."""
    uri = installed().store.schema_of(tag)
    assert uri is not None
    return scalar(value, uri)


# -- checked ---------------------------------------------------------------------------------------------------------


def check(value: Any, place: PropertySchema, parent: Any, key: str | int) -> None:
    """Check a value that is to stand under `key` in `parent`, as the settings ask for it.

    The place of an array takes an array of any kind, and None, unless the settings ask for the right one: steps of
    a pipeline hold there what no file may hold. A plain array of another kind or number of dimensions is a mistake more
    often than not, and is told.

    Raises
    ------
    ValidationError
        It breaks its schema.
    """
    __tracebackhide__ = True
    settings = current()
    if settings.validate_assignment == "off":
        return
    found = _problems(value, place, parent, key, check_arrays=settings.check_arrays is not False)
    if not found:
        return
    mode = settings.check_arrays
    refused = found if isinstance(mode, bool) else _problems(value, place, parent, key, check_arrays=False)
    if refused:
        _refuse(refused)
    elif mode in ("warn", "error"):
        _meet(found, str(mode))
    elif _is_plain_array(value) and not all(_is_of_a_step(value, problem) for problem in found):
        _meet(found, "warn")


def _is_plain_array(value: Any) -> bool:
    """Return whether a value is one of numpy's own arrays: no quantity, nor a masked array."""
    kind = type(value)
    return kind.__module__ == "numpy" and kind.__name__ == "ndarray"


def _is_of_a_step(array: Any, problem: Problem) -> bool:
    """Return whether steps hold such an array for a while: floats of another width, or of one length more, 1."""
    if problem.kind == "datatype":
        return bool(array.dtype.kind == numpy_dtype(problem.allowed).kind == "f")
    return problem.kind == "ndim" and array.ndim == problem.allowed + 1 and array.shape[0] == 1


def _problems(value: Any, place: PropertySchema, parent: Any, key: str | int, *, check_arrays: bool) -> list[Problem]:
    if all(rules.accepts(value, assigning=True, check_arrays=check_arrays) for rules in place.compiled):
        return []
    path = (*parent.path(), key)
    return [
        problem
        for rules in place.compiled
        for problem in rules.problems(value, path=path, assigning=True, check_arrays=check_arrays)
    ]


def _refuse(problems: list[Problem]) -> None:
    """Raise the problems of a given value, or warn of them, or neither, as the settings say."""
    __tracebackhide__ = True
    mode = current().validate_assignment
    if mode != "off":
        _meet(problems, "error" if mode == "on" else "warn")


def _meet(problems: list[Problem], mode: str) -> None:
    __tracebackhide__ = True
    if not problems:
        return
    error = errors.ValidationError(problems)
    if mode == "error":
        raise error
    warnings.warn(str(error), ValidationWarning, stacklevel=caller_level())


# -- unknown names ---------------------------------------------------------------------------------------------------


def _unknown(node: ObjectCore, key: Any, value: Any) -> Any:
    __tracebackhide__ = True
    if type(value) not in PLAIN:
        value = coerce(value, None, node)
    if node._schema is not None and key not in node:
        if node._schema.is_closed:
            _refuse([_not_allowed(node, node._schema, key, value)])
        meet_unknown(node, key)
    return value


def _not_allowed(node: ObjectCore, schema: ObjectSchema, key: Any, value: Any) -> Problem:
    known = tuple(schema.properties)
    shown = [*map(repr, known), *(f"names that match {pattern.pattern!r}" for pattern, _ in schema.patterns)]
    message = f"is not allowed here: {type(node).__name__} has {', '.join(shown)} and nothing else"
    return Problem((*node.path(), key), "additionalProperties", message, value, known, schema.uri)


def meet_unknown(node: ObjectCore, key: Any, path: tuple[str | int, ...] | None = None) -> None:
    """Warn of a name that no schema knows, or refuse it, as the settings say.

    Parameters
    ----------
    node : ObjectCore
        Has the name, or is to have it.
    key : object
        The name.
    path : tuple, optional
        Of a node that does not stand in its tree yet.
    """
    __tracebackhide__ = True
    policy = current().unknown
    if policy == "ignore" or not isinstance(key, str):
        return
    near = closest(key, node.schema_properties())
    if policy == "warn" and (near is None or _was_known(node._schema, key)):
        return
    text = names.unknown(node, (*(node.path() if path is None else path), key), near)
    if policy == "error":
        raise UnknownAttributeError(text)
    warnings.warn(text, errors.UnknownAttributeWarning, stacklevel=caller_level())


def _meet_unknown_inside(node: ObjectCore, path: tuple[str | int, ...]) -> None:
    """Warn of names in a mapping that became a node, at any depth, or refuse them."""
    __tracebackhide__ = True
    schema = node._schema
    if schema is None:
        return
    for key, value in raw_items(node):
        if schema.property_named(key) is None:
            meet_unknown(node, key, path)
        elif isinstance(value, ObjectCore):
            _meet_unknown_inside(value, (*path, key))


def _was_known(schema: ObjectSchema | None, key: str) -> bool:
    """Return whether another version of a schema knows a name: it is remembered, then, and not misspelt."""
    if schema is None or schema.path:
        return False
    registry, own = installed(), schema.parsed
    # families were moved between folders, under the same name
    others = (uri for uri in registry.store.schema_uris() if (uri.base, uri.name) == (own.base, own.name))
    return any(key in registry.document(str(uri)).properties for uri in others)


def caller_level() -> int:
    """Return the level of the first caller outside of this package, whom the warning is for."""
    level = 2
    frame = sys._getframe(2)
    package = __name__.partition(".")[0]
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame = frame.f_back
        level += 1
    return level
