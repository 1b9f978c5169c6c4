"""A condition -> an expression of SQLAlchemy, whose values are of the kinds of the columns beside them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from operator import add, mod, mul, sub, truediv
from typing import TYPE_CHECKING, Any

from ...errors import CatalogError
from ..definitions.datatypes import FALSE, TRUE, datatype
from ..files.names import storable
from .conditions import CONDITIONS, FUNCTIONS, Condition, Name, Node, Operation, Value

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

__all__ = ["expression"]

# No column holds larger integers, and no driver takes them.
_LARGEST = 2**63 - 1


def expression(condition: Condition, column: Callable[[Name], ColumnElement[Any]]) -> ColumnElement[bool]:
    """Return a condition as SQLAlchemy has it.

    Parameters
    ----------
    condition : Condition
        What is asked.
    column : callable
        Returns the column of a name.

    Raises
    ------
    CatalogError
        A value is not of the kind that it is compared with.
    """
    return _Builder(column).build(condition.root)


class _Builder:
    """Makes expressions; each value is of the kind of what it is compared with."""

    def __init__(self, column: Callable[[Name], ColumnElement[Any]]) -> None:
        import sqlalchemy

        self._sql = sqlalchemy
        self._column = column

    def build(self, node: Operation) -> ColumnElement[bool]:
        sql: Any = self._sql
        operator = node.operator
        if operator in ("and", "or", "not"):
            parts = [self.build(part) for part in node.operands if isinstance(part, Operation)]
            return {"and": sql.and_, "or": sql.or_, "not": sql.not_}[operator](*parts)  # type: ignore[no-any-return]
        first, *others = self._compared(node.operands)
        if operator == "is null":
            return first.is_(None)  # type: ignore[no-any-return]
        if operator == "in":
            return first.in_(others)  # type: ignore[no-any-return]
        if operator == "between":
            return first.between(*others)  # type: ignore[no-any-return]
        if operator == "like":
            return first.like(*others)  # type: ignore[no-any-return]
        return first.op(operator, is_comparison=True)(others[0])  # type: ignore[no-any-return]

    def _compared(self, operands: tuple[Node, ...]) -> list[Any]:
        """Return what is compared with each other, which is of one kind: that of the first part that tells it."""
        kind = next((found for each in operands if (found := self._kind_of(each)) is not None), None)
        return [self._of_kind(each, kind) for each in operands]

    def _of_kind(self, node: Node, kind: _Kind | None) -> Any:
        """Return a part that has to be of a kind."""
        if isinstance(node, Value):
            value = _bound(node.value) if kind is None else kind.value(node.value)
            # a database may keep times as texts: its type knows how
            return self._sql.literal(value, kind.column.type if kind is not None and kind.name == "times" else None)
        found = self._kind_of(node)
        if kind is not None and found is not None and found.name != kind.name:
            raise CatalogError(f"{kind.told}, and {found.told}")
        return self._value(node)

    def _kind_of(self, node: Node) -> _Kind | None:
        """Return the kind of a part, None for a value or a condition: it is of that of what is beside it."""
        if isinstance(node, Name):
            return _Kind.of(self._column(node))
        if isinstance(node, Value) or node.operator in CONDITIONS:
            return None
        if node.operator == "coalesce":
            return next((kind for each in node.operands if (kind := self._kind_of(each)) is not None), None)
        name = "text" if node.operator in _OF_TEXT else "numbers"
        return _Kind(name, f"{node.operator} gives {name}" if name == "text" else "calculations give numbers")

    def _value(self, node: Node) -> Any:
        if isinstance(node, Name):
            return self._column(node)
        if isinstance(node, Value):
            return self._sql.literal(_bound(node.value))
        operator = node.operator
        if operator in CONDITIONS:
            return self.build(node)
        if operator == "coalesce":
            return self._sql.func.coalesce(*self._compared(node.operands))
        if operator == "||":
            one, other = map(self._value, node.operands)
            return one.concat(other)
        asked = _Kind("text", f"{operator} takes text") if operator in _OF_TEXT else _NUMBERS
        parts = [self._of_kind(part, asked) for part in node.operands]
        if operator == "negative":
            return -parts[0]
        if operator == "round":
            # PostgreSQL rounds to a number of digits what is decimal alone
            kind: Any = self._sql.Double().with_variant(self._sql.Numeric(), "postgresql")
            parts[:1] = [self._sql.cast(parts[0], kind)]
        if operator in FUNCTIONS:
            return getattr(self._sql.func, operator)(*parts)
        return _CALCULATIONS[operator](*parts)


_OF_TEXT = frozenset({"lower", "upper", "||"})
_CALCULATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
    "%": mod,
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """The kind of a part of a condition.

    Parameters
    ----------
    name : {"text", "numbers", "times"}
        It.
    told : str
        What makes it this, for errors.
    column : sqlalchemy.Column, optional
        That it is of.
    """

    name: str
    told: str
    column: Any = None

    @classmethod
    def of(cls, column: Any) -> _Kind:
        kind = column.type.python_type
        name = "times" if kind in (datetime.datetime, datetime.date) else "text" if kind is str else "numbers"
        return cls(name, f"{column.table.name}.{column.name} holds {name}", column)

    def value(self, value: Any) -> Any:
        """Return a value as it is compared with this."""
        value = _bound(value)
        if self.name == "times":
            return self._time(value)
        if self.name == "text" and isinstance(value, bool):
            return TRUE if value else FALSE
        if isinstance(value, str if self.name == "text" else (int, float)):
            return value
        raise CatalogError(f"{self.told}, and {value!r} is of another kind")

    def _time(self, value: Any) -> Any:
        if isinstance(value, datetime.datetime):
            found = value if value.tzinfo is None else value.astimezone(datetime.UTC).replace(tzinfo=None)
        elif isinstance(value, datetime.date):
            found = datetime.datetime(value.year, value.month, value.day)
        else:
            try:
                found = datatype("datetime2").convert(value)
            except ValueError as error:
                raise CatalogError(f"{self.told}, and {value!r} {error}") from None
        return found.date() if self.column.type.python_type is datetime.date else found


_NUMBERS = _Kind("numbers", "what is calculated with are numbers")


def _bound(value: Any) -> Any:
    """Return a value as a driver takes it: of Python's own, and as it stands in a database."""
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int) and abs(value) > _LARGEST:
        return inf if value > 0 else -inf
    return value
