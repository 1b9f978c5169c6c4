"""Made-up reference files of the calibration pipeline, written by the peer, and an index of them.

``python -m tools.peer_suites.references FOLDER``, with a Python that has ``roman_datamodels`` and ``romancal``. What
they say is plain: flats of one, no dark current, a gain of 2, a linearity that changes nothing; only the shapes of
stars are such that a catalogue can be made of them.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.modeling import models
from astropy.time import Time
from roman_datamodels import datamodels

# Width of the detector, with its border of reference pixels and without, and of a channel with its pad.
RAW, TRIMMED, CHANNEL, CHANNELS = 4096, 4088, 140, 32
ELEMENTS = ("F062", "F087", "F106", "F129", "F146", "F158", "F184", "F213")
# Wavelength in micrometers, by which the width of a star grows.
WAVELENGTH = dict(zip(ELEMENTS, (0.62, 0.87, 1.06, 1.29, 1.46, 1.58, 1.84, 2.13), strict=True))
DISPERSERS = ("GRISM", "PRISM")
OVERSAMPLING = 4
STAMP = 181  # pixels of a star's picture, oversampled
SINCE = "2019-01-01"
# A suite asks for a flat of an earlier date, to see that there is none.
SINCE_OF_FLATS = "2022-01-01"


def main(folder: Path) -> None:
    """Write the reference files and ``index.json``: what each holds, for whom, from when on, and where it is."""
    index = []
    for reftype, model, parameters in _references():
        name = "_".join(["roman", "wfi", reftype, *parameters.values(), "0001.asdf"])
        since = SINCE_OF_FLATS if reftype == "flat" else SINCE
        model.meta.useafter = Time(since)
        model.save(folder / name)
        index.append(_entry(reftype, folder / name, parameters, since))
    for field in ("north", "south"):
        index.append(_entry("dustmap", _dust_map(folder, field), {"field": field}))
    index.append(_entry("skycells", _sky_cells()))
    (folder / "index.json").write_text(json.dumps(index, indent=1))


def _entry(reftype: str, path: Path, parameters: dict[str, str] | None = None, since: str = SINCE) -> dict[str, Any]:
    return {"reftype": reftype, "parameters": parameters or {}, "since": since, "path": str(path)}


def _references() -> Any:
    """Yield type, model and the parameters by which one of several is chosen."""
    flat = np.ones((TRIMMED, TRIMMED), "f4")
    raw = np.ones((RAW, RAW), "f4")
    none = np.zeros((RAW, RAW), "u4")
    line = np.stack([0 * raw, raw, 0 * raw])  # a polynomial that changes nothing
    fourier = np.zeros((CHANNELS, RAW * CHANNEL // 2 + 1), "c16")
    steps = np.arange(0, 65536, 256, dtype="u2")
    made = datamodels
    yield "mask", _model(made.MaskRefModel, dq=none), {}
    yield "flat", _model(made.FlatRefModel, data=flat, err=0.01 * flat, dq=none[4:-4, 4:-4]), {}
    yield "gain", _model(made.GainRefModel, data=2 * raw), {}
    yield "readnoise", _model(made.ReadnoiseRefModel, data=5 * raw), {}
    yield "saturation", _model(made.SaturationRefModel, data=60000 * raw, dq=none), {}
    yield "dark", _model(made.DarkRefModel, dark_slope=0 * raw, dark_slope_error=0.001 * raw, dq=none), {}
    yield "darkdecaysignal", _dark_decay(), {}
    yield "linearity", _model(made.LinearityRefModel, coeffs=line, dq=none), {}
    yield "inverselinearity", _model(made.InverselinearityRefModel, coeffs=line, dq=none), {}
    yield "integralnonlinearity", _nonlinearity(steps), {}
    yield "refpix", _model(made.RefpixRefModel, gamma=fourier, zeta=fourier, alpha=fourier), {}
    yield "distortion", _distortion(), {}
    yield "photom", _photometry(), {}
    yield "apcorr", _apertures(), {}
    for element in ELEMENTS:
        yield "epsf", _stars(element), {"meta.instrument.optical_element": element}


def _model(kind: Any, **contents: Any) -> Any:
    model = kind.create_fake_data(shape=(2, 2, 2, 2, 2))
    for name, value in contents.items():
        model[name] = value
    return model


def _dark_decay() -> Any:
    decay = {"amplitude": 0.0, "time_constant": 20.0}
    return _model(datamodels.DarkdecaysignalRefModel, decay_table={f"WFI{i:02}": decay for i in range(1, 19)})


def _nonlinearity(steps: np.ndarray) -> Any:
    channels = {
        f"science_channel_{i:02}": {"instrument_channel": i - 1, "correction": np.zeros(len(steps))}
        for i in range(1, CHANNELS + 1)
    }
    return _model(datamodels.IntegralnonlinearityRefModel, inl_table=channels, value=steps)


def _distortion() -> Any:
    """Return square pixels of 0.11 arcseconds, with the middle of the detector in the middle of the field."""
    model = _model(datamodels.DistortionRefModel)
    middle, scale = models.Shift(-(TRIMMED - 1) / 2), models.Scale(0.11)
    model.coordinate_distortion_transform = (middle & middle) | (scale & scale)
    return model


def _photometry() -> Any:
    band = {"wavelength": np.linspace(0.4, 2.4, 20, dtype="f4"), "effective_area": np.full(20, 2, "f4")}
    image = {"photmjsr": 0.3, "uncertainty": 0.003, "pixelareasr": 2.84e-13, "collecting_area": 3.6, **band}
    spectrum = image | dict.fromkeys(["photmjsr", "uncertainty", "pixelareasr"])
    table = dict.fromkeys(ELEMENTS, image) | dict.fromkeys(DISPERSERS, spectrum)
    return _model(datamodels.WfiImgPhotomRefModel, phot_table=table)


def _apertures() -> Any:
    """Return the light of a star inside a circle, by the circle's radius in pixels."""
    radii = np.linspace(0.5, 40, 80)
    annulus = {"sky_background_rin": 15.0, "sky_background_rout": 20.0}
    table = {}
    for element in ELEMENTS:
        fractions = 1 - np.exp(-radii / (0.8 * WAVELENGTH[element]))
        table[element] = {"ap_corrections": 1 / fractions, "ee_fractions": fractions, "ee_radii": radii, **annulus}
    return _model(datamodels.ApcorrRefModel, data=table)


def _stars(element: str) -> Any:
    """Return pictures of stars at nine places of the detector, each summed over the pixels."""
    places = np.linspace(0, TRIMMED - 1, 3)
    pixel_x, pixel_y = (list(map(float, axis.ravel())) for axis in np.meshgrid(places, places))
    defocus, spectra = 2, 3
    star = _star(1.2 + WAVELENGTH[element])
    psf = np.broadcast_to(star, (defocus, spectra, len(pixel_x), *star.shape)).astype("f4")
    model = _model(datamodels.EpsfRefModel, psf=psf)
    model.meta.instrument.optical_element = element
    model.meta.pixel_x, model.meta.pixel_y = pixel_x, pixel_y
    model.meta.oversample = OVERSAMPLING
    model.meta.jitter_major = model.meta.jitter_minor = 8.0
    model.meta.jitter_position_angle = 0.0
    return model


def _star(width: float) -> np.ndarray:
    """Return a star that leans to one side a little, as stars do."""
    y, x = np.mgrid[:STAMP, :STAMP] - STAMP // 2
    star = np.exp(-(x**2 + y**2) / (2 * width**2)) * (1 + 0.05 * np.tanh(x / width))
    box = np.ones(OVERSAMPLING) / OVERSAMPLING
    for axis in (0, 1):
        star = np.apply_along_axis(np.convolve, axis, star, box, mode="same")
    return star * OVERSAMPLING**2 / star.sum()


def _dust_map(folder: Path, field: str) -> Path:
    """Write the dust of half the sky, the same everywhere."""
    pole = 90 if field == "north" else -90
    header = fits.Header(
        {"CTYPE1": "GLON-ZEA", "CTYPE2": "GLAT-ZEA", "CRVAL1": 0, "CRVAL2": pole, "CRPIX1": 32.5, "CRPIX2": 32.5}
        | {"CDELT1": -3.0, "CDELT2": 3.0, "LONPOLE": 180}
    )
    path = folder / f"roman_wfi_dustmap_{field}_0001.fits"
    fits.PrimaryHDU(np.full((64, 64), 0.05, "f4"), header).writeto(path)
    return path


def _sky_cells() -> Path:
    """Return the piece of the sky's division that the suite brings along: its tests name cells of it."""
    package = importlib.util.find_spec("romancal")
    assert package is not None and package.origin is not None
    return Path(package.origin).parent / "skycell" / "tests" / "data" / "skymap_subset.asdf"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
