"""The node of a model, reached through the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..nodes.names import key_name, properties_first
from ..nodes.object_node import ObjectNode
from ..nodes.plain import leaves

__all__ = ["NodeAccess"]


class NodeAccess:
    """The properties of a model are those of its node, by attribute and by key."""

    __slots__ = ()

    # what a subclass that somebody else made has beside what a file holds
    _own: ClassVar[frozenset[str]] = frozenset()

    _node: ObjectNode

    @property
    def node(self) -> ObjectNode:
        """The top node itself, a real `dict`."""
        return self._node

    @property
    def _instance(self) -> ObjectNode:
        return self._node

    @property
    def _read_tag(self) -> str | None:
        return self._node._read_tag

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in self._own:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return self._node[key_name(name)]

    def __delattr__(self, name: str) -> None:
        delattr(self._node, name)

    def __getitem__(self, key: str) -> Any:
        return self._node[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(key, str) and key.startswith("_"):
            raise ValueError(f"{key!r}: names of properties do not begin with an underscore")
        self._node[key] = value

    def __delitem__(self, key: str) -> None:
        del self._node[key]

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

    def pop(self, key: str, *default: Any) -> Any:
        """Take a top property out."""
        return self._node.pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return a top property, set to `default` where there was none."""
        return self._node.setdefault(key, default)

    def update(self, *others: Any, **values: Any) -> None:
        """Set several top properties."""
        self._node.update(*others, **values)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield every value under its dotted name: ``("meta.cal_step.flat_field", "COMPLETE")``.

        Unlike a node's ``items``, these are flat; values that are null are left out.
        """
        return leaves(self._node)

    def __dir__(self) -> list[str]:
        return properties_first(self._node._attribute_names(), [*dir(self._node), *super().__dir__()])

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._node)
