"""What commands print."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import warnings
from glob import glob

from roman_cal_models.cli import main

from .blocks import PROGRAM, Command

__all__ = ["Shell"]

_WIDTH = "88"
# pages must not change with every release of somebody else
_VERSION = re.compile(r"\b(asdf|rad|roman-cal-models) \d+\.\d[\w.+]*")


class Shell:
    """As much of a shell as the pages need: our command, ``| head -N`` behind it, ``*`` in names, ``echo $?``; sed."""

    def __init__(self) -> None:
        self._status = 0

    def run(self, command: Command) -> tuple[str, ...]:
        """Return the lines that a command prints in this folder; those of a foreign command as the page has them."""
        if command.line == "echo $?":
            return (str(self._status),)
        program, *arguments = shlex.split(command.line)
        if program == "sed":
            # a page that has its readers edit a file
            subprocess.run([program, *arguments], check=True)
            return ()
        if program != PROGRAM:
            return command.printed
        most = None
        if "|" in arguments:
            pipe = arguments.index("|")
            head, number = arguments[pipe + 1 :]
            assert head == "head", f"{command.line}: nothing but head is known behind a pipe"
            arguments, most = arguments[:pipe], int(number.removeprefix("-"))
        printed = self._printed([name for argument in arguments for name in _expanded(argument)])[:most]
        while printed and not printed[-1]:
            printed.pop()
        return tuple(printed)

    def _printed(self, arguments: list[str]) -> list[str]:
        if "--schemas" in arguments:
            return self._printed_elsewhere(arguments)
        printed = io.StringIO()
        before = os.environ.get("COLUMNS")
        os.environ["COLUMNS"] = _WIDTH  # argparse asks there
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
                warnings.simplefilter("error")
                self._status = main(arguments)
        except SystemExit as ended:
            self._status = int(ended.code or 0)
        finally:
            if before is None:
                del os.environ["COLUMNS"]
            else:
                os.environ["COLUMNS"] = before
        return _lines(printed.getvalue())

    def _printed_elsewhere(self, arguments: list[str]) -> list[str]:
        """Run a command in a process of its own: what is registered holds for the process, and its folder is gone."""
        script = "import sys; from roman_cal_models.cli import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script, *arguments],
            env={**os.environ, "COLUMNS": _WIDTH},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self._status = done.returncode
        return _lines(done.stdout)


def _lines(printed: str) -> list[str]:
    return [_VERSION.sub(r"\1 ...", line).rstrip() for line in printed.lstrip("\n").splitlines()]


def _expanded(argument: str) -> list[str]:
    return sorted(glob(argument)) if "*" in argument and "=" not in argument else [argument]
