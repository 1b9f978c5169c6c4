"""Importing the package costs next to nothing: modules are counted, because seconds depend on the machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import roman_cal_models as rcm

# the standard library's typing, dataclasses and contextvars are about 45 modules
FEW = 60

COUNT = """
import json, sys
before = set(sys.modules)
import roman_cal_models
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.fixture(scope="module")
def imported() -> list[str]:
    """What ``import roman_cal_models`` imports in a fresh process."""
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout)
    assert "roman_cal_models" in names
    return names


@pytest.mark.parametrize("package", ["asdf", "astropy", "gwcs", "lz4", "numpy", "rad", "yaml"])
def test_importing_the_package_does_not_import(package: str, imported: list[str]) -> None:
    assert [name for name in imported if name.partition(".")[0] == package] == []


def test_importing_the_package_imports_the_standard_library_and_itself_only(imported: list[str]) -> None:
    others = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    assert others == {"roman_cal_models"}


def test_importing_the_package_imports_few_modules(imported: list[str]) -> None:
    assert len(imported) < FEW, imported


OPEN = """
import sys
import roman_cal_models as rcm
with rcm.open(sys.argv[1]) as model:
    assert model.meta.instrument.detector == "WFI01"
print(*{name.partition(".")[0] for name in sys.modules} & {"asdf", "astropy", "gwcs", "numpy", "pyarrow"})
"""


def test_opening_a_file_and_reading_a_word_imports_none_of_the_large_packages(tmp_path: Path) -> None:
    path = rcm.ImageModel.create_fake_data().save(tmp_path / "image.asdf")
    done = subprocess.run([sys.executable, "-c", OPEN, path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
