"""What the classes were generated from until now: read from the index as text, as another RAD is installed since.

It is the index of the last commit, so that a release can be taken in again after a change.
"""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["REPOSITORY", "Before", "before"]

REPOSITORY = Path(__file__).resolve().parents[2]

_INDEX = "src/roman_cal_models/nodes/generated/_index.py"


@dataclass(frozen=True)
class Before:
    """A release of RAD.

    Parameters
    ----------
    rad : str
        The release.
    manifest : str
        Its newest manifest.
    families : frozenset of str
        Its families of schemas.
    """

    rad: str
    manifest: str
    families: frozenset[str]


def before() -> Before:
    """Return the release that the classes were generated from."""
    command = ["git", "show", f"HEAD:{_INDEX}"]
    index = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True).stdout
    values: dict[str, Any] = {}
    for statement in ast.parse(index).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            values[statement.targets[0].id] = ast.literal_eval(statement.value)
    families = {key for key in values["CLASSES"] if "#" not in key} | values["WITHOUT_NODES"]
    return Before(values["RAD_VERSION"], values["MANIFEST"], frozenset(families))
