"""What changed between two releases of RAD."""

from __future__ import annotations

from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models import archive

from .conftest import Spoil

CAL_STEP = "resources/schemas/meta/l2_cal_step-2.0.0.yaml"


def test_the_same_release_has_not_changed(rad_copy: Path) -> None:
    assert archive.compare(rad_copy) == []


@pytest.mark.newest_rad
def test_what_changed_is_told(spoil: Spoil) -> None:
    changed = spoil(CAL_STEP, "[ScienceRefData.s_flat_field]", "[ScienceRefData.s_flat]")
    spoil(CAL_STEP, "  dark:\n", "  darkness:\n")
    told = [str(change) for change in archive.compare(changed) if change.family == "wfi_image"]
    assert told == [
        "wfi_image meta.cal_step.flat_field: archive columns changed from "
        "('nvarchar(15)', 'ScienceRefData.s_flat') to ('nvarchar(15)', 'ScienceRefData.s_flat_field')",
        "wfi_image meta.cal_step.darkness: property removed",
        "wfi_image meta.cal_step.darkness: archive columns ('nvarchar(15)', 'ScienceRefData.s_dark') removed",
        "wfi_image meta.cal_step.dark: property added",
        "wfi_image meta.cal_step.dark: archive columns ('nvarchar(15)', 'ScienceRefData.s_dark') added",
    ]


def test_a_folder_without_rad_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, "1.1.0"):
        with pytest.raises(rcm.SchemaError, match="is not the folder of a rad package, which holds resources/"):
            archive.compare(folder)
    (tmp_path / "resources").mkdir()
    with pytest.raises(rcm.SchemaError, match="holds no schemas"):
        archive.compare(tmp_path)
