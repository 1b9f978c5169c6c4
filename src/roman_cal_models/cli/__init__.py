"""The command ``roman-cal-models``: one module a subcommand.

This room is responsible for arguments, exit statuses and what is printed; what is done stands in the rooms below, all
of which it may call. Nothing calls it but the shell. ``terminal`` guards what reaches a terminal.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

__all__ = ["main"]

# Subcommand -> what it does, in a line. Each stands in the module of its name, which is imported when it is run.
COMMANDS = {
    "catalog": "put files into the archive's catalogue, or print its tables and columns",
    "cutout": "cut parts out of images around positions, each into a file of its own",
    "demo": "make Roman files, set and refuse values, and read them back",
    "diff": "print what is different between two files",
    "fits": "write a file as FITS, for tools that read no ASDF",
    "header": "print what a file says before its first block",
    "identify": "tell what files are, and what wrote them",
    "info": "print what a file holds as a tree, with titles, types, shapes and units",
    "schema": "tell what a kind of file, a section of one or a property is",
    "set": "set values of a file, each checked by its schema",
    "steps": "print the calibration steps of files as a matrix",
    "upgrade": "write old files in the newest version, and tell what had to be assumed",
    "validate": "print every problem of files",
}

FINE, PROBLEMS = 0, 1
INTERRUPTED = 130
"""The status of a program that a user ended by Ctrl-C, as shells have it."""
READER_LEFT = 141
"""The status of a program whose output is not read to its end (``| head``), as shells have it: nothing is wrong."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        As of the command line, without the name of the program.

    Returns
    -------
    int
        0: fine; 1: problems were found, or something could not be read or written; 130: it was interrupted; 141:
        nobody read on. Wrong usage ends the program with 2.
    """
    from . import terminal

    try:
        with terminal.guarded():
            return _run(sys.argv[1:] if arguments is None else arguments)
    except terminal.ReaderLeft:
        return READER_LEFT
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: list[str]) -> int:
    from ..errors import RomanCalModelsError
    from . import terminal

    try:
        status = _command(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()  # where it goes may be full
        return status
    except (RomanCalModelsError, OSError, MemoryError) as error:
        terminal.complain(error)
        return PROBLEMS


def _command(arguments: list[str]) -> int:
    """Run what is asked for; errors that every command may meet are left to the caller."""
    parser = argparse.ArgumentParser(
        prog="roman-cal-models",
        description="Look at, check and change data models of the Nancy Grace Roman Space Telescope.",
        epilog="example: roman-cal-models demo --out demo",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, help_ in COMMANDS.items():
        # only the subcommand that is meant is imported: --help must be quick
        module = import_module(f"{__name__}.{name}") if name in arguments else None
        subparser = commands.add_parser(name, help=help_, **({} if module is None else module.PARSER))
        if module is not None:
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    if options.version:
        from ..installation import VERSION

        print(VERSION)
        return FINE
    if options.command is None:
        parser.print_help()
        return FINE
    return int(options.run(options))
