"""The subcommands, grouped by what one does, and the parser of them all."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from importlib import import_module
from typing import Any

from ..installation import DOCUMENTATION
from ..spelling import did_you_mean
from .arguments import add_schemas

__all__ = ["COMMANDS", "GROUPS", "PROGRAM", "make_parser"]

PROGRAM = "roman-cal-models"

# Heading -> subcommand -> what it does, in a line. Each stands in the module of its name, which is imported when it
# is run.
GROUPS = {
    "begin here": {
        "demo": "make Roman files, set and refuse values, and read them back",
        "completion": "print a script by which bash, zsh or fish completes commands, options and files",
    },
    "look at files": {
        "info": "print what a file holds as a tree, with titles, types, shapes and units",
        "header": "print what a file says before its first block",
        "identify": "tell what files are, and what wrote them",
        "schema": "tell what a kind of file, a section of one or a property is",
    },
    "check files": {
        "validate": "print every problem of files",
        "steps": "print the calibration steps of files as a matrix",
        "diff": "print what is different between two files",
    },
    "change files": {
        "set": "set values of a file, each checked by its schema",
        "upgrade": "write old files in the newest version, and tell what had to be assumed",
        "fits": "write a file as FITS, for tools that read no ASDF",
        "convert": "write a FITS file as a Roman file, by a schema of yours",
    },
    "images and the archive": {
        "cutout": "cut parts out of images around positions, each into a file of its own",
        "catalog": "put files into the archive's catalogue, or print its tables and columns",
    },
}

COMMANDS = {name: help_ for group in GROUPS.values() for name, help_ in group.items()}
"""Subcommand -> what it does, in the order of the help."""

_WITHOUT_SCHEMAS = ("completion", "demo")
"""Those that read no files of users, and so need no schemas of third parties."""

_NEAR = 0.6  # difflib's ratio from which a word is held to be a misspelt command


class _CommandParser(argparse.ArgumentParser):
    """The parser of one subcommand, whose options may stand before, between and behind its files."""

    _is_mixing = False

    def parse_known_args(self, *words: Any, **into: Any) -> Any:
        """Parse the words of the subcommand."""
        if self._is_mixing:  # it is called for parts of them
            return super().parse_known_args(*words, **into)
        self._is_mixing = True
        try:
            known, rest = self.parse_known_intermixed_args(*words, **into)
        finally:
            self._is_mixing = False
        for word in rest:
            if word.startswith("-"):
                option = word.partition("=")[0]
                self.error(f"there is no option {option!r}.{did_you_mean(option, self._option_string_actions)}")
        return known, rest


class _Parser(argparse.ArgumentParser):
    """The parser of the whole command, whose help has its subcommands in groups."""

    commands: dict[str, argparse.ArgumentParser]

    def format_help(self) -> str:
        """Return the help."""
        formatter = self._get_formatter()
        formatter.add_usage(self.usage, self._actions, self._mutually_exclusive_groups)
        formatter.add_text(self.description)
        for heading, names in GROUPS.items():
            formatter.start_section(heading)
            formatter.add_arguments([argparse.Action([], name, help=help_) for name, help_ in names.items()])
            formatter.end_section()
        formatter.start_section("options")
        formatter.add_arguments([action for action in self._actions if action.option_strings])
        formatter.end_section()
        formatter.add_text(self.epilog)
        # on one line however narrow the terminal is, for it is copied
        return f"{formatter.format_help()}documentation: {DOCUMENTATION}\n"

    def check_command(self, arguments: list[str]) -> None:
        """End the program with 2, and a guess, if the first word is no command."""
        word = next((argument for argument in arguments if not argument.startswith("-")), None)
        if word is not None and word not in COMMANDS:
            import difflib

            begun = [name for name in COMMANDS if word and name.startswith(word)]
            near = begun or difflib.get_close_matches(word, COMMANDS, n=1, cutoff=_NEAR)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(COMMANDS)}"
            self.error(f"there is no command {word!r}. {hint}")


def make_parser(wanted: Collection[str], program: str = PROGRAM) -> _Parser:
    """Return the parser of the command.

    Parameters
    ----------
    wanted : collection of str
        The subcommands that get their arguments. Only they are imported: ``--help`` must be quick.
    program : str
        What the usage calls the command.
    """
    parser = _Parser(
        prog=program,
        description="Look at, check and change data models of the Nancy Grace Roman Space Telescope. COMMAND --help "
        "tells more of each command, with an example.",
        epilog=f"example: {program} demo --out demo",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    adder = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_CommandParser)
    parser.commands = {}
    for name, help_ in COMMANDS.items():
        module: Any = import_module(f"{__package__}.{name}") if name in wanted else None
        words = {} if module is None else module.PARSER
        words = {key: text.replace(PROGRAM, program) for key, text in words.items()}
        parser.commands[name] = subparser = adder.add_parser(name, help=help_, **words)
        if module is not None:
            module.add_arguments(subparser)
            if name not in _WITHOUT_SCHEMAS:
                add_schemas(subparser)
            subparser.set_defaults(run=module.run, program=program)
    return parser
