"""What a terminal is given that a file is not: colours, and a bar that tells how far it is.

And what neither is given: characters of a file that would command it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Generic, TextIO, TypeVar

from ..errors import told
from ..printable import printable_json, printable_lines

__all__ = ["Progress", "ReaderLeft", "complain", "guarded", "has_colours", "print_json", "print_styled"]

_File = TypeVar("_File")

_WIDTH = 30
_PATIENCE = 0.5  # seconds without a bar, and between two of its states
_CLEAR = "\r\033[K"


class ReaderLeft(BaseException):
    """Nobody reads what is printed any more. No error of a file, and not to be caught as one."""


@contextlib.contextmanager
def guarded() -> Generator[None]:
    """Have nothing but text reach standard output and standard error, and tell by `ReaderLeft` if nobody reads it.

    What is printed inside, by whatever library, goes out with its lines and tabs; other characters of control are
    escaped. Codes of ours go through `print_styled`.
    """
    out, error = (None if stream is None else _Guarded(stream) for stream in (sys.stdout, sys.stderr))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            yield
        except Exception:
            # a bug: what tells of it may quote a file as well
            sys.excepthook = _guarded_hook
            raise
        finally:
            if out is not None:
                out.flush()  # a short output waits until now


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
        # a bar of another library begins its line anew
        bar = "\r" if text.startswith("\r") else ""
        self.write_styled(bar + printable_lines(text[len(bar) :]))
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
    """Tell an error on standard error, with the file that it is about."""
    print(told(error, file), file=sys.stderr)


def has_colours() -> bool:
    """Tell whether the output is coloured: at a terminal, unless its user does not want it (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


class Progress(Generic[_File]):
    """Files one by one, and on long work a bar on standard error, if a person watches.

    Parameters
    ----------
    files : sequence
        What is gone through.
    """

    def __init__(self, files: Sequence[_File]) -> None:
        self.files = files
        self.is_shown = False
        self._number = 0
        self._last = 0.0

    def __iter__(self) -> Iterator[_File]:
        self._last = time.monotonic()
        try:
            for number, file in enumerate(self.files):
                self._number = number
                self.advance(0)
                yield file
        finally:
            self.clear()

    def advance(self, part: float) -> None:
        """Tell how much of the present file is done, of 1; what is shown changes only now and then."""
        if sys.stderr.isatty() and time.monotonic() - self._last > _PATIENCE:
            self._last = time.monotonic()
            self._show(part)

    def clear(self) -> None:
        """Take the bar away, before something is printed."""
        if self.is_shown:
            _draw(_CLEAR)
            self.is_shown = False

    def _show(self, part: float) -> None:
        done = int(_WIDTH * (self._number + part)) // len(self.files)
        bar = "#" * done + "." * (_WIDTH - done)
        _draw(f"{_CLEAR}[{bar}] {self._number} of {len(self.files)} files")
        self.is_shown = True


def _draw(text: str) -> None:
    stream: Any = sys.stderr
    getattr(stream, "write_styled", stream.write)(text)
    stream.flush()
