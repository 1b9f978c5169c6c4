"""Tagged times of old files (``file_date`` of RAD 1.x). Apart, because it needs astropy to define its class."""

from __future__ import annotations

from typing import Any, Self

from astropy.time import Time

from ..asdf_bridge import time_of_yaml
from ..foreign.table import TIME
from .scalar_node import ScalarNode, scalar, scalar_uri

__all__ = ["TimeNode"]


class TimeNode(ScalarNode, Time):
    """A tagged `astropy.time.Time`.

    Parameters
    ----------
    value : object
        What `Time` takes.
    version, tag : str, optional
        The version of the schema; the newest that has a tag by default.
    **options
        What `Time` takes beside it: ``format``, ``scale``, ...
    """

    def __new__(
        cls, value: Any, *args: Any, version: str | None = None, tag: str | None = None, **options: Any
    ) -> Self:
        """Make the time; `__init__` remembers its schema."""
        node: Self = Time.__new__(cls, value, *args, **options)
        return node

    def __init__(
        self, value: Any, *args: Any, version: str | None = None, tag: str | None = None, **options: Any
    ) -> None:
        Time.__init__(self, value, *args, **options)
        self._uri = scalar_uri(type(self), version, tag)

    @classmethod
    def of(cls, value: Any, uri: str) -> Any:
        """Return a value as the tagged scalar of the schema `uri`."""
        try:
            time = _time(value)
            node = cls.__new__(cls, time)
            Time.__init__(node, time)
        except (ValueError, TypeError, KeyError):
            return value  # kept as it is: the check reports what is wrong with it
        node._uri = uri
        return node

    @classmethod
    def minimal(cls) -> Time:
        """Return the value in a minimal node."""
        return Time.now()

    @classmethod
    def fake(cls) -> Time:
        """Return the value in a fake node."""
        return TIME.fake()

    def _apply(self, method: Any, *args: Any, **options: Any) -> Any:
        # astropy makes every copy and every result of arithmetic by this
        made = super()._apply(method, *args, **options)
        if isinstance(made, TimeNode):
            made._uri = self._uri
        return made

    def plain(self) -> Time:
        """Return the value without its tag."""
        return Time(self)

    def __roman_lower__(self) -> Any:
        from ..schema.values import lower

        lowered = lower(self.plain())
        lowered._tag = self.tag
        return lowered

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied: Self = type(self).of(Time(self, copy=True), self._uri)
        return copied

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return scalar, (self.plain(), self._uri)


def _time(value: Any) -> Any:
    """Return what `Time` takes; a mapping is how a file holds a time that has a format of its own."""
    return time_of_yaml(value) if isinstance(value, dict) else Time(value)
