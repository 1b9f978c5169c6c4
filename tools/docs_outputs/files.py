"""The files that the commands and examples of the documentation work on."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table

import roman_cal_models as rcm

__all__ = ["write_files"]

_SHAPE = (40, 40)  # an array of fewer than 512 elements would stand in the header
_DATA = Path(__file__).parents[2] / "tests" / "data"
_DATE = re.compile(rb"(file_date: .*?)\d{4}-\d\d-\d\dT[\d:.]{12}")
_NIGHT = {
    "wfi01": dict.fromkeys(("dq_init", "dark", "linearity", "ramp_fit", "flat_field"), "COMPLETE"),
    "wfi02": {"dq_init": "COMPLETE", "dark": "SKIPPED", "flat_field": "FAILED"},
    "wfi03": {"dq_init": "COMPLETE"},
}


def write_files(folder: Path) -> None:
    """Write into a folder: ``image.asdf``, ``old.asdf`` of version 1.0.0, and ``night/``, where one file is invalid.

    And ``map.fits`` with ``team.yaml``, of a team of the community, and ``my_schemas``, of a third party.

    Parameters
    ----------
    folder : Path
        Exists, and is empty.
    """
    image = _image("WFI01", {"dark": "COMPLETE", "flat_field": "COMPLETE"})
    image.data[:] = 1.5
    image.dq[2, 3] = rcm.dqflags.pixel.SATURATED
    image.save(folder / "image.asdf")
    old = rcm.ImageModel.create_fake_data(shape=_SHAPE, version="1.0.0")
    old.meta.cal_step = rcm.L2CalStep.create_minimal({"flat_field": "COMPLETE"}, version="1.0.0")
    old.save(folder / "old.asdf")
    night = folder / "night"
    night.mkdir()
    for detector, steps in _NIGHT.items():
        path = night / f"{detector}_cal.asdf"
        _image(detector.upper(), steps).save(path)
    # what a careless program would leave: a word that no schema knows, of the same length as the right one
    path.write_bytes(path.read_bytes().replace(b"flat_field: INCOMPLETE", b"flat_field: NOT DONE  ", 1))
    _write_map(folder / "map.fits")
    shutil.copy(_DATA / "ccsp" / "team.yaml", folder)
    shutil.copytree(_DATA / "third_party", folder / "my_schemas")
    for path in folder.rglob("*.asdf"):
        # outputs must not depend on the day
        path.write_bytes(_DATE.sub(rb"\g<1>2027-01-01T00:00:00.000", path.read_bytes(), count=1))


def _write_map(path: Path) -> None:
    header = fits.Header()
    header["OBJECT"] = ("Abell 2744", "Name of the field")
    header["EXPTIME"] = (1200.0, "[s] Exposure time")
    header["DATE-OBS"] = ("2027-01-01T00:00:00", "Begin of the first exposure")
    header["NITER"] = (12, "Number of iterations")
    kappa = fits.ImageHDU(np.linspace(0, 1, _SHAPE[0] * _SHAPE[1], dtype="f4").reshape(_SHAPE), name="KAPPA")
    hdu = fits.table_to_hdu(Table({"id": [1, 2], "height": np.array([0.5, 0.25], "f4")}))
    hdu.header["EXTNAME"] = ("PEAKS", "Peaks of the map")
    hdu.header["TCOMM1"] = "Number of the peak"
    hdu.header["TCOMM2"] = "Height over the map's mean"
    fits.HDUList([fits.PrimaryHDU(header=header), kappa, hdu]).writeto(path)


def _image(detector: str, steps: dict[str, str]) -> rcm.ImageModel:
    image = rcm.ImageModel.create_fake_data({"meta": {"instrument": {"detector": detector}}}, shape=_SHAPE)
    image.meta.cal_step = rcm.L2CalStep.create_minimal(steps)
    return image
