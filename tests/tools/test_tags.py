"""Every tag of every manifest. The table that ``python -m tools.tags`` prints is made by the same functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from roman_cal_models.schema import installed
from tools.tags.checking import all_tags, check

TAGS = all_tags()

# asdf takes its time to validate, and test_agreement.py breaks the newest of each kind of files more often
CHECKED = TAGS[::16]


def test_these_are_all_tags() -> None:
    assert set(TAGS) == {tag for manifest in installed().store.manifests for tag in manifest.schema_uris}


@pytest.mark.newest_rad
def test_there_are_as_many_as_rad_has() -> None:
    assert len(TAGS) == 401


@pytest.mark.parametrize("tag", TAGS)
def test_every_tag_is_opened_and_saved_as_the_peer_does(tag: str, tmp_path: Path) -> None:
    assert check(tag, tmp_path, ("opened", "equal", "saved")).faults == {}


@pytest.mark.parametrize("tag", CHECKED)
def test_our_checks_and_asdfs_agree(tag: str, tmp_path: Path) -> None:
    assert check(tag, tmp_path, ("checked",)).faults == {}
