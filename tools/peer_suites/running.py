"""Run one suite in one environment, and compare two runs."""

from __future__ import annotations

import os
import subprocess
import venv
import xml.etree.ElementTree as ET
from pathlib import Path

from .explained import reason

__all__ = ["environment", "passed", "report"]

REPOSITORY = Path(__file__).resolve().parents[2]


def environment(folder: Path, *requirements: str, instead: bool) -> Path:
    """Make a virtual environment and return its Python.

    Parameters
    ----------
    folder : Path
        Where.
    *requirements : str
        What to install.
    instead : bool
        Whether this package takes the place of ``roman_datamodels``, which is removed.
    """
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", *requirements], check=True)
    if instead:
        subprocess.run([*pip, "uninstall", "--yes", "roman_datamodels"], check=True)
        subprocess.run([*pip, "install", "--no-deps", str(REPOSITORY)], check=True)
        subprocess.run([*pip, "install", "lz4", "PyYAML"], check=True)
    return python


def passed(python: Path, what: list[str], folder: Path, *, instead: bool) -> set[str]:
    """Run a suite and return the tests that passed.

    Parameters
    ----------
    python : Path
        Of the environment.
    what : list of str
        What pytest is to run.
    folder : Path
        To run in.
    instead : bool
        Whether ``import roman_datamodels`` gives this package.
    """
    results = folder / f"results-{instead}.xml"
    plugin = ["-p", "tools.peer_suites.plugin"] if instead else []
    # no settings of the suite's own, which may ask for plugins, nor any of a folder above
    options = ["-c", os.devnull, "--rootdir", str(folder), "-q", "-n", "2", "-p", "no:cacheprovider"]
    options += ["--tb=no", f"--junitxml={results}"]
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY)} if instead else dict(os.environ)
    subprocess.run(
        [str(python), "-m", "pytest", *plugin, *options, *what],
        cwd=folder,
        env=variables,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    cases = ET.parse(results).iter("testcase")
    return {_name(case) for case in cases if not any(child.tag in ("failure", "error", "skipped") for child in case)}


def _name(case: ET.Element) -> str:
    # the folder of an environment is no part of the name
    module = case.get("classname", "").rpartition("site-packages.")[2].replace(".", "/")
    return f"{module}.py::{case.get('name')}"


def report(suite: str, with_peer: set[str], with_us: set[str], explained: dict[str, str]) -> int:
    """Print the comparison; return 1 when a test is not explained, or an explanation is needless."""
    lost = sorted(with_peer - with_us)
    print(f"{suite}: {len(with_peer)} tests pass with roman_datamodels, {len(with_peer & with_us)} of them with us")
    reasons: dict[str | None, list[str]] = {}
    for test in lost:
        reasons.setdefault(reason(explained, test), []).append(test)
    for why, tests in sorted(reasons.items(), key=lambda pair: -len(pair[1])):
        print(f"{len(tests):6} {why or 'NOT EXPLAINED'}")
        shown = tests if why is None else tests[:3]
        print(*(f"         {test}" for test in shown), *(["         ..."] if len(shown) < len(tests) else []), sep="\n")
    unexplained = reasons.get(None, [])
    needless = [name for name in explained if not any(name in test for test in lost)]
    for name in needless:
        print(f"  {name}: explained, but it passes")
    return int(bool(unexplained or needless))
