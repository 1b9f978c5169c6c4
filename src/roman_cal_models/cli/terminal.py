"""What a terminal is given that a file is not: colours. And what neither is given: characters that command it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import warnings
from collections.abc import Generator
from typing import Any, TextIO

from ..errors import told
from ..printable import printable_json, printable_lines

__all__ = ["ReaderLeft", "complain", "guarded", "has_colours", "print_json", "print_styled"]


class ReaderLeft(BaseException):
    """Nobody reads what is printed any more. No error of a file, and not to be caught as one."""


@contextlib.contextmanager
def guarded() -> Generator[None]:
    """Have nothing but text reach standard output and standard error, and tell by `ReaderLeft` if nobody reads it.

    What is printed inside, by whatever library, goes out with its lines and tabs; other characters of control are
    escaped. Codes of ours go through `print_styled`. Warnings of ours go out as their text alone: the line of the code
    that asked for them says nothing to a user.
    """
    out, error = (None if stream is None else _Guarded(stream) for stream in (sys.stdout, sys.stderr))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error), _plain_warnings():
        try:
            yield
        except Exception:
            # a bug: what tells of it may quote a file as well
            sys.excepthook = _guarded_hook
            raise
        finally:
            if out is not None:
                out.flush()  # a short output waits until now


@contextlib.contextmanager
def _plain_warnings() -> Generator[None]:
    usual = warnings.formatwarning

    def text(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        is_ours = category.__module__.partition(".")[0] == __name__.partition(".")[0]
        return f"warning: {message}\n" if is_ours else usual(message, category, filename, lineno, line)

    warnings.formatwarning = text
    try:
        yield
    finally:
        warnings.formatwarning = usual


def _guarded_hook(*exception: Any) -> None:
    with guarded():
        sys.__excepthook__(*exception)


class _Guarded:
    """A stream that lets nothing through but text.

    Parameters
    ----------
    stream : file object
        Where the text goes.
    """

    def __init__(self, stream: TextIO) -> None:
        self.unguarded = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)

    def write(self, text: str) -> int:
        """Write a text."""
        self.write_styled(printable_lines(text))
        return len(text)

    def write_styled(self, text: str) -> None:
        """Write a text with codes of ours, which quotes nothing that was not escaped."""
        with self._read():
            self.unguarded.write(_encodable(text, self.unguarded))

    def flush(self) -> None:
        """Write what waits."""
        with self._read():
            self.unguarded.flush()

    @contextlib.contextmanager
    def _read(self) -> Generator[None]:
        try:
            yield
        except BrokenPipeError:
            self._close()
            raise ReaderLeft from None
        except OSError as error:
            self._close()
            raise OSError(error.errno, error.strerror, self.unguarded.name) from None

    def _close(self) -> None:
        """Have what waits go nowhere: Python would complain of it at its end."""
        with contextlib.suppress(OSError):  # no stream of the system
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.unguarded.fileno())


def _encodable(text: str, stream: TextIO) -> str:
    """Return a text with escapes for what the encoding of a stream does not have."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text if text.isascii() else text.encode(encoding, "backslashreplace").decode(encoding)


def print_styled(line: str) -> None:
    """Print a line that has codes of ours, such as colours; what it quotes was escaped where it was made."""
    if isinstance(sys.stdout, _Guarded):
        sys.stdout.write_styled(f"{line}\n")
    else:
        print(line)


def print_json(value: Any, **options: Any) -> None:
    """Print a value as JSON.

    Parameters
    ----------
    value : object
        What `json.dumps` takes.
    **options
        Of `json.dumps`.
    """
    print(printable_json(json.dumps(value, **options)), flush=True)


def complain(error: BaseException, file: str | os.PathLike[str] | None = None) -> None:
    """Print an error on standard error, with the file that it is about; one of many problems has a line for each."""
    problems = getattr(error, "problems", ())
    lines = str(error).splitlines() if len(problems) > 1 else [told(error, file)]
    for line in lines:
        print(line, file=sys.stderr)


def has_colours() -> bool:
    """Return True if the output is coloured: at a terminal, unless its user does not want it (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
