"""A run that is killed loses nothing, and nothing comes twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

PROGRAM = Path(__file__).with_name("killing.py")
ROUNDS = 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the program forks")
def test_a_run_that_was_killed_at_any_moment_is_resumed(header: bytes, tmp_path: Path) -> None:
    file = tmp_path / "header"
    file.write_bytes(header)
    done = subprocess.run([sys.executable, PROGRAM, file, str(ROUNDS)], capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{ROUNDS} of ")
