"""``model.plot``: an array as a picture, with its unit; nothing else is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from astropy.visualization import AsinhStretch, LinearStretch, LogStretch, MinMaxInterval, ZScaleInterval

import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import Deferred
from roman_cal_models.nodes.lazy_dict import raw_items

matplotlib = pytest.importorskip("matplotlib")


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    matplotlib.use("Agg")
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def _image(**values: Any) -> rcm.ImageModel:
    model = rcm.ImageModel.create_fake_data(shape=(20, 30))
    model.data = np.random.default_rng(1).normal(10, 1, (20, 30)).astype(np.float32)
    model.data[3, 4] = 1e6
    model.meta.filename = "image.asdf"
    model.update(values)
    return model


def _shown(axes: Any) -> Any:
    (image,) = axes.images
    return image


def test_an_image_has_its_unit_its_pixels_and_the_stretch_of_astronomers() -> None:
    model = _image()
    axes = model.plot()
    image = _shown(axes)
    assert np.array_equal(image.get_array(), model.data)
    assert isinstance(image.norm.stretch, AsinhStretch)
    assert (image.norm.vmin, image.norm.vmax) == pytest.approx(ZScaleInterval().get_limits(model.data))
    assert image.colorbar.ax.get_ylabel() == "data (DN / s)"
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("x (pixel)", "y (pixel)", "image.asdf data")
    assert image.origin == "lower"
    assert image.colorbar.extend == "max"  # the interval goes down to the lowest value
    axes.get_figure().canvas.draw()


def test_a_calibrated_image_is_in_surface_brightness() -> None:
    model = _image()
    model.meta.cal_step = rcm.L2CalStep.create_minimal({"flux": "COMPLETE"})
    assert _shown(model.plot("err")).colorbar.ax.get_ylabel() == "err (MJy sr⁻¹)"


def test_flags_are_not_stretched() -> None:
    model = _image()
    model.dq[2, 3] = 2**31
    image = _shown(model.plot("dq"))
    assert isinstance(image.norm.stretch, LinearStretch)
    assert (image.norm.vmin, image.norm.vmax) == (0, 2**31)
    assert image.colorbar.extend == "neither"
    assert image.colorbar.ax.get_ylabel() == "dq"


def test_stretch_interval_and_axes_can_be_given() -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    model = _image()
    given = model.plot(ax=axes, stretch=LogStretch(), interval=MinMaxInterval(), cmap="magma")
    assert given is axes
    image = _shown(axes)
    assert (type(image.norm.stretch), image.norm.vmax, image.cmap.name) == (LogStretch, 1e6, "magma")
    assert _shown(model.plot(vmin=1, vmax=2)).norm.vmax == 2


@pytest.mark.parametrize("value", [np.nan, np.inf, 5.0], ids=str)
def test_an_array_of_one_value_can_be_shown(value: float) -> None:
    model = _image(data=np.full((20, 30), value, np.float32))
    axes = model.plot()
    axes.get_figure().canvas.draw()  # type: ignore[union-attr]
    assert _shown(axes).norm.vmax == _shown(axes).norm.vmin + 1


def test_what_is_not_finite_is_blank() -> None:
    model = _image()
    model.data[5, 6] = np.nan
    assert np.argwhere(_shown(model.plot()).get_array().mask).tolist() == [[5, 6]]


def test_half_floats_can_be_shown() -> None:
    axes = _image().plot("var_poisson")
    axes.get_figure().canvas.draw()  # type: ignore[union-attr]
    assert _shown(axes).colorbar.ax.get_ylabel() == "var_poisson (DN² / s²)"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Path of a Level 1 file of the peer's: four resultants."""
    model = peer.ScienceRawModel.create_fake_data(shape=(4, 20, 30))
    model.data = np.arange(2400, dtype=np.uint16).reshape(4, 20, 30)
    path = tmp_path / "raw.asdf"
    model.save(path)
    return path


@pytest.mark.parametrize(("index", "number"), [(None, 3), (1, 1), (-2, 2), ((0,), 0)])
def test_of_a_cube_one_resultant_is_shown(index: Any, number: int, raw: Path) -> None:
    with rcm.open(raw) as model:
        axes = model.plot() if index is None else model.plot(index=index)
    expected = np.arange(2400).reshape(4, 20, 30)[number]
    assert np.array_equal(_shown(axes).get_array(), expected)
    assert axes.get_title() == f"raw.asdf data[{number}]"
    assert _shown(axes).colorbar.ax.get_ylabel() == "data (DN)"


def test_nothing_else_is_read(raw: Path, tmp_path: Path) -> None:
    with rcm.open(raw) as model:
        model.plot()
        assert not _read(model)  # one resultant, and not the array
    with rcm.open(_image().save(tmp_path / "image.asdf")) as image:
        image.plot("err")
        assert _read(image) == {"err"}


def _read(model: Any) -> set[str]:
    values = {key: value for key, value in raw_items(model.node) if key != "meta"}
    return {key for key, value in values.items() if not isinstance(value, Deferred) or value.is_built}


def test_several_units_are_all_named() -> None:
    model = rcm.RampModel.create_fake_data(shape=(2, 4, 4))
    assert _shown(model.plot()).colorbar.ax.get_ylabel() == "data (DN or electron)"


def test_what_a_closed_file_did_not_load_is_an_error(raw: Path) -> None:
    with rcm.open(raw) as model:
        pass
    with pytest.raises(rcm.ModelClosedError, match="data"):
        model.plot()


@pytest.mark.parametrize(
    ("name", "index", "told"),
    [
        ("meta", -1, "meta has 0 dimensions: only an array of two or more can be shown"),
        ("data", (1, 2), r"data has 3 dimensions: index must be 1 numbers, not \(1, 2\)"),
    ],
)
def test_what_is_no_image_is_refused(name: str, index: Any, told: str, raw: Path) -> None:
    with rcm.open(raw) as model, pytest.raises(ValueError, match=told):
        model.plot(name, index=index)


def test_a_name_that_is_not_there_is_an_error(raw: Path) -> None:
    with rcm.open(raw) as model, pytest.raises(rcm.MissingKeyError):
        model.plot("dada")
    with rcm.open(raw) as model, pytest.raises(IndexError):
        model.plot(index=7)


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(rcm.MissingPackageError, match=r"pip install 'roman-cal-models\[view\]'"):
        _image().plot()
