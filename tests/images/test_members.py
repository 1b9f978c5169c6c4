"""How many files are read at a time."""

from __future__ import annotations

from pathlib import Path

import roman_cal_models as rcm
from roman_cal_models.images.members import are_far, at_once
from tests.remote import serve


def test_only_what_may_be_waited_for_is_read_several_at_a_time(tmp_path: Path) -> None:
    path = rcm.FlatRefModel.create_fake_data(shape=(4, 4)).save(tmp_path / "flat.asdf")
    serve(flat=path.read_bytes())
    with rcm.open(path) as near, rcm.open("far://flat.asdf") as far, path.open("rb") as stream:
        at_hand = [path, str(path), path.read_bytes(), near, rcm.FlatRefModel.create_fake_data()]
        assert not are_far(at_hand)
        assert at_once(at_hand) == 1
        # nobody can tell what is behind a stream
        for waited_for in ("far://flat.asdf", far, stream):
            assert are_far([*at_hand, waited_for])
            assert at_once([*at_hand, waited_for]) > 1
