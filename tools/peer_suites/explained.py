"""Why a test that passes with the peer does not pass with us. An entry whose test passes is an error."""

from __future__ import annotations

__all__ = ["RDM", "ROMANCAL", "reason"]

_INVALID = "sets a value that its schema forbids, which we refuse at once and the peer only at save: "
_PRIVATE = "asks for a private part of the peer: "

# Part of a test's name -> reason.
ROMANCAL = {
    "test_migration.py::test_old_open_model": _PRIVATE + "model._asdf",
    "test_regtestdata.py::test_model_difference": _PRIVATE + "the name roman_datamodels._stnode in a report",
    "test_photom.py::test_no_photom_match": _INVALID + "pixelareasr of a grism is null",
    "test_photom.py::test_apply_photom": _INVALID + "pixelareasr of a grism is null",
    "test_resample.py::test_custom_wcs_input_small_overlap_no_rotation": _INVALID
    + "rotation_matrix is 2 x 2, the step gives it as four numbers in a row (a defect of the step)",
    "test_resample_step.py::test_populate_mosaic_metadata": _INVALID + "observation_id is a text, the test gives 0",
}

RDM: dict[str, str] = {}


def reason(table: dict[str, str], test: str) -> str | None:
    """Return the reason for a test, or None."""
    return next((text for name, text in table.items() if name in test), None)
