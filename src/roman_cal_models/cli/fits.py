"""``roman-cal-models fits``: a Roman file as a FITS file, for tools that read no ASDF."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import FilenameMismatchWarning, FitsWarning
from ..printable import printable

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Write a Roman file as a FITS file, for tools that read no ASDF: arrays as images, catalogues as "
    "binary tables, the WCS as a tangent plane with polynomials, the metadata as keywords and as a table. "
    "Where FITS says less, or less exactly, it is told. Ends with 1 if the file cannot be read or written.",
    "epilog": "example: roman-cal-models fits r0000101001001001001_0001_wfi01_f158_cal.asdf "
    "r0000101001001001001_0001_wfi01_f158_cal.fits",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="path or URL of a Roman file")
    parser.add_argument("out", metavar="OUT.fits", type=Path, help="the FITS file: .fits, .fit or .fts")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there already")
    parser.add_argument(
        "--distortion",
        choices=["sip", "tpv"],
        default="sip",
        help="how the WCS says that the sky is bent: by SIP, as most tools read it, or by TPV, for Source Extractor, "
        "SCAMP and SWarp (default: %(default)s)",
    )
    # it knows how to refuse what argparse itself cannot
    parser.set_defaults(parser=parser)


def run(options: argparse.Namespace) -> int:
    """Write the FITS file."""
    import warnings

    from ..models.fits import ENDINGS
    from ..models.opening import open as open_model

    if options.out.suffix not in ENDINGS:
        options.parser.error(printable(f"{options.out} should end in {', '.join(ENDINGS)}"))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("ignore", FilenameMismatchWarning)
        warnings.simplefilter("always", FitsWarning)
        with open_model(options.file) as model:
            model.to_fits(options.out, overwrite=options.overwrite, distortion=options.distortion)
    for warning in told:
        print(printable(str(warning.message)), file=sys.stderr)
    print(printable(f"{options.file}: {options.out}"))
    return 0
