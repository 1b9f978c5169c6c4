"""A condition -> an expression of SQLAlchemy, whose values are of the kinds of the columns beside them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...errors import CatalogError
from ..definitions.datatypes import FALSE, TRUE, datatype
from .conditions import CONDITIONS, FUNCTIONS, Condition, Name, Node, Operation, Value

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

__all__ = ["expression"]


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
        """Return what is compared with each other: values are of the kind of the column beside them."""
        column = next((self._column(each) for each in operands if isinstance(each, Name)), None)
        found = []
        for each in operands:
            if isinstance(each, Value):
                value = each.value if column is None else _of_kind(each.value, column)
                found.append(self._sql.literal(value, None if column is None else column.type))
            else:
                found.append(self._value(each))
        return found

    def _value(self, node: Node) -> Any:
        if isinstance(node, Name):
            return self._column(node)
        if isinstance(node, Value):
            return self._sql.literal(node.value)
        operator = node.operator
        if operator in CONDITIONS:
            return self.build(node)
        parts = [self._value(part) for part in node.operands]
        if operator == "negative":
            return -parts[0]
        if operator in FUNCTIONS:
            return getattr(self._sql.func, operator)(*parts)
        one, other = parts
        calculations: dict[str, Callable[[], Any]] = {
            "+": lambda: one + other,
            "-": lambda: one - other,
            "*": lambda: one * other,
            "/": lambda: one / other,
            "%": lambda: one % other,
            "||": lambda: one.concat(other),
        }
        return calculations[operator]()


def _of_kind(value: Any, column: Any) -> Any:
    """Return a value as it is compared with a column."""
    if value is None:
        return None
    kind = column.type.python_type
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if kind in (datetime.datetime, datetime.date):
        return _time(value, kind, column)
    if kind is str and isinstance(value, bool):
        return TRUE if value else FALSE
    is_text = isinstance(value, str)
    if is_text == (kind is str) and isinstance(value, (str, int, float)):
        return value
    held = "text" if kind is str else "numbers"
    raise CatalogError(f"{column.table.name}.{column.name} holds {held}, and {value!r} is of another kind")


def _time(value: Any, kind: type, column: Any) -> Any:
    if isinstance(value, datetime.datetime):
        found = value if value.tzinfo is None else value.astimezone(datetime.UTC).replace(tzinfo=None)
    elif isinstance(value, datetime.date):
        found = datetime.datetime(value.year, value.month, value.day)
    else:
        try:
            found = datatype("datetime2").convert(value)
        except ValueError as error:
            raise CatalogError(f"{column.table.name}.{column.name} holds times, and {value!r} {error}") from None
    return found if kind is datetime.datetime else found.date()
