"""``roman-cal-models demo``: a session with the package, line by line, each line checked for what it should give."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import MissingKeyError, UnknownAttributeWarning, told
from ..printable import printable

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Make two Roman Level 2 images of a made-up sky, one by the oldest schema and one by the newest, "
    "and show on them how values are set, refused, saved and read back. Ends with 1 if anything is not as it is told.",
    "epilog": "example: roman-cal-models demo --out demo",
}

OLDEST = "1.0.0"
_SIDE, _STARS, _WIDTH, _BRIGHTEST, _SEED = 256, 150, 1.5, 200.0, 2027
_PICTURE, _SHADES = (16, 64), " .:-+*%@"  # rows and columns
OLD_FILE, NEW_FILE = "level2_oldest.asdf", "level2_newest.asdf"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        type=_folder_argument,
        help=f"keep {OLD_FILE} and {NEW_FILE} here, in place of what bears these names (default: a temporary folder)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the demonstration; return 1 if something is not as it is told."""
    try:
        with _folder(options.out) as folder:
            session = _Session({"folder": folder, "sky": _sky()})
            for chapter in (_make, _flag, _mark, _refuse, _save, _reopen, _compare):
                chapter(session)
    except _Surprise as surprise:
        print(f"\nThis is not what should have happened: {surprise}")
        return 1
    except OSError as error:
        print(f"\nThe files could not be written or read: {told(error)}")
        return 1
    print("\nEvery line did what it should.")
    for line in _next(options.out, options.program):
        print(line)
    return 0


def _next(out: Path | None, program: str) -> Iterator[str]:
    """Yield what to try with the files."""
    from shlex import quote

    folder = Path("demo") if out is None else out
    old, new, page = (printable(quote(str(folder / name))) for name in (OLD_FILE, NEW_FILE, "steps.html"))
    if out is None:
        yield f"To keep the two files, run {program} demo --out demo; then try:"
    else:
        yield "Try next, on the two files that it wrote:"
    yield f"    {program} info {new} meta.exposure"
    yield f"    {program} diff {old} {new}"
    yield f"    {program} steps {old} {new} --html {page}"


def _sky() -> Any:
    """Return an image of stars and noise, in DN / s; the same each time."""
    import numpy as np

    random = np.random.default_rng(_SEED)
    pixels = np.arange(_SIDE)
    sky = random.normal(1.0, 0.1, (_SIDE, _SIDE))
    for _ in range(_STARS):
        place, brightness = random.uniform(0, _SIDE, 2), 3.0 * random.pareto(0.8)
        along_y, along_x = (np.exp(-((pixels - centre) ** 2) / (2 * _WIDTH**2)) for centre in place)
        sky += min(brightness, _BRIGHTEST) * np.outer(along_y, along_x)
    return sky.astype(np.float32)


def _picture(sky: Any) -> Iterator[str]:
    """Yield an image as text: the brightest pixel of each piece, by steps of equal ratio, the last row first."""
    import numpy as np

    rows, columns = _PICTURE
    pieces = sky.reshape(rows, _SIDE // rows, columns, _SIDE // columns).max(axis=(1, 3))
    shades = np.clip(np.log2(pieces), 0, len(_SHADES) - 1).astype(int)
    return ("".join(_SHADES[shade] for shade in row).rstrip() for row in shades[::-1])


class _Surprise(Exception):
    """Something is not as the demonstration tells it."""


class _Session:
    """Lines of Python: shown, run, and held against what they should do.

    The text that is shown is the very text that is run, so that a reader can rely on it.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def tell(self, heading: str, *lines: str) -> None:
        print(f"\n{heading}\n{'-' * len(heading)}")
        for line in lines:
            print(line)

    def does(self, line: str) -> None:
        self._show(line)
        self._attempt(line)

    def gives(self, expression: str, wanted: Any) -> None:
        self._show(expression)
        value = self._attempt(expression, mode="eval")
        self._answer(repr(value))
        if value != wanted:
            raise _Surprise(f"{expression} gave {value!r}, not {wanted!r}")

    def refuses(self, line: str, error_type: type[Exception], *, says: str) -> None:
        self._show(line)
        try:
            self._run(line)
        except error_type as error:
            self._told(line, error_type, str(error), says)
        except Exception as error:
            raise _Surprise(f"{line} raised {_named(error)}") from error
        else:
            raise _Surprise(f"{line} was not refused")

    def warns(self, line: str, category: type[Warning], *, says: str) -> None:
        self._show(line)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self._attempt(line)
        texts = [str(one.message) for one in caught if issubclass(one.category, category)]
        if not texts:
            raise _Surprise(f"{line} was not warned of")
        self._told(line, category, texts[0], says)

    def _told(self, line: str, kind: type[Exception], text: str, wanted: str) -> None:
        self._answer(f"{kind.__name__}: {text}")
        if wanted not in text:
            raise _Surprise(f"{line}: the text does not say {wanted!r}")

    def _attempt(self, line: str, mode: str = "exec") -> Any:
        try:
            return self._run(line, mode)
        except OSError:
            raise
        except Exception as error:
            raise _Surprise(f"{line} raised {_named(error)}") from error

    def _run(self, line: str, mode: str = "exec") -> Any:
        code = compile(line, "<demo>", mode)
        return eval(code, self.names)

    def _show(self, line: str) -> None:
        print(f">>> {line}")

    def _answer(self, text: str) -> None:
        print(f"    {text}")


def _make(session: _Session) -> None:
    session.tell(
        "1. A Level 2 image by the oldest schema, and one by the newest",
        f"Their metadata are made up, and so is the sky: {_SIDE} x {_SIDE} pixels of stars and noise. Each image knows",
        "its schemas: the version travels with the file.",
    )
    session.does("import roman_cal_models as rcm")
    session.does(f'old = rcm.ImageModel.create_fake_data(shape=sky.shape, version="{OLDEST}")')
    session.does("new = rcm.ImageModel.create_fake_data(shape=sky.shape)")
    session.does("old.data, new.data = sky.copy(), sky.copy()")
    newest = session.names["rcm"].WfiImage.versions()[-1]
    session.gives("old.schema_uri", f"asdf://stsci.edu/datamodels/roman/schemas/wfi_image-{OLDEST}")
    session.gives("new.schema_uri", f"asdf://stsci.edu/datamodels/roman/schemas/wfi_image-{newest}")


def _flag(session: _Session) -> None:
    session.tell("2. Pixels", "Seen from afar, the sky is")
    sky = session.names["sky"]
    for line in _picture(sky):
        print(f"    {line}")
    y, x = (int(index) for index in divmod(int(sky.argmax()), _SIDE))
    print("\nFlags of pixels have names, and arrays their units:")
    session.does("new.dq[new.data > 100] |= rcm.dqflags.pixel.SATURATED")
    # older RAD has no second array of flags
    flags = {"dq": ("SATURATED",)} | ({"dq2": ()} if "dq2" in session.names["new"] else {})
    session.gives(f"new.dq_flags({y}, {x})", flags)
    session.gives('new.unit("data")', "DN / s")


def _mark(session: _Session) -> None:
    session.tell(
        "3. Calibration steps",
        "An image need not have them. Reading creates nothing; the error says how to add what is missing.",
    )
    session.refuses("new.meta.cal_step.flat_field", MissingKeyError, says="L2CalStep.create_minimal()")
    session.does("new.meta.cal_step = rcm.L2CalStep.create_minimal()")
    session.does(f'old.meta.cal_step = rcm.L2CalStep.create_minimal(version="{OLDEST}")')
    session.gives("new.meta.cal_step.flat_field", "INCOMPLETE")
    session.does('new.meta.cal_step.flat_field = "COMPLETE"')
    session.does('new.meta.cal_step["dark"] = "SKIPPED"')
    session.does('old.meta.cal_step.update(flat_field="COMPLETE", dark="COMPLETE")')
    session.gives("new.meta.cal_step.dark", "SKIPPED")


def _refuse(session: _Session) -> None:
    from ..errors import ValidationError

    session.tell("4. A wrong value is refused where it is set", "The value that was there stays.")
    session.refuses('new.meta.cal_step.flat_field = "DONE"', ValidationError, says="meta.cal_step.flat_field: 'DONE'")
    session.gives("new.meta.cal_step.flat_field", "COMPLETE")
    print("\nThe oldest schema does not know 'FAILED' yet, so an image of that version cannot hold it:")
    session.refuses('old.meta.cal_step.flat_field = "FAILED"', ValidationError, says="'FAILED' is not one of")
    session.tell(
        "5. A misspelt name is noticed",
        "Schemas let a file hold more than they name, so this is a warning, not an error.",
    )
    session.warns(
        'new.meta.cal_step.flat_feild = "COMPLETE"', UnknownAttributeWarning, says="did you mean 'flat_field'?"
    )
    session.does("del new.meta.cal_step.flat_feild")


def _save(session: _Session) -> None:
    from ..errors import ValidationError

    session.tell("6. Saving checks everything", "Here a required value is missing, so nothing is written:")
    session.does("broken = new.copy()")
    session.does("del broken.meta.exposure.start_time")
    session.refuses('broken.save(folder / "broken.asdf")', ValidationError, says="start_time")
    session.gives('(folder / "broken.asdf").exists()', False)
    print("\nThese two are valid:")
    for name, file in (("old", OLD_FILE), ("new", NEW_FILE)):
        session.gives(f"{name}.problems()", [])
        session.gives(f'{name}.save(folder / "{file}").name', file)


def _reopen(session: _Session) -> None:
    steps = '["roman"]["meta"]["cal_step"]'
    session.tell("7. Three ways to read it back", "With this package:")
    session.does(f'opened = rcm.open(folder / "{NEW_FILE}")')
    session.gives("type(opened).__name__", "ImageModel")
    session.gives("opened.meta.cal_step.flat_field", "COMPLETE")
    session.gives("bool((opened.data == new.data).all())", True)
    session.does("opened.close()")
    print("\nWith plain asdf:")
    session.does("import asdf")
    session.does(f'file = asdf.open(folder / "{NEW_FILE}")')
    session.gives(f'file{steps}["flat_field"]', "COMPLETE")
    session.does("file.close()")
    if find_spec("roman_datamodels") is None:
        print("\nWith roman_datamodels: it is not installed here, so this is left out.")
        return
    print("\nWith roman_datamodels:")
    session.does("import roman_datamodels.datamodels as rdm")
    session.does(f'theirs = rdm.open(folder / "{NEW_FILE}")')
    session.gives("theirs.meta.cal_step.flat_field", "COMPLETE")
    session.does("theirs.close()")


def _compare(session: _Session) -> None:
    session.tell("8. The calibration steps of both files", "A dash: the schema of that file has no such step.")
    rcm, folder = session.names["rcm"], session.names["folder"]
    columns: dict[str, dict[str, str]] = {}
    for file in (OLD_FILE, NEW_FILE):
        with rcm.open(folder / file) as model:
            columns[file] = dict(model.meta.cal_step)
            if model.problems():
                raise _Surprise(f"{file} is not valid: {model.problems()[0]}")
    for line in _table(columns):
        print(line)
    for file, wanted in ((OLD_FILE, ("COMPLETE", "COMPLETE")), (NEW_FILE, ("COMPLETE", "SKIPPED"))):
        found = (columns[file]["flat_field"], columns[file]["dark"])
        if found != wanted:
            raise _Surprise(f"{file} holds {found} for flat_field and dark, not {wanted}")


def _table(columns: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the lines of a table: a row a step, a column a file."""
    steps = list(dict.fromkeys(step for column in columns.values() for step in column))
    first = max(map(len, ["step", *steps]))
    widths = {file: max(map(len, [file, *column.values()])) for file, column in columns.items()}
    yield "  ".join(["step".ljust(first), *(file.ljust(width) for file, width in widths.items())]).rstrip()
    yield "  ".join(["-" * first, *("-" * width for width in widths.values())])
    for step in steps:
        cells = (column.get(step, "-").ljust(widths[file]) for file, column in columns.items())
        yield "  ".join([step.ljust(first), *cells]).rstrip()


@contextmanager
def _folder(out: Path | None) -> Generator[Path]:
    if out is None:
        with TemporaryDirectory(prefix="roman-cal-models-") as name:
            yield Path(name)
    else:
        out.mkdir(parents=True, exist_ok=True)
        yield out


def _folder_argument(text: str) -> Path:
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
