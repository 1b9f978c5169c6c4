"""What is wrong with the columns of RAD."""

from __future__ import annotations

import pytest

from roman_cal_models import archive

from .conftest import Spoil

CAL_STEP = "resources/schemas/meta/l2_cal_step-2.0.0.yaml"
BASIC = "resources/schemas/meta/basic-2.0.0.yaml"


def test_rad_itself_is_in_order() -> None:
    assert archive.lint() == []


@pytest.mark.newest_rad
@pytest.mark.parametrize(
    ("old", "new", "kind", "message"),
    [
        ("[ScienceRefData.s_flat_field]", "[Nowhere.s_flat_field]", "unknown table", "there is no such table"),
        ("[ScienceRefData.s_flat_field]", "[ScienceRefData.s_dark]", "duplicate", "goes there as well"),
        ("nvarchar(15)", "nvarchar(5)", "too short", r"nvarchar\(5\) cannot hold text of 10 characters"),
        ("nvarchar(15)", "int", "wrong type", "int cannot hold every string"),
        ("nvarchar(15)", "ntext(15)", "unknown type", "is not a known database type"),
    ],
)
def test_a_fault_is_found(spoil: Spoil, old: str, new: str, kind: str, message: str) -> None:
    found = archive.lint(spoil(CAL_STEP, old, new))
    assert {finding.kind for finding in found} == {kind}
    assert {finding.path.rpartition(".")[0] for finding in found} == {"meta.cal_step"}
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(str(found[0]))
