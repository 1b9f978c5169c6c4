"""What is changed: one comparison, operator, constant, branch, return value or statement."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rooms import PACKAGE

__all__ = ["Mutant", "mutants_of", "mutated"]

_SWAPPED: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}

# Fields that say something to people and checkers, and nothing to the program.
_SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "bases", "keywords", "body", "orelse"}
_BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change.

    Parameters
    ----------
    path : Path
        Of the file, from the package's folder on.
    number : int
        Which of the file's mutants it is.
    first, last : int
        Lines of what is changed.
    before, after : str
        The statement without and with the change, on one line.
    function : tuple of int, optional
        Lines of the function that it is in; None for what is run at the import.
    names : frozenset of str
        Names that its statement gives a value.
    """

    path: Path
    number: int
    first: int
    last: int
    before: str
    after: str
    function: tuple[int, int] | None
    names: frozenset[str]

    def __str__(self) -> str:
        return f"{self.path}:{self.first}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class _Site:
    """A place and the change to it: `put` puts a node there and returns the one that was there."""

    statement: ast.stmt
    function: ast.AST | None
    put: Callable[[Any], Any]
    new: Any


def mutants_of(file: Path) -> list[Mutant]:
    """Return all mutants of a file."""
    tree = ast.parse(file.read_bytes())
    found = []
    for number, site in enumerate(_sites(tree)):
        before = _one_line(site.statement)
        old = site.put(site.new)
        after = "(removed)" if isinstance(site.new, ast.Pass) else _one_line(site.statement)
        site.put(old)
        first, last = _lines(site.statement)
        scope = site.function
        function = None if scope is None else (scope.body[0].lineno, scope.end_lineno)  # type: ignore[attr-defined]
        names = frozenset(
            node.id
            for node in ast.walk(site.statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        )
        path = file.relative_to(PACKAGE) if file.is_relative_to(PACKAGE) else file
        found.append(Mutant(path, number, first, last, before, after, function, names))
    return found


def mutated(source: bytes, number: int) -> ast.Module:
    """Return the tree of a file with one of its mutants."""
    tree = ast.parse(source)
    for at, site in enumerate(_sites(tree)):
        if at == number:
            site.put(site.new)
            return ast.fix_missing_locations(tree)
    raise IndexError(number)


def _one_line(statement: ast.stmt) -> str:
    """Return a statement without the statements in it."""
    lacking = {name: getattr(statement, name) for name in (*_BLOCKS, "handlers") if hasattr(statement, name)}
    for name in lacking:
        setattr(statement, name, [])
    try:
        return " ".join(ast.unparse(statement).split())
    finally:
        for name, value in lacking.items():
            setattr(statement, name, value)


def _lines(statement: ast.stmt) -> tuple[int, int]:
    """Return the first and last line of a statement without the statements in it."""
    inner = getattr(statement, "body", None)
    last = statement.end_lineno or statement.lineno
    return statement.lineno, max(statement.lineno, inner[0].lineno - 1) if inner else last


def _sites(tree: ast.Module) -> Iterator[_Site]:
    yield from _block(tree.body, None)


def _block(statements: list[ast.stmt], function: ast.AST | None) -> Iterator[_Site]:
    for at, statement in enumerate(statements):
        if _is_silent(statement):
            continue
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            if not any(isinstance(node, ast.Name) and node.id == "overload" for node in statement.decorator_list):
                yield from _expressions(statement.args, statement, function)
                yield from _block(statement.body, statement)
            continue
        if function is not None and _is_removable(statement):
            yield _Site(statement, function, _putting_in_list(statements, at), ast.copy_location(ast.Pass(), statement))
        # a truth value is changed as the constant that it is
        if isinstance(statement, ast.Return) and not isinstance(statement.value, ast.Constant | None):
            yield _Site(statement, function, _putting(statement, "value"), ast.Constant(None))
        if isinstance(statement, ast.If | ast.While):
            # a loop that never ends is found by time alone
            for value in (True, False) if isinstance(statement, ast.If) else (False,):
                yield _Site(statement, function, _putting(statement, "test"), ast.Constant(value))
        if not isinstance(statement, ast.ClassDef):
            yield from _expressions(statement, statement, function)
        for name in _BLOCKS:
            yield from _block(getattr(statement, name, []), function)
        for handler in getattr(statement, "handlers", []):
            yield from _block(handler.body, function)
        for case in getattr(statement, "cases", []):
            yield from _block(case.body, function)


def _is_silent(statement: ast.stmt) -> bool:
    """Whether a statement does nothing that a test could notice."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass):
        return True
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return True
    if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
        return True
    if isinstance(statement, ast.ClassDef):
        return any("Protocol" in ast.unparse(base) for base in statement.bases)
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return any(isinstance(target, ast.Name) and target.id in ("__all__", "__slots__") for target in targets)


def _is_removable(statement: ast.stmt) -> bool:
    kinds = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Delete, ast.Continue, ast.Break)
    return isinstance(statement, kinds)


def _expressions(node: ast.AST, statement: ast.stmt, function: ast.AST | None) -> Iterator[_Site]:
    """Yield the sites in the expressions of a node, not those in statements in it."""
    for field, value in ast.iter_fields(node):
        if (field in _SKIPPED_FIELDS and isinstance(node, ast.stmt | ast.arguments | ast.arg)) or field == "cases":
            continue
        if isinstance(value, list):
            for at, item in enumerate(value):
                if isinstance(item, ast.AST) and not isinstance(item, ast.stmt | ast.excepthandler):
                    yield from _expression(item, _putting_in_list(value, at), statement, function)
        elif isinstance(value, ast.AST) and not isinstance(value, ast.stmt):
            yield from _expression(value, _putting(node, field), statement, function)


def _expression(
    node: ast.AST, put: Callable[[Any], Any], statement: ast.stmt, function: ast.AST | None
) -> Iterator[_Site]:
    for new in _changed(node, is_type=function is None):
        yield _Site(statement, function, put, new)
    if isinstance(node, ast.comprehension):
        for at in range(len(node.ifs)):
            yield _Site(statement, function, _putting_in_list(node.ifs, at), ast.Constant(True))
    yield from _expressions(node, statement, function)


def _changed(node: ast.AST, *, is_type: bool) -> Iterator[ast.AST]:
    """Yield what is put in place of an expression."""
    match node:
        case ast.Compare(left, operators, comparators):
            for at, operator in enumerate(operators):
                for kind in _SWAPPED[type(operator)]:
                    swapped: list[Any] = [*operators[:at], kind(), *operators[at + 1 :]]
                    yield ast.Compare(left, swapped, comparators)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(_swapped(operator), values)
            for at in range(len(values)):
                rest = [*values[:at], *values[at + 1 :]]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.BinOp(left, operator, right) if type(operator) in _SWAPPED:
            # `int | str` in a module's own statements is a type
            if not (is_type and isinstance(operator, ast.BitOr)):
                yield ast.BinOp(left, _swapped(operator), right)
        case ast.IfExp(_, body, otherwise):
            yield body
            yield otherwise
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)


def _swapped(operator: ast.AST) -> Any:
    return _SWAPPED[type(operator)][0]()


def _putting(parent: ast.AST, field: str) -> Callable[[Any], Any]:
    def put(node: Any) -> Any:
        old = getattr(parent, field)
        setattr(parent, field, node)
        return old

    return put


def _putting_in_list(values: Sequence[Any], at: int) -> Callable[[Any], Any]:
    def put(node: Any) -> Any:
        old = values[at]
        values[at] = node  # type: ignore[index]
        return old

    return put
