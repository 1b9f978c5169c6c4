"""What a checker knows of a Level 2 image.

Each error that it must find bears a comment that is itself an error where there is nothing to ignore.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Literal, assert_type

import numpy as np
from astropy.time import Time
from gwcs.wcs import WCS
from numpy.typing import NDArray

import roman_cal_models as rcm

model = rcm.ImageModel("image.asdf")

assert_type(model, rcm.ImageModel)
assert_type(model.meta, rcm.WfiImageMeta)
assert_type(model.meta.cal_step, rcm.L2CalStep)
assert_type(model.meta.exposure.start_time, Time)
assert_type(model.meta.exposure.nresultants, int)
assert_type(model.meta.exposure.read_pattern, rcm.ListNode[rcm.ListNode[int]])
assert_type(model.meta.wcs, WCS | None)
assert_type(model.to_fits("image.fits"), Path)
assert_type(model.data, NDArray[np.float32])
assert_type(model.dq, NDArray[np.uint32])
assert_type(model.meta.instrument.name, Literal["WFI"])
assert_type(model.meta.observation.pass_, int)
assert_type(model.save("other.asdf"), Path)
assert_type(model.cutout((30, 40), 5), rcm.ImageModel)
assert_type(next(rcm.cutouts("image.asdf", (30, 40), 5)), rcm.Cutout)
assert_type(next(rcm.cutouts("image.asdf", (30, 40), 5)).model, rcm.DataModel | None)

model.meta.cal_step.flat_field = "COMPLETE"
model.meta.cal_step.flat_field = "DONE"  # type: ignore[assignment]
model.meta.cal_step.flat_field = None  # type: ignore[assignment]
model.meta.cal_step = rcm.L2CalStep(flat_field="COMPLETE")
model.meta.cal_step = rcm.L3CalStep()  # type: ignore[assignment]
model.meta.exposure.nresultants = "8"  # type: ignore[assignment]
model.data = np.zeros((8, 8), np.float32)


def status(step: rcm.L2CalStep) -> rcm.CalStepFlag:
    """Return a flag, typed by the alias that the package exports."""
    return step.flat_field


with rcm.ImageModel.create_fake_data(shape=(8, 8), version="1.0.0") as old:
    assert_type(old, rcm.ImageModel)

with rcm.open("image.asdf") as opened:
    assert_type(opened, rcm.DataModel)
    if isinstance(opened, rcm.ImageModel):
        assert_type(opened.meta.cal_step, rcm.L2CalStep)

# the class that is asked for is given
assert_type(rcm.open("image.asdf", rcm.ImageModel), rcm.ImageModel)
assert_type(rcm.ImageModel.open(Path("image.asdf"), validate=True), rcm.ImageModel)
assert_type(rcm.ImageModel.open("image.asdf").node, rcm.WfiImage)
assert_type(rcm.DataModel.open("image.asdf"), rcm.DataModel)

header = rcm.read_header("image.asdf", rcm.ImageModel)
assert_type(header, rcm.Header[rcm.WfiImage])
assert_type(header.meta, rcm.WfiImageMeta)
assert_type(header.node.meta.exposure.start_time, Time)
assert_type(rcm.read_header("image.asdf"), rcm.Header)

rcm.open(io.BytesIO(b""), rcm.ImageModel)
rcm.open(model)
rcm.open(3.5)  # type: ignore[call-overload]
rcm.open(io.StringIO(""))  # type: ignore[call-overload]
rcm.open("image.asdf", rcm.WfiImage)  # type: ignore[type-var]
rcm.ImageModel.open(3.5)  # type: ignore[arg-type]
rcm.read_header(3.5)  # type: ignore[call-overload]
rcm.identify(3.5)  # type: ignore[arg-type]

# of a misspelt name, reading and setting it is an error, wherever the names are known
model.meta.cal_step.flat_feild = "COMPLETE"  # type: ignore[attr-defined]
print(model.meta.cal_step.flat_feild)  # type: ignore[attr-defined]
print(model.mteta)  # type: ignore[attr-defined]
model.dta = model.data  # type: ignore[attr-defined]
print(header.meta.exposure.nresultant)  # type: ignore[attr-defined]
model.meta["mine"] = 1

# where they are not, every name is one
assert_type(rcm.open("image.asdf").meta, Any)
assert_type(rcm.read_header("image.asdf").meta, Any)
photometry = rcm.open("photom.asdf", rcm.WfiImgPhotomRefModel)
assert_type(photometry.phot_table.F062, Any)
