"""From a release to its folder of files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import Any

from . import DATA
from .releases import RELEASES, Release

__all__ = ["ALWAYS", "PROVENANCE", "WITNESS", "layout", "make", "witness"]

PROVENANCE = "provenance.json"
WITNESS = "witness.json"

# Kept of every release, whatever they have in common.
ALWAYS = ("ImageModel.asdf",)

_TAG = re.compile(rb"(?:(\w+): |- )!<([^>]*/roman/tags/[^>]*?)-[\d.]+>")


def make(release: Release, environments: Path, data: Path = DATA) -> dict[str, Any]:
    """Have a release write its files, and keep those that are like none of an earlier release.

    Parameters
    ----------
    release : Release
        Which.
    environments : Path
        Where environments are, or are made: a folder a release.
    data : Path
        Where the folder of the release is made anew.

    Returns
    -------
    dict
        What is kept as its provenance.
    """
    python = _environment(release, environments / release.version)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = Path(__file__).with_name("writer.py")
        done = subprocess.run([str(python), str(script), name], check=True, capture_output=True, text=True)
        known = _earlier(release, data)
        found = {path.name: json.loads(path.with_suffix(".json").read_text()) for path in sorted(folder.glob("*.asdf"))}
        kept = {
            file: leaves
            for file, leaves in found.items()
            if file in ALWAYS or layout(folder / file, leaves) not in known.get(file, ())
        }
        target = data / release.version
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for file in kept:
            shutil.copyfile(folder / file, target / file)
    provenance: dict[str, Any] = {
        **json.loads(done.stdout),
        "requirements": release.requirements,
        "command": f"python -m tools.old_files {release.version}",
        "like an earlier release's": sorted(found.keys() - kept.keys()),
    }
    (target / PROVENANCE).write_text(json.dumps(provenance, indent=2) + "\n")
    (target / WITNESS).write_text(json.dumps(kept, indent=0, separators=(",", ":")) + "\n")
    return provenance


def witness(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what a release read from its files: file -> path -> leaf."""
    found: dict[str, dict[str, Any]] = json.loads((folder / WITNESS).read_text())
    return found


def _environment(release: Release, folder: Path) -> Path:
    """Return the Python of the environment of a release, which is made if it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", *release.requirements], check=True)
    return python


def _earlier(release: Release, data: Path) -> dict[str, set[Any]]:
    """Return the layouts of the files of earlier releases, by their names."""
    found: dict[str, set[Any]] = {}
    for each in RELEASES[: RELEASES.index(release)]:
        folder = data / each.version
        for file, leaves in witness(folder).items() if folder.is_dir() else ():
            found.setdefault(file, set()).add(layout(folder / file, leaves))
    return found


def layout(path: Path, leaves: dict[str, Any]) -> Any:
    """Return which fields a file has, of which types, and which tags, whatever their versions."""
    header = path.read_bytes().partition(b"\n...\n")[0]
    return frozenset(_TAG.findall(header)), frozenset((name, _type(leaf)) for name, leaf in leaves.items())


def _type(leaf: Any) -> str:
    if not isinstance(leaf, dict):
        return type(leaf).__name__
    return json.dumps({key: leaf[key] for key in sorted(leaf) if key in ("dtype", "unit", "object", "empty")}) + str(
        sorted(leaf)
    )
