"""What the tests of the asdf face share."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import asdf
import pytest

from roman_cal_models.extension import preference
from tests.peer import peer_file

__all__ = ["alone", "peer_file", "without_peer"]


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


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No other package is found in this environment."""
    assert asdf.get_config().extensions  # asdf has asked the entry points, and keeps what they gave
    preference.has_roman_datamodels.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [str(tmp_path)])
        assert not preference.has_roman_datamodels()
    yield
    preference.has_roman_datamodels.cache_clear()
