"""What a user asks of a catalogue, as text -> a condition.

One expression of SQL, of what every database has: names of columns, values, comparisons and their combinations.
Nothing of the text reaches the database as text: values are bound, and a word that is none of these is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from ...errors import CatalogError

__all__ = ["CONDITIONS", "FUNCTIONS", "Condition", "Name", "Node", "Operation", "Value", "condition_of", "name_of"]

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
CONDITIONS = frozenset({"and", "or", "not", "in", "between", "like", "is null", *_COMPARISONS.values()})
"""The operations whose result is true or false."""

FUNCTIONS = frozenset({"abs", "coalesce", "lower", "round", "upper"})
"""The functions that every database has."""

_KEYWORDS = frozenset({"and", "or", "not", "in", "between", "like", "escape", "is", "null", "true", "false"})
_DEEPEST = 50
_NULL = "nothing is equal to null; ask whether a column is null"


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
class Value:
    """A value that is told, or that of a parameter.

    Parameters
    ----------
    value : object
        It.
    """

    value: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """What is made of one or more parts.

    Parameters
    ----------
    operator : str
        One of `CONDITIONS` or `FUNCTIONS`, a sign of arithmetic, or ``"negative"``.
    operands : tuple
        The parts.
    """

    operator: str
    operands: tuple[Node, ...]


Node = Name | Value | Operation
"""A part of a condition."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the rows of a catalogue.

    Parameters
    ----------
    root : Operation
        The condition.
    """

    root: Operation

    def names(self) -> list[Name]:
        """Return the columns that it names, in their order, each once."""
        return list(dict.fromkeys(_names(self.root)))


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


def _names(node: Node) -> Iterator[Name]:
    if isinstance(node, Name):
        yield node
    elif isinstance(node, Operation):
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

    def whole(self) -> Operation:
        found = self._condition()
        if self._kind != "end":
            self._refuse(self._place, "one expression ends before this")
        missing = self._parameters.keys() - self._used
        if missing:
            raise CatalogError(f"nothing in {self._text!r} asks for the parameter {min(missing)!r}")
        return found

    # -- conditions

    def _condition(self) -> Operation:
        found = self._any()
        self._require_condition(found)
        assert isinstance(found, Operation)
        return found

    def _any(self) -> Node:
        return self._joined("or", lambda: self._joined("and", self._not))

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        found = [part()]
        while self._is_word(word):
            self._require_condition(found[-1])
            self._at += 1
            found.append(part())
        if len(found) == 1:
            return found[0]
        self._require_condition(found[-1])
        return Operation(word, tuple(found))

    def _not(self) -> Node:
        if self._takes_word("not"):
            found = self._deeper(self._not)
            self._require_condition(found)
            return Operation("not", (found,))
        return self._comparison()

    def _require_condition(self, node: Node) -> None:
        if not isinstance(node, Operation) or node.operator not in CONDITIONS:
            self._refuse(self._place, "a condition is missing before this, such as detector = 'WFI03'")

    def _comparison(self) -> Node:
        left = self._sum()
        if self._kind == "sign" and self._word in _COMPARISONS:
            operator = _COMPARISONS[self._word]
            self._at += 1
            return Operation(operator, (left, self._sum()))
        if self._takes_word("is"):
            is_not = self._takes_word("not")
            self._expect_word("null")
            return self._negated(is_not, Operation("is null", (left,)))
        is_not = self._takes_word("not")
        if self._takes_word("in"):
            return self._negated(is_not, Operation("in", (left, *self._members())))
        if self._takes_word("between"):
            least = self._sum()
            self._expect_word("and")
            return self._negated(is_not, Operation("between", (left, least, self._sum())))
        if self._takes_word("like"):
            return self._negated(is_not, Operation("like", (left, self._sum())))
        if is_not:
            self._refuse(self._place, "in, between or like is missing before this")
        return left

    def _negated(self, is_not: bool, found: Operation) -> Operation:
        return Operation("not", (found,)) if is_not else found

    def _members(self) -> tuple[Node, ...]:
        if self._kind == "parameter":
            value = self._parameter()
            if isinstance(value, str) or not hasattr(value, "__iter__"):
                raise CatalogError(f"what stands behind in is a list, not {value!r}")
            members = tuple(value)
            if any(each is None for each in members):
                raise CatalogError(f"{self._text!r} cannot be asked for: None is in its list, and {_NULL}")
            return tuple(map(Value, members))
        self._expect("(")
        return self._listed()

    def _listed(self) -> tuple[Node, ...]:
        found = [self._deeper(self._sum)]
        while self._takes(","):
            found.append(self._sum())
        self._expect(")")
        return tuple(found)

    # -- values

    def _sum(self) -> Node:
        return self._calculated(("+", "-", "||"), lambda: self._calculated(("*", "/", "%"), self._signed))

    def _calculated(self, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
        found = part()
        terms = 1
        while self._kind == "sign" and self._word in signs:
            sign = self._word
            self._at += 1
            found = Operation(sign, (found, part()))
            terms += 1
            if terms > _DEEPEST:
                self._refuse(self._place, f"it has more than {_DEEPEST} terms")
        return found

    def _signed(self) -> Node:
        if self._takes("-"):
            found = self._deeper(self._signed)
            if isinstance(found, Value) and type(found.value) in (int, float):
                return Value(-found.value)
            return Operation("negative", (found,))
        self._takes("+")
        return self._atom()

    def _atom(self) -> Node:
        place, kind, text = self._tokens[self._at]
        if kind == "parameter":
            value = self._parameter()
            if value is None:
                raise CatalogError(f":{text} is None: {_NULL}")
            return Value(value)
        self._at += 1
        if kind == "number":
            return Value(int(text) if text.isdigit() else float(text))
        if kind == "text":
            return Value(text.replace("''", "'"))
        if kind == "sign" and text == "(":
            found = self._deeper(self._any)
            self._expect(")")
            return found
        if kind == "word" and text.lower() in ("true", "false"):
            return Value(text.lower() == "true")
        if kind == "word" and text.lower() == "null":
            self._refuse(place, _NULL)
        if kind == "quoted" or (kind == "word" and text.lower() not in _KEYWORDS):
            return self._named(place, kind, text)
        self._refuse(place, "the name of a column or a value is missing here")

    def _named(self, place: int, kind: str, text: str) -> Node:
        if kind == "word" and self._takes("("):
            if text.lower() not in FUNCTIONS:
                self._refuse(place, f"there is no function {text}; there are {', '.join(sorted(FUNCTIONS))}")
            return Operation(text.lower(), self._listed())
        table, name = "", text.replace('""', '"')
        while self._takes("."):
            table = f"{table}.{name}" if table else name
            _, kind, text = self._tokens[self._at]
            if kind not in ("word", "quoted"):
                self._refuse(self._place, f"the name of a column of {table} is missing here")
            self._at += 1
            name = text.replace('""', '"')
        return Name(name, table or None)

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

    def _deeper(self, part: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._refuse(self._place, f"it is nested more than {_DEEPEST} times")
        found = part()
        self._depth -= 1
        return found

    def _refuse(self, place: int, why: str) -> NoReturn:
        where = f"before {self._text[place : place + 20]!r}" if self._text[place:].strip() else "at its end"
        raise CatalogError(f"{self._text!r} cannot be asked for: {where}, {why}")
