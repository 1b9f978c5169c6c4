"""The examples in the documentation: each is run, and gives what the page says."""

from __future__ import annotations

import contextlib
import doctest
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.docs_outputs.blocks import blocks_of
from tools.docs_outputs.files import write_files
from tools.docs_outputs.pages import REPOSITORY, pages

# the outputs are those of the newest schemas
pytestmark = pytest.mark.once


def _examples(page: Path) -> str:
    """Return a page without its console blocks, in which a command may show Python of its own."""
    lines = page.read_text().splitlines()
    for block in blocks_of(lines):
        lines[block.first : block.last] = [""] * (block.last - block.first)
    return "\n".join(lines)


# what registers schemas changes its process
OWN_PROCESS = {REPOSITORY / "docs" / "howto" / "own_schemas.rst"}
PAGES = [page for page in pages() if ">>> " in _examples(page)]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    write_files(tmp_path)
    with contextlib.chdir(tmp_path):
        yield tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", sorted({*PAGES} - OWN_PROCESS), ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_the_examples_of_a_page_are_true(page: Path) -> None:
    test = doctest.DocTestParser().get_doctest(_examples(page), {}, page.name, str(page), 0)
    told: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert result.attempted
    assert not result.failed, "".join(told)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", sorted(OWN_PROCESS), ids=lambda page: page.stem)
def test_the_examples_of_a_page_are_true_in_a_process_of_their_own(page: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "doctest", "-o", "ELLIPSIS", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_pages_with_examples() -> None:
    assert REPOSITORY / "docs" / "tutorial.rst" in PAGES
