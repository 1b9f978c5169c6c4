"""A top node reached through the object that holds it: a header, which only reads, or a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Any, ClassVar

from ..outline.displayed import Displayed, fallback_text
from .names import key_name, missing
from .object_node import ObjectNode
from .plain import Skip, as_flat_dict, is_foreign, is_unread_array, leaves
from .reading_ahead import arrays_ahead

__all__ = ["MutableNodeProxy", "NodeProxy"]


class NodeProxy(Displayed):
    """The properties of its top node are read as its own, by attribute and by key."""

    __slots__ = ()

    # what a user's subclass has beside what a file holds
    _own: ClassVar[frozenset[str]] = frozenset()

    _node: ObjectNode

    crds_observatory: ClassVar[str] = "roman"
    """Name of the observatory in the Calibration Reference Data System."""

    @property
    def node(self) -> ObjectNode:
        """The top node itself, a real `dict`."""
        return self._node

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in self._own:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        __tracebackhide__ = True
        key = key_name(name)
        if key not in self._node:
            raise missing(self._node, key)
        return self._node[key]

    def __getitem__(self, key: str) -> Any:
        __tracebackhide__ = True
        return self._node[key]

    def __contains__(self, key: object) -> bool:
        return key in self._node

    def __iter__(self) -> Iterator[str]:
        return iter(self._node)

    def __len__(self) -> int:
        return len(self._node)

    def __bool__(self) -> bool:
        return True

    def keys(self) -> Any:
        """Return the names of the top properties."""
        return self._node.keys()

    def values(self) -> Any:
        """Return the values of the top properties."""
        return self._node.values()

    def get(self, key: str, default: Any = None) -> Any:
        """Return a top property, or `default` where there is none."""
        return self._node.get(key, default)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield every value under its dotted name: ``("meta.cal_step.flat_field", "COMPLETE")``.

        Unlike a node's ``items``, these are flat; values that are null are left out, and so are a header's objects
        that need blocks.
        """
        return self._leaves(self._node)

    def to_flat_dict(self, include_arrays: bool = True) -> dict[str, Any]:
        """Return every value under its dotted name: ``{"roman.meta.cal_step.flat_field": "COMPLETE"}``.

        Parameters
        ----------
        include_arrays : bool
            Whether arrays are among them: those of a model are read for it, those of a header appear as `ArrayInfo`.
            A header leaves out all other objects that need blocks.
        """
        below = self._leaves(self._node, skip=None if include_arrays else is_unread_array)
        with arrays_ahead(self._node) if include_arrays else nullcontext():
            return as_flat_dict(below, include_arrays=include_arrays, prefix="roman.")

    def get_crds_parameters(self) -> dict[str, Any]:
        """Return what the Calibration Reference Data System selects reference files by.

        Returns
        -------
        dict
            Text, numbers and booleans below ``meta``: ``{"roman.meta.instrument.detector": "WFI01"}``.
        """
        below = self._leaves(self._node["meta"], skip=is_foreign)
        flat = as_flat_dict(below, include_arrays=False, prefix="roman.meta.")
        return {name: value for name, value in flat.items() if isinstance(value, (str, int, float, complex, bool))}

    def get_group_id(self) -> str | None:
        """Return the name of the group of exposures that the file belongs to, as ``stpipe`` groups what it loads.

        Returns
        -------
        str or None
            ``meta.group_id`` where a pipeline has set it, otherwise ``meta.observation.observation_id``; None where
            there is neither.
        """
        meta = self._node.get("meta", {})
        group: str | None = meta.get("group_id")
        return meta.get("observation", {}).get("observation_id") if group is None else group

    def _leaves(self, tree: Any, *, skip: Skip | None = None) -> Iterator[tuple[str, Any]]:
        """Yield the values below a node under dotted names.

        Parameters
        ----------
        tree : ObjectNode
            The node.
        skip : callable, optional
            Tells of what stands in a node, built or not, whether it is left out; that is not built then.
        """
        return leaves(tree, skip=skip)

    @property
    def tag(self) -> str:
        """The tag of the top node, which fixes the versions of all that is below."""
        tag = self._node.tag
        assert tag is not None
        return tag

    @property
    def schema_uri(self) -> str:
        """URI of the schema of the top node."""
        uri = self._node.schema_uri
        assert uri is not None
        return uri

    def _heading(self) -> tuple[str, str | None, str]:
        """Return what it is called, its file, and the state of that."""
        raise NotImplementedError  # models and headers say it

    def _text_lines(self, width: int | None, rows: int | None) -> Iterator[str]:
        from .outline_builder import text_lines

        return text_lines(self._node, width, rows, *self._heading())

    def _repr_html_(self) -> str:
        from .outline_builder import as_html

        return as_html(self._node, fallback_text(self), *self._heading())

    def __dir__(self) -> Iterable[str]:
        return {*dir(self._node), *super().__dir__()}

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._node)


class MutableNodeProxy(NodeProxy):
    """The properties of its top node are its own, to be read and set by attribute and by key."""

    __slots__ = ()

    # private names of roman_datamodels that pipeline code uses
    @property
    def _instance(self) -> ObjectNode:
        return self._node

    @property
    def _read_tag(self) -> str | None:
        return self._node._read_tag

    def __delattr__(self, name: str) -> None:
        delattr(self._node, name)

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(key, str) and key.startswith("_"):
            raise ValueError(f"{key!r}: names of properties do not begin with an underscore")
        __tracebackhide__ = True
        self._node[key] = value

    def __delitem__(self, key: str) -> None:
        del self._node[key]

    def pop(self, key: str, *default: Any) -> Any:
        """Take a top property out."""
        return self._node.pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return a top property, set to `default` where there was none."""
        return self._node.setdefault(key, default)

    def update(self, *others: Any, **values: Any) -> None:
        """Set several top properties."""
        self._node.update(*others, **values)
