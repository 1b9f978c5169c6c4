"""Whether foreign objects of two files are the same: asked of files that lie."""

from __future__ import annotations

from pathlib import Path

import pytest

import roman_cal_models as rcm

from .hostile import array, block, file

# the files are of its newest version
pytestmark = pytest.mark.newest_rad


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(file(array(), block(bytes(64), used=2**63 - 1, allocated=64)), id="more than there is"),
        pytest.param(file(array(source="s3://bucket/x.asdf")), id="of another file"),
        pytest.param(file(array(source=7), block(bytes(4))), id="of no block"),
    ],
)
def test_hostile_blocks_are_told_and_not_compared(content: bytes, tmp_path: Path) -> None:
    one, two = tmp_path / "one.asdf", tmp_path / "two.asdf"
    one.write_bytes(content)
    two.write_bytes(content)
    with pytest.raises(rcm.RomanCalModelsError, match=r"one\.asdf"):
        rcm.diff(one, two)
