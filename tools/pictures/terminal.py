"""What a command prints at a terminal, with its colours, as HTML."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

__all__ = ["as_html", "printed"]

_ROWS, _COLUMNS = 50, 100
_STYLE = (
    "margin: 0; padding: 12px 16px; border-radius: 6px; background: #fbfbfb; color: #1f2328; "
    "font: 13px/1.35 'DejaVu Sans Mono', monospace; white-space: pre-wrap"
)


def printed(line: str, folder: Path) -> str:
    """Run a command at a terminal of its own, in a folder, and return what it prints, colours included."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    # the commands of this Python's environment
    environment["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    environment["TERM"] = "xterm-256color"
    with subprocess.Popen(line, shell=True, stdin=its, stdout=its, stderr=its, cwd=folder, env=environment) as process:
        os.close(its)
        with open(ours, "rb", buffering=0) as stream:
            pieces = []
            while True:
                try:
                    piece = stream.read(65536)
                except OSError:  # Linux's word for the end
                    break
                if not piece:
                    break
                pieces.append(piece)
    if process.returncode not in (0, 1):  # 1 tells of what is different, or wrong
        raise RuntimeError(f"{line}: status {process.returncode}: {b''.join(pieces).decode()}")
    return b"".join(pieces).decode().replace("\r\n", "\n")


def as_html(text: str) -> str:
    """Return text of a terminal as a piece of HTML."""
    from rich.console import Console
    from rich.terminal_theme import DEFAULT_TERMINAL_THEME
    from rich.text import Text

    console = Console(record=True, file=io.StringIO(), width=_COLUMNS, force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(text.rstrip()), soft_wrap=True)
    return console.export_html(
        theme=DEFAULT_TERMINAL_THEME, inline_styles=True, code_format=f'<pre style="{_STYLE}">{{code}}</pre>'
    )
