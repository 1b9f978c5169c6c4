"""What the tests of headers share."""

from __future__ import annotations

from pathlib import Path

import pytest
from astropy import units
from astropy.coordinates import ICRS
from astropy.modeling.models import Mapping, Polynomial2D
from gwcs import WCS, coordinate_frames

import roman_cal_models as rcm
from tests.peer import peer_file

__all__ = ["header_of", "peer_file"]

END = b"\n...\n"


def header_of(content: bytes) -> bytes:
    """Return a file cut right behind its header."""
    return content[: content.index(END) + len(END)]


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Level 2 image with all its arrays in blocks, those of its WCS as well. Nobody may change it."""
    model = rcm.ImageModel.create_fake_data(shape=(64, 64))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    model.meta.wcs = _wcs()
    return model.save(tmp_path_factory.mktemp("image") / "image.asdf", all_array_storage="internal")


def _wcs() -> WCS:
    """Return a WCS with arrays: the coefficients of polynomials."""
    shift = Polynomial2D(2, c0_0=1.0, c1_0=1e-5, c0_1=1e-6) & Polynomial2D(2, c0_0=2.0, c0_1=1e-5)
    detector = coordinate_frames.Frame2D(name="detector", axes_order=(0, 1), unit=(units.pix, units.pix))
    sky = coordinate_frames.CelestialFrame(reference_frame=ICRS(), name="icrs", unit=(units.deg, units.deg))
    return WCS([(detector, Mapping((0, 1, 0, 1)) | shift), (sky, None)])
