"""The command ``roman-cal-models``: one module a subcommand.

This room is responsible for arguments, exit statuses and what is printed; what is done stands in the rooms below, all
of which it may call. Nothing calls it but the shell. ``commands`` lists the subcommands and makes their parser,
``terminal`` guards what reaches a terminal.
"""

from __future__ import annotations

import sys

from .commands import COMMANDS, PROGRAM, make_parser

__all__ = ["COMMANDS", "main"]

FINE, PROBLEMS = 0, 1
INTERRUPTED = 130
"""The status of a program that a user ended by Ctrl-C, as shells have it."""
READER_LEFT = 141
"""The status of a program whose output is not read to its end (``| head``), as shells have it: nothing is wrong."""


def main(arguments: list[str] | None = None, *, program: str = PROGRAM) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        As of the command line, without the name of the program.
    program : str
        How it was started, for its usage.

    Returns
    -------
    int
        0: fine; 1: problems were found, or something could not be read or written; 130: it was interrupted; 141:
        nobody read on. Wrong usage ends the program with 2.
    """
    from . import terminal

    try:
        with terminal.guarded():
            return _run(sys.argv[1:] if arguments is None else arguments, program)
    except terminal.ReaderLeft:
        return READER_LEFT
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: list[str], program: str) -> int:
    from ..errors import RomanCalModelsError
    from . import terminal

    try:
        status = _command(arguments, program)
        if sys.stdout is not None:
            sys.stdout.flush()  # where it goes may be full
        return status
    except (RomanCalModelsError, OSError, MemoryError) as error:
        terminal.complain(error)
        return PROBLEMS


def _command(arguments: list[str], program: str) -> int:
    """Run what is asked for; errors that every command may meet are left to the caller."""
    parser = make_parser(arguments, program)
    parser.check_command(arguments)
    options = parser.parse_args(arguments)
    if options.version:
        from ..installation import VERSION

        print(VERSION)
        return FINE
    if options.command is None:
        parser.print_help()
        return FINE
    if hasattr(options, "schemas"):
        from .arguments import register

        register(options.schemas)
    return int(options.run(options))
