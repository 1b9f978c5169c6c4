"""The notebook of the documentation runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def notebook(repository: Path) -> Path:
    return repository / "docs" / "first_look.ipynb"


def test_the_notebook_runs_from_open_to_save(notebook: Path, tmp_path: Path) -> None:
    copy = shutil.copy(notebook, tmp_path)  # a notebook works in the folder that it stands in
    # a process of its own: what the packages of Jupyter warn of is not ours
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "execute", copy, "--inplace", "--startup_timeout=600"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    cells = [cell for cell in json.loads(Path(copy).read_text())["cells"] if cell["cell_type"] == "code"]
    printed = json.dumps([cell["outputs"] for cell in cells])
    assert "'DONE' is not one of" in printed
    assert "image/png" in printed
    assert "meta.cal_step.flat_field" in printed


def test_it_is_kept_without_outputs(notebook: Path) -> None:
    cells = [cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert not any(cell["outputs"] or cell["execution_count"] for cell in cells)
