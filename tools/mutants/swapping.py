"""A mutant in place of what was imported, or of what is to be imported; both in this process alone."""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["import_mutant", "swap"]


def swap(file: Path, tree: ast.Module) -> bool:
    """Give the functions of a file the code of a mutant; return whether that could be done.

    Parameters
    ----------
    file : Path
        Of a module that was imported.
    tree : ast.Module
        The mutant.
    """
    codes: dict[tuple[str, int], CodeType] = {}
    _collect(compile(tree, str(file), "exec", dont_inherit=True), codes)
    functions = [each for each in gc.get_objects() if type(each) is FunctionType]
    changed = []
    for function in functions:
        old = function.__code__
        if old.co_filename != str(file):
            continue
        new = codes.get((old.co_qualname, old.co_firstlineno))
        if new is None or new.co_freevars != old.co_freevars:
            return False
        if new != old:
            changed.append((function, new))
    for function, new in changed:
        function.__code__ = new
    return bool(changed)


def _collect(code: CodeType, codes: dict[tuple[str, int], CodeType]) -> None:
    """Note a code and those in it by name and line; two of the same name and line are not told apart."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            codes[inner.co_qualname, inner.co_firstlineno] = inner
            _collect(inner, codes)


def import_mutant(file: Path, tree: ast.Module) -> None:
    """Have the import of a file give a mutant."""
    sys.meta_path.insert(0, _Finder(file, tree))


class _Finder:
    def __init__(self, file: Path, tree: ast.Module) -> None:
        self._file = file
        self._tree = tree

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is None or not name.startswith("roman_cal_models."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin != str(self._file):
            return None
        spec.loader = _Loader(name, str(self._file), self._tree)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self._tree = tree

    def get_code(self, fullname: str) -> Any:
        return compile(self._tree, self.path, "exec", dont_inherit=True)
