"""How things are shown to people and to programs: as a tree where somebody looks at them, else on one line.

Python's own prompt, IPython and notebooks ask in three ways, and a log asks as Python's prompt does, by `repr`. So
`repr` is one line wherever there is no prompt, as pipelines print their arguments, and in IPython wherever a thing
stands in a list or a dict.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

__all__ = ["Displayed", "fallback_text", "quoted"]

# What the prompt needs, what is shown of the smallest terminal, and what notebooks show that trust no style.
_PROMPT_ROWS = 3
_FEWEST_ROWS = 10
_FALLBACK_ROWS = 40
_FALLBACK_WIDTH = 80  # as a terminal: JupyterLab breaks lines that its window has no room for


class Displayed:
    """What has a tree, or other lines of text, that prompts and ``print`` show."""

    __slots__ = ()

    def _one_line(self) -> str:
        raise NotImplementedError  # what is displayed says it

    def _text_lines(self, width: int | None, rows: int | None) -> Iterable[str]:
        """Return the lines of text.

        Parameters
        ----------
        width : int or None
            The longest line; None cuts nothing.
        rows : int or None
            How many lines there may be; None for all.
        """
        raise NotImplementedError  # what is displayed says it

    def __repr__(self) -> str:
        return _on_screen(self) if _is_at_prompt() else self._one_line()

    def __str__(self) -> str:
        return "\n".join(self._text_lines(_terminal_size()[0] if _is_watched() else None, None))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Have IPython show it."""
        is_alone = not cycle and len(printer.stack) == 1
        printer.text(_on_screen(self) if is_alone else self._one_line())


def _is_at_prompt() -> bool:
    """Return whether Python's own prompt may be asking; IPython has one of its own, and asks in its own way."""
    return hasattr(sys, "ps1") and sys.displayhook is sys.__displayhook__


def _is_watched() -> bool:
    """Return whether what is printed comes to a terminal; not to a stream that is closed or does not tell."""
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):
        return False


def _on_screen(shown: Displayed) -> str:
    columns, lines = _terminal_size()
    return "\n".join(shown._text_lines(columns, max(_FEWEST_ROWS, lines - _PROMPT_ROWS)))


def _terminal_size() -> tuple[int, int]:
    import shutil  # brings the codecs of archives

    return shutil.get_terminal_size()


def quoted(value: Any) -> str:
    """Return a value as an error message quotes it: on one line, at a prompt as well."""
    return value._one_line() if isinstance(value, Displayed) else repr(value)


def fallback_text(shown: Displayed) -> str:
    """Return what a notebook shows that trusts neither style nor script."""
    return "\n".join(shown._text_lines(_FALLBACK_WIDTH, _FALLBACK_ROWS))
