"""``roman-cal-models completion``: scripts by which shells complete the command. shtab writes them."""

from __future__ import annotations

import argparse
import re
from typing import Any

from .commands import COMMANDS, make_parser

__all__ = ["PARSER", "add_arguments", "run"]

SHELLS = {
    "bash": 'eval "$(roman-cal-models completion bash)" in ~/.bashrc',
    "zsh": 'eval "$(roman-cal-models completion zsh)" in ~/.zshrc, behind compinit',
    "fish": "roman-cal-models completion fish > ~/.config/fish/completions/roman-cal-models.fish",
}
"""Shell -> where its script goes."""

PARSER = {
    "description": "Print a script by which a shell completes commands, options and files. For bash: "
    f"{SHELLS['bash']}. For zsh: {SHELLS['zsh']}. For fish: {SHELLS['fish']}. A script that is kept in a file starts "
    "nothing; print it again when the package has new commands.",
    "epilog": "example: roman-cal-models completion bash",
}

_FILES, _FOLDERS = {"FILE", "A", "B", "TABLE"}, {"FOLDER"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("shell", metavar="SHELL", choices=[*SHELLS], help=f"one of {', '.join(SHELLS)}")


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    from ..errors import MissingPackageError

    try:
        import shtab
    except ImportError:
        raise MissingPackageError("completion needs shtab: pip install 'roman-cal-models[completion]'") from None

    parser = make_parser(COMMANDS)
    for name, command in parser.commands.items():
        command.description = COMMANDS[name]  # what shells show beside it: a line
        for action in command._actions:
            _tell_shtab(action, shtab)
    script = shtab.complete(parser, options.shell)
    if options.shell == "zsh":
        # shtab has zsh complete the first of several files only
        script = re.sub(r'^( +")\(\*\)::?', r"\1*:", script, flags=re.MULTILINE)
    print(script)
    return 0


def _tell_shtab(action: Any, shtab: Any) -> None:
    """Note with an argument what shells complete it by."""
    if action.metavar in _FILES or action.dest == "paths":
        action.complete = shtab.FILE
    elif action.metavar in _FOLDERS:
        action.complete = shtab.DIRECTORY
    elif isinstance(action.metavar, tuple):
        action.metavar = " ".join(action.metavar)
