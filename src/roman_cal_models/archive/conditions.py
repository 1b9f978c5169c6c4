"""What a user asks of a catalogue, as text -> an expression of SQLAlchemy.

One expression of SQL, of what every database has: names of columns, values, comparisons and their combinations.
Nothing of the text reaches the database as text: values are bound, and a word that is none of these is refused.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import CatalogError
from .datatypes import FALSE, TRUE, datatype

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

__all__ = ["Condition", "Name", "condition_of", "name_of"]

_TOKENS = re.compile(
    r"""\s*(?:
    (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |'(?P<text>(?:[^']|'')*)'
    |"(?P<quoted>(?:[^"]|"")+)"
    |:(?P<parameter>[A-Za-z_]\w*)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<sign><=|>=|<>|!=|==|\|\||[=<>+\-*/%().,])
    )""",
    re.VERBOSE,
)
_COMPARISONS = {"=": "=", "==": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_CONDITIONS = frozenset({"and", "or", "not", "in", "between", "like", "is null", *_COMPARISONS.values()})
_FUNCTIONS = frozenset({"abs", "coalesce", "lower", "round", "upper"})
_KEYWORDS = frozenset({"and", "or", "not", "in", "between", "like", "escape", "is", "null", "true", "false"})
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a column.

    Parameters
    ----------
    column : str
        Its name.
    table : str, optional
        The table, where it is told.
    """

    column: str
    table: str | None = None

    def __str__(self) -> str:
        return self.column if self.table is None else f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class _Value:
    value: Any


@dataclass(frozen=True, slots=True)
class _Operation:
    operator: str
    operands: tuple[_Node, ...]


_Node = Name | _Value | _Operation


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the rows of a catalogue."""

    _root: _Operation

    def names(self) -> list[Name]:
        """Return the columns that it names, in their order, each once."""
        return list(dict.fromkeys(_names(self._root)))

    def to_sql(self, column: Callable[[Name], ColumnElement[Any]]) -> ColumnElement[bool]:
        """Return it as SQLAlchemy has it.

        Parameters
        ----------
        column : callable
            Returns the column of a name.

        Raises
        ------
        CatalogError
            A value is not of the kind that it is compared with.
        """
        return _Builder(column).build(self._root)


def condition_of(text: str, parameters: Mapping[str, Any] | None = None) -> Condition:
    """Return the condition that a text says.

    Parameters
    ----------
    text : str
        An expression of SQL: ``detector = 'WFI03' and exposure_time > :least``. Columns may be named with their
        tables; ``and``, ``or``, ``not``, ``in``, ``between``, ``like`` and ``is null`` mean what they do in SQL; there
        are also ``+ - * / % ||`` and the functions ``abs``, ``coalesce``, ``lower``, ``round`` and ``upper``.
    parameters : mapping, optional
        The values of names behind a colon.

    Raises
    ------
    CatalogError
        It is none, or a parameter has no value, or is not asked for.
    """
    parser = _Parser(text, {} if parameters is None else parameters)
    return Condition(parser.whole())


def name_of(text: str) -> Name:
    """Return the name of a column that stands alone: ``detector``, or ``WFIExposure.detector``."""
    table, _, column = text.rpartition(".")
    return Name(column, table or None)


def _names(node: _Node) -> Iterator[Name]:
    if isinstance(node, Name):
        yield node
    elif isinstance(node, _Operation):
        for operand in node.operands:
            yield from _names(operand)


# -- the text --------------------------------------------------------------------------------------------------------


class _Parser:
    """The parts of a text, taken one by one."""

    def __init__(self, text: str, parameters: Mapping[str, Any]) -> None:
        self._text = text
        self._parameters = parameters
        self._used: set[str] = set()
        self._tokens = list(self._split())
        self._at = 0
        self._depth = 0

    def _split(self) -> Iterator[tuple[int, str, str]]:
        """Yield where each part stands, its kind and its text."""
        place = 0
        text = self._text.rstrip()
        while place < len(text):
            match = _TOKENS.match(text, place)
            if match is None:
                place += len(text) - place - len(text[place:].lstrip())
                self._refuse(place, "this is no part of an expression")
            assert match.lastgroup is not None
            yield match.start(match.lastgroup), match.lastgroup, match[match.lastgroup]
            place = match.end()
        yield place, "end", ""

    def whole(self) -> _Operation:
        found = self._condition()
        if self._kind != "end":
            self._refuse(self._place, "one expression ends before this")
        missing = self._parameters.keys() - self._used
        if missing:
            raise CatalogError(f"nothing in {self._text!r} asks for the parameter {min(missing)!r}")
        return found

    # -- conditions

    def _condition(self) -> _Operation:
        found = self._any()
        self._require_condition(found)
        assert isinstance(found, _Operation)
        return found

    def _any(self) -> _Node:
        return self._joined("or", lambda: self._joined("and", self._not))

    def _joined(self, word: str, part: Callable[[], _Node]) -> _Node:
        found = [part()]
        while self._is_word(word):
            self._require_condition(found[-1])
            self._at += 1
            found.append(part())
        if len(found) == 1:
            return found[0]
        self._require_condition(found[-1])
        return _Operation(word, tuple(found))

    def _not(self) -> _Node:
        if self._takes_word("not"):
            found = self._deeper(self._not)
            self._require_condition(found)
            return _Operation("not", (found,))
        return self._comparison()

    def _require_condition(self, node: _Node) -> None:
        if not isinstance(node, _Operation) or node.operator not in _CONDITIONS:
            self._refuse(self._place, "a condition is missing before this, such as detector = 'WFI03'")

    def _comparison(self) -> _Node:
        left = self._sum()
        if self._kind == "sign" and self._word in _COMPARISONS:
            operator = _COMPARISONS[self._word]
            self._at += 1
            return _Operation(operator, (left, self._sum()))
        if self._takes_word("is"):
            is_not = self._takes_word("not")
            self._expect_word("null")
            return self._negated(is_not, _Operation("is null", (left,)))
        is_not = self._takes_word("not")
        if self._takes_word("in"):
            return self._negated(is_not, _Operation("in", (left, *self._members())))
        if self._takes_word("between"):
            least = self._sum()
            self._expect_word("and")
            return self._negated(is_not, _Operation("between", (left, least, self._sum())))
        if self._takes_word("like"):
            return self._negated(is_not, _Operation("like", (left, self._sum())))
        if is_not:
            self._refuse(self._place, "in, between or like is missing before this")
        return left

    def _negated(self, is_not: bool, found: _Operation) -> _Operation:
        return _Operation("not", (found,)) if is_not else found

    def _members(self) -> tuple[_Node, ...]:
        if self._kind == "parameter":
            value = self._parameter()
            if isinstance(value, str) or not hasattr(value, "__iter__"):
                raise CatalogError(f"what stands behind in is a list, not {value!r}")
            return tuple(_Value(each) for each in value)
        self._expect("(")
        return self._listed()

    def _listed(self) -> tuple[_Node, ...]:
        found = [self._deeper(self._sum)]
        while self._takes(","):
            found.append(self._sum())
        self._expect(")")
        return tuple(found)

    # -- values

    def _sum(self) -> _Node:
        return self._calculated(("+", "-", "||"), lambda: self._calculated(("*", "/", "%"), self._signed))

    def _calculated(self, signs: tuple[str, ...], part: Callable[[], _Node]) -> _Node:
        found = part()
        terms = 1
        while self._kind == "sign" and self._word in signs:
            sign = self._word
            self._at += 1
            found = _Operation(sign, (found, part()))
            terms += 1
            if terms > _DEEPEST:
                self._refuse(self._place, f"it has more than {_DEEPEST} terms")
        return found

    def _signed(self) -> _Node:
        if self._takes("-"):
            found = self._deeper(self._signed)
            if isinstance(found, _Value) and type(found.value) in (int, float):
                return _Value(-found.value)
            return _Operation("negative", (found,))
        self._takes("+")
        return self._atom()

    def _atom(self) -> _Node:
        place, kind, text = self._tokens[self._at]
        if kind == "parameter":
            return _Value(self._parameter())
        self._at += 1
        if kind == "number":
            return _Value(int(text) if text.isdigit() else float(text))
        if kind == "text":
            return _Value(text.replace("''", "'"))
        if kind == "sign" and text == "(":
            found = self._deeper(self._any)
            self._expect(")")
            return found
        if kind == "word" and text.lower() in ("true", "false"):
            return _Value(text.lower() == "true")
        if kind == "word" and text.lower() == "null":
            self._refuse(place, "nothing is equal to null; ask whether a column is null")
        if kind == "quoted" or (kind == "word" and text.lower() not in _KEYWORDS):
            return self._named(place, kind, text)
        self._refuse(place, "the name of a column or a value is missing here")

    def _named(self, place: int, kind: str, text: str) -> _Node:
        if kind == "word" and self._takes("("):
            if text.lower() not in _FUNCTIONS:
                self._refuse(place, f"there is no function {text}; there are {', '.join(sorted(_FUNCTIONS))}")
            return _Operation(text.lower(), self._listed())
        name = text.replace('""', '"')
        if not self._takes("."):
            return Name(name)
        _, kind, text = self._tokens[self._at]
        if kind not in ("word", "quoted"):
            self._refuse(self._place, f"the name of a column of {name} is missing here")
        self._at += 1
        return Name(text.replace('""', '"'), name)

    def _parameter(self) -> Any:
        name = self._word
        if name not in self._parameters:
            raise CatalogError(f"there is no value for the parameter :{name}")
        self._at += 1
        self._used.add(name)
        return self._parameters[name]

    # -- parts

    @property
    def _place(self) -> int:
        return self._tokens[self._at][0]

    @property
    def _kind(self) -> str:
        return self._tokens[self._at][1]

    @property
    def _word(self) -> str:
        return self._tokens[self._at][2]

    def _is_word(self, word: str) -> bool:
        return self._kind == "word" and self._word.lower() == word

    def _takes_word(self, word: str) -> bool:
        found = self._is_word(word)
        self._at += found
        return found

    def _takes(self, sign: str) -> bool:
        found = self._kind == "sign" and self._word == sign
        self._at += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            self._refuse(self._place, f"{sign} is missing here")

    def _expect_word(self, word: str) -> None:
        if not self._takes_word(word):
            self._refuse(self._place, f"{word} is missing here")

    def _deeper(self, part: Callable[[], _Node]) -> _Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._refuse(self._place, f"it is nested more than {_DEEPEST} times")
        found = part()
        self._depth -= 1
        return found

    def _refuse(self, place: int, why: str) -> NoReturn:
        where = f"before {self._text[place : place + 20]!r}" if self._text[place:].strip() else "at its end"
        raise CatalogError(f"{self._text!r} cannot be asked for: {where}, {why}")


# -- SQLAlchemy ------------------------------------------------------------------------------------------------------


class _Builder:
    """Makes expressions; each value is of the kind of what it is compared with."""

    def __init__(self, column: Callable[[Name], ColumnElement[Any]]) -> None:
        import sqlalchemy

        self._sql = sqlalchemy
        self._column = column

    def build(self, node: _Operation) -> ColumnElement[bool]:
        sql: Any = self._sql
        operator = node.operator
        if operator in ("and", "or", "not"):
            parts = [self.build(part) for part in node.operands if isinstance(part, _Operation)]
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

    def _compared(self, operands: tuple[_Node, ...]) -> list[Any]:
        """Return what is compared with each other: values are of the kind of the column beside them."""
        column = next((self._column(each) for each in operands if isinstance(each, Name)), None)
        found = []
        for each in operands:
            if isinstance(each, _Value):
                value = each.value if column is None else _of_kind(each.value, column)
                found.append(self._sql.literal(value, None if column is None else column.type))
            else:
                found.append(self._value(each))
        return found

    def _value(self, node: _Node) -> Any:
        if isinstance(node, Name):
            return self._column(node)
        if isinstance(node, _Value):
            return self._sql.literal(node.value)
        operator = node.operator
        if operator in _CONDITIONS:
            return self.build(node)
        parts = [self._value(part) for part in node.operands]
        if operator == "negative":
            return -parts[0]
        if operator in _FUNCTIONS:
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
