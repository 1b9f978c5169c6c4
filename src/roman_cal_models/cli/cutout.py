"""``roman-cal-models cutout``: parts of images around positions, each a file of its own."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import CutoutError, FilenameMismatchWarning, OutsideImageError, RomanCalModelsError, told
from ..printable import printable
from ..progress import Bar
from .arguments import make_folder
from .terminal import print_json

if TYPE_CHECKING:
    from ..images.cutouts import Cutout

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Cut parts out of images, around every position in every file that has it, and write each as a file "
    "of its own: all arrays, with the WCS and the metadata. Only what is needed of a file is read, also behind a URL. "
    "Ends with 1 if a file cannot be read, or a position is in none of the files.",
    "epilog": "example: roman-cal-models cutout r0000101001001001001_0001_wfi01_f158_cal.asdf --at 270.94 66.56 --size "
    "10arcsec --out cutouts",
}

# of tables that astropy does not know by their names, or takes for another kind
_FORMATS = {".csv": "ascii.csv", ".tsv": "ascii.tab"}

_UNSAFE = re.compile(r"[^\w.+-]+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="path or URL of an image")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--at",
        metavar=("RA", "DEC"),
        nargs=2,
        type=float,
        action="append",
        help="a position in degrees; may be given again",
    )
    where.add_argument(
        "--pixel", metavar=("Y", "X"), nargs=2, type=float, action="append", help="a pixel, from 0; may be given again"
    )
    where.add_argument(
        "--table",
        metavar="TABLE",
        type=Path,
        help="a file that astropy reads as a table, with columns ra and dec in degrees and, if wanted, name and size",
    )
    parser.add_argument(
        "--size",
        metavar="SIZE",
        nargs="+",
        help="of the cutouts, one or two (y and x): 100 pixels, or an angle as 10arcsec; a column of the table wins",
    )
    parser.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="where they go; made if needed")
    parser.add_argument(
        "--fill", metavar="NUMBER", type=float, help="what stands outside of the image, in place of NaN"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there already")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each position in each file")
    # it knows how to refuse what argparse itself cannot
    parser.set_defaults(parser=parser)


def run(options: argparse.Namespace) -> int:
    """Write the cutouts; return 1 if a file could not be read, or a position is nowhere."""
    import warnings

    from ..images.cutouts import cutouts

    positions, sizes, names = _targets(options)
    clash = _clash(options.files, names)
    if clash is not None:
        options.parser.error(printable(clash))
    make_folder(options.out)
    failed = False
    nowhere = set(range(len(names)))
    complaints: dict[str, None] = {}  # a file that cannot be read is told once, not for each position
    bar = Bar(len(options.files))
    with warnings.catch_warnings():
        # a renamed file is as good as any
        warnings.simplefilter("ignore", FilenameMismatchWarning)
        found = cutouts(options.files, positions, sizes, fill=options.fill, progress=False)
        with closing(found):  # type: ignore[type-var]
            for done, result in enumerate(found, 1):
                written, error = _save(result, names, options)
                if not isinstance(error, OutsideImageError):
                    nowhere.discard(result.index)
                    failed |= error is not None
                bar.clear()
                if options.json:
                    _print_json(result, names[result.index], written, error)
                elif written is not None:
                    print(printable(f"{result.source}: {names[result.index]}, {written}"))
                elif error is not None and not isinstance(error, OutsideImageError):
                    complaints.setdefault(told(error, result.source))
                bar.update(done / len(names))
    bar.clear()
    for complaint in [*complaints, *(f"{names[index]} is in none of the files" for index in sorted(nowhere))]:
        print(complaint, file=sys.stderr)
    return int(failed or bool(nowhere))


def _targets(options: argparse.Namespace) -> tuple[Any, list[Any], list[str]]:
    """Return the positions, the size of each, and what each is called in the name of a file."""
    size: Any = None
    try:
        if options.size is not None:
            size = tuple(map(_size, options.size))
    except CutoutError as error:
        options.parser.error(printable(f"--size: {error}"))
    if size is not None and len(size) > 2:
        options.parser.error("--size is one number or angle, or two: along y and along x")
    if options.table is not None:
        return _of_table(options.table, size, options.parser)
    if size is None:
        options.parser.error("--size is needed")
    positions = options.pixel or _sky([ra for ra, _ in options.at], [dec for _, dec in options.at], options.parser)
    names = [f"cutout{number}" for number in range(len(positions))]
    return positions, [_one_or_two(size)] * len(names), names


def _of_table(path: Path, size: Any, parser: argparse.ArgumentParser) -> tuple[Any, list[Any], list[str]]:
    from astropy.table import Table

    try:
        table: Any = Table.read(path, format=_FORMATS.get(path.suffix.lower()))
    except OSError:
        raise
    except Exception as error:  # each format has errors of its own
        said = str(error).partition("\n")[0]  # some go on with all formats that there are
        raise CutoutError(path, f"it cannot be read as a table: {type(error).__name__}: {said}") from error
    missing = [name for name in ("ra", "dec") if name not in table.colnames]
    if missing:
        raise CutoutError(path, f"the table has no column {' and none '.join(missing)}")
    for name in ("ra", "dec"):
        _check_numbers(table[name], path)
    positions = _sky(table["ra"], table["dec"], parser)
    if "size" in table.colnames:
        sizes = list(_sizes(table["size"], size, path))
    elif size is None:
        parser.error("--size is needed: the table has no column of that name")
    else:
        sizes = [_one_or_two(size)] * len(table)
    given = table["name"] if "name" in table.colnames else [""] * len(table)
    names = [
        f"cutout{number}" if _is_missing(name) else _UNSAFE.sub("_", str(name)) for number, name in enumerate(given)
    ]
    return positions, sizes, names


def _check_numbers(column: Any, path: Path) -> None:
    """Refuse a column in which something is missing, or is no number."""
    import numpy as np

    are_numbers = column.dtype.kind in "iuf"
    for row, value in enumerate(column, 1):
        if _is_missing(value) or (are_numbers and np.isnan(value)):
            raise CutoutError(path, f"row {row} of the table has no {column.name}")
        if not are_numbers:
            try:
                float(value)
            except (TypeError, ValueError):
                raise CutoutError(path, f"row {row} of the table: {column.name} is {value}, not a number") from None


def _sizes(column: Any, otherwise: Any, path: Path) -> Iterator[Any]:
    """Yield the size of each row; where there is none, that of the arguments."""
    for row, value in enumerate(column, 1):
        if not _is_missing(value):
            try:
                yield _size(str(value) if column.unit is None else f"{value} {column.unit}")
            except CutoutError as error:
                raise CutoutError(path, f"row {row} of the table: {error}") from None
        elif otherwise is None:
            raise CutoutError(path, f"row {row} of the table has no size, and there is no --size")
        else:
            yield _one_or_two(otherwise)


def _is_missing(value: Any) -> bool:
    import numpy as np

    return np.ma.is_masked(value) or str(value).strip() == ""


def _one_or_two(size: Any) -> Any:
    return size if len(size) == 2 else size[0]


def _sky(ra: Any, dec: Any, parser: argparse.ArgumentParser) -> Any:
    from astropy.coordinates import SkyCoord

    try:
        return SkyCoord(ra, dec, unit="deg")
    except (ValueError, TypeError) as error:
        parser.error(printable(f"not positions on the sky: {error}"))


def _size(text: str) -> Any:
    """Return a number of pixels, or an angle.

    Raises
    ------
    CutoutError
        The text is neither, or nothing is that small.
    """
    from ..models.cutout_windows import size_of

    try:
        size = _number_or_quantity(text)
        size_of(size, lambda: (1.0, 1.0), None)
    except (ValueError, TypeError):
        raise CutoutError(None, f"{text!r} is not a size: 100 is in pixels, 10arcsec is an angle") from None
    return size


def _number_or_quantity(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        from astropy.units import Quantity

        return Quantity(text)


def _stem(file: str) -> str:
    return os.path.basename(file.partition("?")[0] if "://" in file else file).removesuffix(".asdf")


def _clash(files: list[str], names: list[str]) -> str | None:
    """Return why the cutouts cannot all be written: two of them would be one file."""
    for what, each in (("files", [_stem(file) for file in files]), ("positions", names)):
        if len(set(each)) < len(each):
            twice = next(name for name in each if each.count(name) > 1)
            return f"two of the {what} are called {twice}: their cutouts would be one file"
    return None


def _save(result: Cutout, names: list[str], options: argparse.Namespace) -> tuple[Path | None, Exception | None]:
    """Write a cutout; return where it is, or what was wrong."""
    if result.model is None:
        return None, result.error
    target = options.out / f"{_stem(result.source)}_{names[result.index]}.asdf"
    try:
        return result.model.save(target, overwrite=options.overwrite), None
    except (RomanCalModelsError, OSError) as error:
        return None, error


def _print_json(result: Cutout, name: str, written: Path | None, error: Exception | None) -> None:
    record: dict[str, Any] = {"file": result.source, "name": name, "written": None if written is None else str(written)}
    if error is not None:
        record |= {"error": told(error, result.source), "outside": isinstance(error, OutsideImageError)}
    print_json(record)
