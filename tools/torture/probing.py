"""Everything that can be asked of a file, and the errors that may come of it."""

from __future__ import annotations

import contextlib
import io
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import roman_cal_models as rcm
from roman_cal_models import cli

__all__ = ["ALLOWED", "asked", "commands", "read", "tried", "written"]

ALLOWED = (rcm.RomanCalModelsError, OSError)
"""What a file may raise."""

# Control characters, C1 and what turns the direction of a text. Lines may end, and columns be set apart.
_IS_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]").search

_COMMANDS: dict[str, tuple[str, ...]] = {
    "identify": (),
    "info": (),
    "info of a name": ("no.such.name",),
    "header": (),
    "header as JSON": ("--json",),
    "validate": (),
    "steps": (),
    "diff": ("FILE",),
    "set": ("meta.telescope=ROMAN", "--out", "FOLDER/set.asdf"),
    "upgrade": ("--out", "FOLDER/upgraded"),
}


def tried(name: str, question: Callable[[], Any]) -> tuple[Any, list[str]]:
    """Return the answer to a question, and what is wrong with the error that comes instead.

    Parameters
    ----------
    name : str
        Of the question.
    question : callable
        Gives the answer.
    """
    try:
        return question(), []
    except ALLOWED as error:
        return None, [f"{name}: {fault}" for fault in _faults_of(error)]
    except Exception as error:  # what nobody has foreseen
        return None, [f"{name}: {type(error).__name__} at {_place(error)}: {error}"[:300], *_unsafe(name, str(error))]


def _faults_of(error: BaseException) -> Iterator[str]:
    """Yield what is wrong with an error that may be raised."""
    yield from _unsafe("its error", str(error))
    seen = set()
    reason: BaseException | None = error
    while reason is not None and id(reason) not in seen:
        if isinstance(reason, MemoryError):
            yield f"asks for more memory than there is: {_place(reason)}"
        seen.add(id(reason))
        reason = reason.__cause__ or reason.__context__


def _place(error: BaseException) -> str:
    """Return where in the package an error comes from, or where else."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "roman_cal_models" in frame.filename] or frames
    if not ours:
        return "an unknown place"
    return f"{Path(ours[-1].filename).parent.name}/{Path(ours[-1].filename).name}:{ours[-1].name}"


def _unsafe(where: str, text: str) -> list[str]:
    found = _IS_UNSAFE(text)
    return [] if found is None else [f"{where}: has the control character U+{ord(found[0]):04X}"]


def read(content: bytes) -> list[str]:
    """Return what is wrong with the answers about a file that is read as bytes, without its arrays."""
    faults = []
    header, found = tried("read_header", lambda: rcm.read_header(content))
    faults += found + tried("identify", lambda: rcm.identify(content))[1]
    model, found = tried("open", lambda: rcm.open(content))
    faults += found
    for name, node in (("header", header), ("model", model)):
        if node is not None:
            faults += _asked_of(name, node)
    if model is not None:
        faults += tried("problems", model.problems)[1]
        model.close()
    return faults


def _asked_of(name: str, node: Any) -> list[str]:
    faults = []
    for what, question in {
        "repr": lambda: repr(node),
        "to_flat_dict": node.to_flat_dict,
        "get_crds_parameters": node.get_crds_parameters,
        "HTML": getattr(node, "_repr_html_", str),
        "a missing name": lambda: getattr(node, "no_such_name_at_all", None),
    }.items():
        answer, found = tried(f"{name}: {what}", question)
        faults += found
        if what == "repr" and isinstance(answer, str):
            faults += _unsafe(f"{name}: {what}", answer)
    return faults


def asked(path: Path, *, memmap: bool = False) -> list[str]:
    """Return what is wrong with the answers about a file that is opened by its path, arrays included."""
    faults = []
    model, found = tried("open", lambda: rcm.open(path, memmap=memmap))
    faults += found
    if model is None:
        return faults
    where = "memmap: " if memmap else ""
    with model:
        for name in list(model.node) if isinstance(model.node, dict) else ():
            if isinstance(name, str):
                array, found = tried(f"{where}an array", lambda name=name: model.node[name])
                faults += found + tried(f"{where}shape", lambda array=array: getattr(array, "shape", None))[1]
        faults += tried(f"{where}section", lambda: _sections(model))[1]
        faults += tried(f"{where}a WCS", lambda: model.meta.get("wcs"))[1]
        faults += tried(f"{where}to_flat_dict", model.to_flat_dict)[1]
        faults += tried(f"{where}info", lambda: _silently(model.info))[1]
        faults += tried(f"{where}problems", model.problems)[1]
        faults += tried(f"{where}problems of blocks", lambda: model.problems(blocks=True))[1]
    return faults


def _sections(model: Any) -> None:
    for name in ("data", "dq"):
        if isinstance(model.node.get(name), np.ndarray):
            with contextlib.suppress(IndexError):  # it may have fewer axes
                model.section(name, (0, 0))


def _silently(question: Callable[[], Any]) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        question()


def written(path: Path, folder: Path) -> list[str]:
    """Return what is wrong with saving and upgrading a file."""
    faults = []
    model, _ = tried("open", lambda: rcm.open(path))
    if model is None:
        return faults
    with model:
        faults += tried("save", lambda: model.save(folder / "saved.asdf"))[1]
        upgraded, found = tried("upgrade", model.upgrade)
        faults += found
        if upgraded is not None:
            faults += tried("save what was upgraded", lambda: upgraded.save(folder / "upgraded.asdf"))[1]
    return faults


def commands(path: Path, folder: Path) -> list[str]:
    """Return what is wrong with what the commands print about a file."""
    faults = []
    for name, arguments in _COMMANDS.items():
        out, err = io.StringIO(), io.StringIO()
        given = [each.replace("FILE", str(path)).replace("FOLDER", str(folder)) for each in arguments]
        command = name.partition(" ")[0]

        def run(command: str = command, given: list[str] = given, out: Any = out, err: Any = err) -> None:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.suppress(SystemExit):
                cli.main([command, str(path), *given])

        # a command turns every error into a line
        try:
            run()
        except Exception as error:
            faults.append(f"command {name}: {type(error).__name__} at {_place(error)}")
        faults += _unsafe(f"command {name}: stdout", out.getvalue()) + _unsafe(
            f"command {name}: stderr", err.getvalue()
        )
    return faults
