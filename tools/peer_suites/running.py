"""Run one suite in one environment, and compare two runs."""

from __future__ import annotations

import os
import subprocess
import venv
import xml.etree.ElementTree as ET
from pathlib import Path

from .explained import reason

__all__ = ["environment", "passed", "references", "report"]

REPOSITORY = Path(__file__).resolve().parents[2]

# The environment variable that tells the answering plugin where the reference files are.
REFERENCES = "PEER_SUITES_REFERENCES"


_WARNINGS = ("UnknownAttributeWarning", "ValidationWarning")


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
        _stand_in(folder)
    return python


def _stand_in(environment: Path) -> None:
    """Let the commands of a suite, which are processes of their own, find this package in the peer's place as well."""
    (packages,) = environment.glob("lib/python*/site-packages")
    package = packages / "roman_datamodels"
    package.mkdir()
    (package / "__init__.py").write_text("import tools.peer_suites.plugin\n")


def references(python: Path, folder: Path) -> Path:
    """Have the peer write reference files into a new folder, which is returned.

    Parameters
    ----------
    python : Path
        Of an environment with the peer and the pipeline.
    folder : Path
        To be made.
    """
    folder.mkdir()
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [str(python), "-W", "ignore", "-m", "tools.peer_suites.references", str(folder)]
    subprocess.run(command, env=variables, check=True)
    return folder


def passed(python: Path, what: list[str], folder: Path, *, instead: bool, answers: Path | None = None) -> set[str]:
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
    answers : Path, optional
        The folder of the reference files by which CRDS is answered.
    """
    results = folder / f"results-{instead}.xml"
    plugins = ["tools.peer_suites.plugin"] if instead else []
    variables = {**os.environ, "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]])}
    if answers is not None:
        plugins.append("tools.peer_suites.answers")
        variables[REFERENCES] = str(answers)
    if plugins:
        variables["PYTHONPATH"] = str(REPOSITORY)
    # no settings of the suite's own, which may ask for plugins, nor any of a folder above
    options = ["-c", os.devnull, "--rootdir", str(folder), "-q", "-n", "2", "-p", "no:cacheprovider"]
    options += ["--tb=no", f"--junitxml={results}"]
    if instead:
        # warnings are errors in the pipeline's own settings: ours are none of its tests' business
        options += [f"-Werror::roman_cal_models.errors.{name}" for name in _WARNINGS]
    subprocess.run(
        [str(python), "-m", "pytest", *(f"-p{plugin}" for plugin in plugins), *options, *what],
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
    _print_table(suite, with_peer, with_us, set(lost) - set(unexplained))
    return int(bool(unexplained or needless))


def _print_table(suite: str, with_peer: set[str], with_us: set[str], explained: set[str]) -> None:
    columns = (with_peer, with_peer & with_us, explained, with_peer - with_us - explained)
    print(f"{suite:24}", *(f"{head:>14}" for head in ("with the peer", "with us", "explained", "not explained")))
    for area in sorted({_area(test) for test in with_peer}):
        print(f"{area:24}", *(f"{sum(_area(test) == area for test in tests):14}" for tests in columns))
    print(f"{'all':24}", *(f"{len(tests):14}" for tests in columns))


def _area(test: str) -> str:
    """Return the part of a suite that a test is of: the folder above its tests, or its module."""
    path = test.partition("::")[0].split("/")
    return path[path.index("tests") - 1] if "tests" in path[1:] else path[-1]
