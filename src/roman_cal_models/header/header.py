"""Header: what a file says before its first block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar, overload

from ..errors import NeedsBlocks, ReadOnlyError
from ..nodes.lazy_dict import raw_get
from ..nodes.node_proxy import NodeProxy
from ..nodes.object_node import ObjectNode
from ..nodes.plain import Skip
from ..nodes.shapes import shape_problems
from ..printable import printable

if TYPE_CHECKING:
    from ..errors import Problem

__all__ = ["Header"]

_Meta_co = TypeVar("_Meta_co", covariant=True)

if TYPE_CHECKING:
    # so that `Header` alone is one of which nothing more is known
    from typing_extensions import TypeVar as _TypeVar

    _Node_co = _TypeVar("_Node_co", covariant=True, default=ObjectNode)
else:
    _Node_co = TypeVar("_Node_co", covariant=True)


class _HasMeta(Protocol[_Meta_co]):
    @property
    def meta(self) -> _Meta_co: ...


class _Meta:
    """What checkers take ``header.meta`` for: that of its node, where that is known."""

    @overload
    def __get__(self, header: Header[_HasMeta[_Meta_co]], owner: object) -> _Meta_co: ...
    @overload
    def __get__(self, header: Header[Any], owner: object) -> Any: ...
    def __get__(self, header: Any, owner: object) -> Any: ...


class Header(NodeProxy, Generic[_Node_co]):
    """The header of a Roman file: the typed nodes that `open` gives, read-only, and without the file.

    The properties of the top node are reached as those of the header: ``header.meta`` is ``header.node.meta``. An
    array in a block appears as an `ArrayInfo`. Any other object that needs one raises `NeedsBlocks` when it is asked
    for; what lists all values leaves it out.

    Parameters
    ----------
    node : ObjectNode
        The top node.
    file : str or None
        Path or URL of the file; None for bytes, and for a stream without a name.
    model_type : str
        Name of the class that `open` gives for the file.
    """

    __slots__ = ("__weakref__", "_file", "_model_type", "_node")

    _file: str | None
    _model_type: str

    if TYPE_CHECKING:
        meta: _Meta

        @property
        def node(self) -> _Node_co:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
            """The top node."""
            ...

    def __init__(self, node: ObjectNode, file: str | None, model_type: str) -> None:
        for name, value in (("_node", node), ("_file", file), ("_model_type", model_type)):
            object.__setattr__(self, name, value)

    def _refuse(self, *args: Any) -> NoReturn:
        __tracebackhide__ = True
        raise ReadOnlyError("a header cannot be changed: open the file, or change a copy: copy.deepcopy(header.node)")

    __setattr__ = __delattr__ = __setitem__ = __delitem__ = _refuse

    # -- where it stands -----------------------------------------------------------------------------------------------

    @property
    def file(self) -> str | None:
        """Path or URL of the file; None for bytes, and for a stream without a name."""
        return self._file

    @property
    def model_type(self) -> str:
        """Name of the class that `open` gives for the file: ``"ImageModel"``."""
        return self._model_type

    @property
    def version(self) -> str:
        """Version of the schema of the top node."""
        version = self._node.version
        assert version is not None
        return version

    # -- as a whole ----------------------------------------------------------------------------------------------------

    def _leaves(self, tree: Any, *, skip: Skip | None = None) -> Iterator[tuple[str, Any]]:
        return _leaves(tree, skip=skip)

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the header, what is missing included; empty for a valid one.

        Elements of arrays in blocks are not looked at, nor whether they are there.
        """
        return [*self._node.problems(), *shape_problems(self._node)]

    def _one_line(self) -> str:
        file = "" if self._file is None else f" {self._file}"
        return printable(f"<Header of {self._model_type}{file}: {', '.join(map(str, self._node))}>")

    def _heading(self) -> tuple[str, str | None, str]:
        return self._model_type, self._file, "header"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._node, self._file, self._model_type)


def _leaves(tree: Any, path: tuple[Any, ...] = (), *, skip: Skip | None = None) -> Iterator[tuple[str, Any]]:
    """Yield every value that is not null under its dotted name, but for what needs blocks.

    Parameters
    ----------
    tree : object
        If it is a node or a list, its values are yielded, and those of all that is below.
    path : tuple
        Where it stands.
    skip : callable, optional
        Tells of what stands in a node, built or not, whether it is left out; that is not built then.
    """
    for key in _keys(tree):
        raw = raw_get(tree, key) if isinstance(tree, dict) else None
        if skip is not None and skip(raw):
            continue
        try:
            value = tree[key]
        except NeedsBlocks:
            continue
        if isinstance(value, (dict, list)):
            yield from _leaves(value, (*path, key), skip=skip)
        elif value is not None:
            yield ".".join(map(str, (*path, key))), value


def _keys(tree: Any) -> Iterable[Any]:
    if isinstance(tree, dict):
        return list(tree)
    return range(len(tree)) if isinstance(tree, list) else ()
