"""Run a suite twice, with the peer and with this package in its place, and print what differs."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from .explained import EXPLAINED
from .running import environment, passed, references, report

# The newest of the pipeline, which fixes versions of RAD and of the peer itself.
PIPELINE = ("romancal==1.1.0", "pytest", "pytest-xdist", "pytest-mock", "ci-watson")
PEER = ("roman_datamodels==1.2.0", "pytest", "pytest-xdist", "pytest-env", "pyarrow", "pandas", "semantic_version")
# The simulator of images. What asks CRDS, or for pictures of galaxies, fails with the peer as well.
SIMULATOR = ("romanisim==0.15.0", "roman_datamodels==1.2.0", "pytest", "pytest-xdist")
# The viewer, and what cuts parts out of images; a plugin of the viewer's tests does not go with a newer pytest.
VIEWER = ("jdaviz[roman,test]==5.0.2", "roman_datamodels==1.2.0", "pytest<9.1", "pytest-xdist")
CUTTER = ("astrocut==1.4.0", "roman_datamodels==1.2.0", "pytest", "pytest-xdist")
REQUIREMENTS = {"romancal": PIPELINE, "rdm": PEER, "romanisim": SIMULATOR, "jdaviz": VIEWER, "astrocut": CUTTER}
# Of a suite that has more to do than with Roman, the modules that do; of others, all.
MODULES = {
    "jdaviz": (
        "jdaviz.configs.rampviz",
        "jdaviz.configs.imviz.tests.test_parser_asdf",
        "jdaviz.configs.imviz.tests.test_parser_roman",
        "jdaviz.configs.default.plugins.data_quality",
    ),
    "astrocut": (
        "astrocut.tests.test_asdf_cutout",
        "astrocut.tests.test_cutouts",
        "astrocut.tests.test_roman_spectral_subset",
    ),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 when a test is lost without an explanation."""
    parser = argparse.ArgumentParser(prog="python -m tools.peer_suites", description=__doc__)
    parser.add_argument("suite", choices=[*REQUIREMENTS])
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        requirements = REQUIREMENTS[options.suite]
        modules = MODULES.get(options.suite, (options.suite,))
        what = [str(_tests_of_the_peer(folder))] if options.suite == "rdm" else ["--pyargs", *modules]
        peer = environment(folder / "environment-peer", *requirements, instead=False)
        ours = environment(folder / "environment-ours", *requirements, instead=True)
        answers = references(peer, folder / "references") if options.suite == "romancal" else None
        found = [
            passed(python, what, folder, instead=instead, answers=answers)
            for python, instead in ((peer, False), (ours, True))
        ]
        return report(options.suite, *found, EXPLAINED[options.suite])


def _tests_of_the_peer(folder: Path) -> Path:
    """Fetch the source distribution of the peer and return the folder of its tests."""
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*download, "--dest", str(folder), PEER[0]], check=True)
    (archive,) = folder.glob("roman_datamodels-*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz") / "tests"


if __name__ == "__main__":
    sys.exit(main())
