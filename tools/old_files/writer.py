"""Write files with the release of ``roman_datamodels`` that is installed: ``python writer.py FOLDER [MODEL ...]``.

Runs in the environment of an old release, where there is nothing of ours but `witness`, which stands beside it.
Whatever a release calls its makers, a file of each of its models is written, opened again with the same release, and
what that reads is written beside it.
"""

from __future__ import annotations

import json
import random
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np
from asdf.exceptions import ValidationError
from astropy import coordinates, units
from astropy.modeling import models
from astropy.units import Quantity
from gwcs import WCS, coordinate_frames
from roman_datamodels import datamodels
from witness import leaves

CUBE = (2, 4, 4)
LARGEST = 4

# What is not called by the name of its node.
MAKERS = {
    "WfiScienceRaw": "level1_science_raw",
    "WfiImage": "level2_image",
    "WfiMosaic": "level3_mosaic",
    "RampFitOutput": "rampfitoutput",
    "InverseLinearityRef": "inverse_linearity",
}

# As makers fail that a release cannot use itself.
FAULTS = (AttributeError, LookupError, NotImplementedError, StopIteration, TypeError, ValidationError, ValueError)

PACKAGES = ("roman_datamodels", "rad", "asdf", "asdf-astropy", "astropy", "gwcs", "numpy")


def main(arguments: list[str]) -> None:
    """Write the files and, to standard output, what wrote them and what could not be written."""
    folder, wanted = Path(arguments[0]), set(arguments[1:])
    failed = {}
    for model in _models():
        if not wanted or model.__name__ in wanted:
            try:
                _write(model, folder / f"{model.__name__}.asdf")
            except FAULTS as error:
                failed[model.__name__] = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    versions = {name: metadata.version(name) for name in PACKAGES}
    print(json.dumps({"python": sys.version.split()[0], "versions": versions, "failed": failed}))


def _models() -> list[Any]:
    found = (getattr(datamodels, name) for name in dir(datamodels) if name.endswith("Model"))
    return [each for each in found if isinstance(each, type) and each.__name__ not in ("DataModel", "_DataModel")]


def _write(model_class: Any, path: Path) -> None:
    """Write a file of a model in the first shape that it takes: some want cubes, some images, some none."""
    shapes: list[dict[str, Any]] = [{"shape": CUBE}, {"shape": CUBE[1:]}, {}]
    while True:
        try:
            model = _made(model_class, shapes.pop(0))
            _save(model, path)
            break
        except FAULTS:
            if not shapes:
                raise
    with datamodels.open(str(path)) as again:
        found = leaves(again._instance)
    path.with_suffix(".json").write_text(json.dumps(found, indent=0) + "\n")


def _made(model_class: Any, shape: dict[str, Any]) -> Any:
    # some makers make things up
    random.seed(model_class.__name__)
    np.random.seed(0)
    if hasattr(model_class, "create_fake_data"):
        return model_class.create_fake_data(**shape)
    makers = import_module("roman_datamodels.maker_utils")
    if hasattr(makers, "mk_datamodel"):
        return makers.mk_datamodel(model_class, **shape)
    node = next(node for node, model in datamodels.model_registry.items() if model is model_class).__name__
    name = MAKERS.get(node) or re.sub(r"(?<!^)(?=[A-Z])", "_", node.removesuffix("Ref")).lower()
    return model_class(getattr(makers, f"mk_{name}")(**shape))


def _save(model: Any, path: Path) -> None:
    tree = model._instance
    _fill(tree)
    # an association has none; the trees of some releases have no `get`
    meta = tree["meta"] if "meta" in tree else {}  # noqa: SIM401
    if type(model).__name__ == "ImageModel" and meta.get("wcs") is None:
        meta["wcs"] = _wcs()
    for key, value in (("filename", path.name), ("model_type", type(model).__name__)):
        if key in meta:
            # as the pipeline did, and later releases do themselves; under its tag where it has one
            meta[key] = type(meta[key])(value)
    model.save(str(path))


def _fill(node: Any) -> None:
    """Make arrays small, and their elements different from each other."""
    for key, value in _items(node):
        if isinstance(value, (np.ndarray, Quantity)) and value.ndim and value.dtype.names is None:
            small = value[tuple(slice(LARGEST) for _ in value.shape)]
            numbers = np.arange(small.size).reshape(small.shape) % (2 if small.dtype.kind == "b" else 100)
            filled = numbers.astype(small.dtype) if small.dtype.kind in "biuf" else np.array(small)
            node[key] = Quantity(filled, value.unit, dtype=filled.dtype) if isinstance(value, Quantity) else filled
        else:
            _fill(value)


def _items(node: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(node, Mapping):
        yield from list(node.items())
    elif isinstance(node, Sequence) and not isinstance(node, (str, bytes)):
        yield from enumerate(list(node))


def _wcs() -> WCS:
    to_sky = models.Pix2Sky_TAN() | models.RotateNative2Celestial(10.0, -20.0, 180.0)
    pixels = models.Shift(-1.5) & models.Shift(-2.5) | models.Scale(3e-5) & models.Scale(3e-5)
    detector = coordinate_frames.Frame2D(name="detector", unit=(units.pix, units.pix))
    sky = coordinate_frames.CelestialFrame(name="world", reference_frame=coordinates.ICRS())
    return WCS([(detector, pixels | to_sky), (sky, None)])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1:])
