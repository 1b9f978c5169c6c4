"""``roman-cal-models convert``: a product of a community's team from a FITS file."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..printable import printable

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Write a FITS file, or an ASDF file of any tree, as a Roman file of a schema that is registered: "
    "the keywords of the primary header as meta.header, images as arrays, tables as tables, each under the name of its "
    "HDU. It is checked whole before it is written; ends with 1 if it is not valid, or cannot be read or written.",
    "epilog": "example: roman-cal-models convert map.fits map.asdf --schema CCSP/SPEAR/spear_map-1.0.0 --schemas spear "
    "--values spear/values.yaml",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="FITS file (.fits, .fit, .fts, also .gz), or ASDF file")
    parser.add_argument("out", metavar="OUT.asdf", type=Path, help="the Roman file")
    parser.add_argument(
        "--schema", metavar="ID", required=True, help="of the product: CCSP/TEAM/team_map-1.0.0, or a whole URI"
    )
    parser.add_argument(
        "--values",
        metavar="FILE",
        type=Path,
        help="YAML with what the file does not say (meta: {ccsp: {...}}), as schema --draft begins it",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there already")
    # it knows how to refuse what argparse itself cannot
    parser.set_defaults(parser=parser)


def run(options: argparse.Namespace) -> int:
    """Write the file."""
    from ..registration.conversion import convert, read_values

    if options.out.suffix != ".asdf":
        options.parser.error(printable(f"{options.out} should end in .asdf"))
    values = None if options.values is None else read_values(options.values)
    model = convert(options.file, options.schema, values)
    model.save(options.out, overwrite=options.overwrite)
    print(printable(f"{options.file}: {options.out}"))
    return 0
