"""What ``python -m tools.coexistence`` looks at, in this environment: each order of imports in a fresh process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.coexistence.__main__ import run
from tools.coexistence.probe import CLAIMS, ORDERS


@pytest.mark.parametrize("first", ORDERS)
def test_all_holds_beside_the_peer(first: str, tmp_path: Path) -> None:
    assert run(Path(sys.executable), first, tmp_path) == dict.fromkeys(CLAIMS)


def test_all_holds_without_the_peer(without_peer: list[str], tmp_path: Path) -> None:
    launch = (*without_peer[1:], "import runpy; sys.argv.pop(0); runpy.run_path(sys.argv[0], run_name='__main__')")
    assert run(Path(without_peer[0]), "ours", tmp_path, launch=launch) == dict.fromkeys(CLAIMS)
