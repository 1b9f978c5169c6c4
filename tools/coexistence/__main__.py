"""Make environments, run the probe in each, and print a table of what holds."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.peer_suites.running import REPOSITORY, environment, passed

from .probe import ORDERS

PIPELINE = "romancal 1.1"

# Name -> what is installed before this package.
ENVIRONMENTS = {
    "asdf 5.4": ("asdf==5.4.0", "rad==1.2.0", "roman_datamodels==1.2.0"),
    "asdf 6": ("asdf>=6,<7", "rad>=1.2,<2", "roman_datamodels>=1.2,<2"),
    "no peer": ("asdf",),
    PIPELINE: ("romancal==1.1.0", "pytest", "pytest-xdist", "pytest-mock", "ci-watson"),
}

# Parts of the pipeline with tests that ask no CRDS server.
SUITE = ("romancal.datamodels", "romancal.flux", "romancal.lib")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 when something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tools.coexistence", description=__doc__)
    parser.add_argument("--only", choices=ENVIRONMENTS, action="append", help="an environment; all by default")
    options = parser.parse_args(arguments)
    wrong = False
    for name in options.only or ENVIRONMENTS:
        with tempfile.TemporaryDirectory() as folder:
            wrong |= _look(name, Path(folder))
    return int(wrong)


def _look(name: str, folder: Path) -> bool:
    """Print what holds in one environment; return whether something does not."""
    python = environment(folder / "environment", *ENVIRONMENTS[name], instead=False)
    before = _pipeline(python, folder / "without") if name == PIPELINE else set()
    _install_ours(python)
    print(f"\n{name}: {_versions(python)}", flush=True)
    found = {first: run(python, first, folder) for first in ORDERS}
    print("".join(f"{first:>6}" for first in found) + "   first imported")
    for text in next(iter(found.values())):
        print("".join(f"{'yes' if claims[text] is None else 'NO':>6}" for claims in found.values()) + f"   {text}")
    faults = {fault for claims in found.values() for fault in claims.values() if fault is not None}
    for fault in sorted(faults):
        print(f"    {fault}")
    if name != PIPELINE:
        return bool(faults)
    after = _pipeline(python, folder / "with")
    print(f"{' '.join(SUITE)}: {len(before)} tests pass without this package, {len(before & after)} of them beside it")
    for test in sorted(before - after):
        print(f"    {test}")
    return bool(faults or before - after or not before)


def _install_ours(python: Path) -> None:
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", str(REPOSITORY)], check=True)


def _versions(python: Path) -> str:
    script = """
from importlib.metadata import distributions
found = {each.name.lower().replace("_", "-"): each.version for each in distributions()}
names = ("asdf", "rad", "roman-datamodels", "romancal", "numpy", "astropy", "gwcs")
print(", ".join(f"{name} {found[name]}" for name in names if name in found))
"""
    return subprocess.run([str(python), "-c", script], check=True, capture_output=True, text=True).stdout.strip()


def run(python: Path, first: str, folder: Path, *, launch: tuple[str, ...] = ()) -> dict[str, str | None]:
    """Run the probe in a fresh process.

    Parameters
    ----------
    python : Path
        Of the environment.
    first : str
        What is imported first.
    folder : Path
        For the files that it writes.
    launch : tuple of str
        Arguments of Python before the script.

    Returns
    -------
    dict
        What was found instead of each claim, or None.
    """
    files = folder / f"files-{first}"
    files.mkdir()
    script = Path(__file__).with_name("probe.py")
    done = subprocess.run(
        [str(python), *launch, str(script), first, str(files)], capture_output=True, text=True, cwd=files, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the probe ended with {done.returncode}: {done.stderr[-3000:]}")
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


def _pipeline(python: Path, folder: Path) -> set[str]:
    folder.mkdir()
    return passed(python, ["--pyargs", *SUITE], folder, instead=False)


if __name__ == "__main__":
    sys.exit(main())
