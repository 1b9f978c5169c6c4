"""What the tests of the asdf face share."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

from tests.peer import peer_file

__all__ = ["peer_file", "without_peer"]


@pytest.fixture(scope="session")
def without_peer(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A Python whose packages are those that are installed here, but for ``roman_datamodels``."""
    folder = tmp_path_factory.mktemp("site")
    for origin in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(origin).iterdir():
            if not entry.name.lower().startswith("roman_datamodels"):
                (folder / entry.name).symlink_to(entry)
    launch = f"import site, sys; site.addsitedir({str(folder)!r}); script = sys.argv.pop(1); exec(script)"
    return [sys.executable, "-S", "-c", launch]
