"""What is left for a person, as lines of code and the places where they go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Line", "lines_of", "take_over"]

_SOURCE = "src/roman_cal_models"
_COLUMNS = f"{_SOURCE}/archive/definitions"
_FLOATS = ("float16", "float32", "float64")


@dataclass(frozen=True)
class Line:
    """A line that somebody has to look at.

    Parameters
    ----------
    place : str
        The file and the name in it.
    text : str
        The line.
    anchor : str
        Where it goes: before this text of the file; empty for one that is not ready to be taken over.
    note : str
        What else there is to say.
    """

    place: str
    text: str
    anchor: str = ""
    note: str = ""

    @property
    def file(self) -> str:
        """The file."""
        return self.place.partition(",")[0]

    def __str__(self) -> str:
        return f"{self.place}: {self.text.strip()}" + (f"  # {self.note}" if self.note else "")


def lines_of(found: dict[str, Any]) -> list[Line]:
    """Return the lines for what was found."""
    return [
        *(_rule(rule, found["rad"]) for rule in found["upgrades"]["rules"]),
        *(_failure(tag, text) for tag, text in found["upgrades"]["failures"].items()),
        *(_tables(family, tables) for family, tables in found["tables"].items()),
        *(Line(f"{_COLUMNS}/datatypes.py, {_COLUMNS}/products.py", text) for text in found["archive"]),
        *(_folder(folder, classes) for folder, classes in found["folders"].items()),
    ]


def take_over(lines: list[Line], repository: Path) -> list[Line]:
    """Write the lines that are ready into their files, and return these."""
    taken = []
    for line in lines:
        file = repository / line.file
        text = file.read_text(encoding="utf-8") if line.anchor else ""
        if line.anchor and text.count(line.anchor) == 1:
            file.write_text(text.replace(line.anchor, line.text + line.anchor), encoding="utf-8")
            taken.append(line)
    return taken


def _rule(rule: dict[str, Any], rad: str) -> Line:
    path, former = rule["path"], rule.get("moved_from")
    if former:
        text = f'    Move("{former}", "{path}"),\n'
        return Line(f"{_SOURCE}/migration/moves.py, MOVES", text, "    # a parallel observation is of the second")
    value = "FILL"
    if "array" in rule:
        datatype, ndim = rule["array"]
        fill = 'float("nan")' if datatype in _FLOATS else "0"
        value = f'_like_data("{datatype}", {fill}{"" if ndim == 2 else f", ndim={ndim}"})'
    text = f'    Assumption(("{path}",), {value}, "not told by files of RAD before its release {rad}"),\n'
    return Line(f"{_SOURCE}/migration/assumptions.py, ASSUMPTIONS", text, ")\n\n_BY_PATH")


def _failure(tag: str, text: str) -> Line:
    return Line(f"{_SOURCE}/migration", f"{tag} cannot be upgraded: {text}")


def _tables(family: str, tables: list[str]) -> Line:
    names = ", ".join("_SCIENCE" if table == "ScienceRefData" else f'"{table}"' for table in tables)
    comma = "," if len(tables) == 1 else ""
    return Line(f"{_COLUMNS}/products.py, _BY_FAMILY", f'    "{family}": ({names}{comma}),\n', '    "fps": (')


def _folder(folder: str, classes: list[str]) -> Line:
    note = f"adds nothing to the names of {', '.join(classes)}; or in NAMING_FOLDERS of schema/families.py"
    return Line("tools/generate/classes.py, _HOMES", f'"{folder}", ', '"tagged_scalars")', note)
