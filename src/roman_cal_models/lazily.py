"""Facts that are found out when they are first asked for, and kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

__all__ = ["cached_property"]

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property
else:

    class cached_property:
        """What `functools.cached_property` is since Python 3.12: without a lock.

        Before, one lock of all instances was held while the fact was found out. A process that is forked meanwhile by
        another thread would wait for it for ever.

        Parameters
        ----------
        find : callable
            Gives the fact of an instance. Two threads that ask at once may both call it, and get one each.
        """

        def __init__(self, find: Callable[[Any], Any]) -> None:
            self._find = find
            self.__doc__ = find.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            # a property that asks that of its base class has the last word
            found = instance.__dict__[self._name] = self._find(instance)
            return found
