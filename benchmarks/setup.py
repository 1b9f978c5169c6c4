"""The files and models that the cases work on. The peer writes the files, so that both read the same."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

__all__ = ["Setup"]


class Setup:
    """What is made once, when it is first needed.

    Parameters
    ----------
    folder : str
        Where files are written.
    quick : bool
        Few repeats, and 256 x 256 pixels in place of 4096 x 4096.
    """

    def __init__(self, folder: str, *, quick: bool) -> None:
        self.folder = Path(folder)
        self.quick = quick
        self.seconds = 0.05 if quick else 3.0
        self.repeats = 1 if quick else 5
        self.side = 256 if quick else 4096

    @cached_property
    def small_file(self) -> Path:
        """A Level 2 image of 8 x 8 pixels."""
        return self._written("small.asdf", _image(8))

    @cached_property
    def large_file(self) -> Path:
        """A Level 2 image of a whole detector, with noise that does not compress to nothing."""
        import numpy as np

        image = _image(self.side)
        image.data = np.random.default_rng(0).normal(1.0, 0.1, (self.side, self.side)).astype(np.float32)
        return self._written("large.asdf", image)

    def level(self, name: str) -> Path:
        """Return a file of a level of the pipeline, L1, L2 or L3, with noise in all arrays that hold measurements."""
        path = self.folder / f"{name}.asdf"
        return path if path.exists() else self._written(path.name, _LEVELS[name](self.side))

    @cached_property
    def noisy_file(self) -> Path:
        """A Level 2 image of a whole detector with noise in all arrays, and with a WCS of known bounds."""
        import numpy as np

        image = _image(self.side)
        chance = np.random.default_rng(0)
        for name in ("data", "err", "var_poisson", "chisq", "dumo"):
            image[name] = chance.normal(1.0, 0.1, (self.side, self.side)).astype(image[name].dtype)
        image.meta.wcs.bounding_box = ((-0.5, self.side - 0.5),) * 2
        return self._written("noisy.asdf", image)

    @cached_property
    def noisy_file_of_ours(self) -> Path:
        """The same, saved by us: in pieces of whole rows."""
        import roman_cal_models as rcm

        path = self.folder / "noisy_of_ours.asdf"
        with rcm.open(self.noisy_file) as model:
            model.save(path, compression="lz4")
        return path

    @cached_property
    def kinds(self) -> dict[str, Path]:
        """A small file of each kind in the newest manifest, by the name of its model; in a quick run, of a few."""
        import roman_datamodels.datamodels as rdm

        from roman_cal_models.models.classes import model_class
        from roman_cal_models.nodes.classes import class_of
        from roman_cal_models.schema import installed

        uris = installed().store.newest_manifest.schema_uris.values()
        classes = [model_class(class_of(installed().document(uri)).__name__) for uri in uris]
        names = sorted(cls.__name__ for cls in classes if cls is not None and hasattr(rdm, cls.__name__))
        return {
            name: self._written(f"{name}.asdf", getattr(rdm, name).create_fake_data(shape=(8, 8, 8)))
            for name in names[:: 8 if self.quick else 1]
        }

    @cached_property
    def ours(self) -> Any:
        """The small image as our model, with no file behind it."""
        return self._ours(self.small_file)

    def fresh(self) -> Any:
        """Return the small image as our model, of which no other measurement has used anything."""
        return self._ours(self.small_file)

    @cached_property
    def peer(self) -> Any:
        """The small image as the peer's model, with no file behind it."""
        return self._peers(self.small_file)

    @cached_property
    def ours_large(self) -> Any:
        """The large image as our model."""
        return self._ours(self.large_file)

    @cached_property
    def peer_large(self) -> Any:
        """The large image as the peer's model."""
        return self._peers(self.large_file)

    def _written(self, name: str, image: Any) -> Path:
        path = self.folder / name
        image.save(path)
        return path

    def _ours(self, path: Path) -> Any:
        import roman_cal_models as rcm

        with rcm.open(path) as model:
            return model.copy()

    def _peers(self, path: Path) -> Any:
        import roman_datamodels.datamodels as rdm

        with rdm.open(path) as model:
            return model.copy()


def _image(side: int) -> Any:
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    image = rdm.ImageModel.create_fake_data(shape=(side, side))
    image.meta.cal_step = dict(rcm.L2CalStep.create_minimal())
    return image


def _level_1(side: int) -> Any:
    import numpy as np
    import roman_datamodels.datamodels as rdm

    random = np.random.default_rng(0)
    ramp = rdm.ScienceRawModel.create_fake_data(shape=(8, side, side))
    ramp.data = (random.poisson(30, ramp.data.shape) + 5000).astype(np.uint16)
    ramp.amp33 = random.integers(0, 3000, (8, side, side // 32)).astype(np.uint16)
    return ramp


def _level_2(side: int) -> Any:
    import numpy as np

    random = np.random.default_rng(0)
    image = _image(side)
    for name in ("data", "err", "var_poisson", "var_rnoise", "var_flat", "chisq", "dumo"):
        image[name] = random.normal(1.0, 0.1, (side, side)).astype(np.float32 if name == "data" else np.float16)
    for name in ("dq", "dq2"):
        image[name] = np.where(random.random((side, side)) < 0.02, 5, 0).astype(np.uint32)
    image.amp33 = random.integers(0, 3000, (1, side, side // 32)).astype(np.uint16)
    for name, shape in (("left", (side, 4)), ("right", (side, 4)), ("top", (4, side)), ("bottom", (4, side))):
        image[f"border_ref_pix_{name}"] = random.normal(1.0, 0.1, (1, *shape)).astype(np.float32)
        image[f"dq_border_ref_pix_{name}"] = np.zeros(shape, np.uint32)
    return image


def _level_3(side: int) -> Any:
    import numpy as np
    import roman_datamodels.datamodels as rdm

    random = np.random.default_rng(0)
    mosaic = rdm.MosaicModel.create_fake_data(shape=(side, side))
    for name in ("data", "err", "weight", "var_poisson", "var_rnoise", "var_flat"):
        mosaic[name] = random.normal(1.0, 0.1, (side, side)).astype(np.float32)
    mosaic.context = np.ones((1, side, side), np.uint32)
    return mosaic


_LEVELS = {"L1": _level_1, "L2": _level_2, "L3": _level_3}
