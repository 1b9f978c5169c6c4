"""The page of questions: the errors by whose words it is searched are those of the package."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

_TERM = re.compile(r"``([^`]+)``")


def _terms(page: Path) -> list[str]:
    """Return the words of errors at which paragraphs of the page begin."""
    section = page.read_text().partition("When it does not work\n")[2]
    return [text for line in section.splitlines() if line.startswith("``") for text in _TERM.findall(line)]


@pytest.fixture(scope="module")
def said(repository: Path) -> str:
    """Return all text in the code of the package, with ``...`` for what is filled in."""
    found = []
    for file in (repository / "src" / "roman_cal_models").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "..." for part in node.values]
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def test_the_words_of_errors_are_those_of_the_package(repository: Path, said: str) -> None:
    terms = _terms(repository / "docs" / "questions.rst")
    assert len(terms) > 10
    for term in terms:
        for part in filter(None, map(str.strip, term.split("..."))):
            assert part in said, term
