"""What the schemas say of a model, held against what asdf finds for the peer's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roman_datamodels.datamodels as peer

import roman_cal_models as rcm
from roman_cal_models.models.schema_info import SchemaInfo
from roman_cal_models.nodes.deferred import FileValue
from roman_cal_models.nodes.lazy_dict import raw_get
from tests.peer import WriteFile, newest_tags, our_class, peer_class

OLD = "asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.0.0"


def infos(tree: Any) -> Any:
    """Return what was found, in plain containers."""
    if isinstance(tree, dict):
        return {key: infos(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [infos(item) for item in tree]
    return tree.info


@pytest.mark.parametrize("tag", [*newest_tags(), OLD])
def test_what_the_schemas_say_is_what_asdf_finds(tag: str, peer_file: WriteFile) -> None:
    path = peer_file(tag)
    with peer_class(tag)(path) as theirs, our_class(tag)(path) as ours:
        for key in ("title", "required", "archive_catalog"):
            assert infos(ours.schema_info(key)) == infos(theirs.schema_info(key))


@pytest.fixture
def model() -> Any:
    model = rcm.ImageModel.create_fake_data(shape=(4, 4))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    return model


def test_the_steps_that_are_required_are_asked_for_as_the_pipeline_does(model: Any) -> None:
    found = model.schema_info("required")["roman"]["meta"]["cal_step"]["required"].info
    assert len(found) == 16
    assert "flat_field" in found


def test_a_value_comes_with_what_is_said_of_it(model: Any) -> None:
    found = model.schema_info("archive_catalog", "roman.meta.cal_step.flat_field")["archive_catalog"]
    assert isinstance(found, SchemaInfo)
    info, value = found
    assert value == found.value == "INCOMPLETE"
    assert info["datatype"] == "nvarchar(15)"
    assert repr(found) == repr(info)


def test_a_path_without_anything_gives_none(model: Any) -> None:
    assert model.schema_info("title", "roman.meta.nothing") is None
    assert model.schema_info("title", "roman.meta.filename.more") is None


def test_items_of_lists_stand_by_index_when_told_so(model: Any) -> None:
    model.meta.cal_logs = ["a", "b"]
    kept = model.schema_info("title", "roman.meta", preserve_list=True)
    by_index = model.schema_info("title", "roman.meta", preserve_list=False)
    assert infos(kept).keys() == infos(by_index).keys()


@pytest.mark.parametrize("closed", [False, True])
def test_to_look_reads_no_array(closed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "image.asdf")
    with rcm.open(path) as model:
        if closed:
            model.close()
        model.info(max_rows=None)
        model.schema_info("title")
        assert isinstance(raw_get(model.node, "data"), FileValue)
    printed = capsys.readouterr().out
    data = printed.partition("─data (ndarray)")[2].partition("─dq")[0]
    assert "64" in data
    assert "float32" in data
    assert "─roman (WfiImage)" in printed
    assert "detector" in printed


def test_a_search_finds_names_and_values(model: Any) -> None:
    found = model.search(key="flat_field", value="INCOMPLETE")
    assert found.nodes == ["INCOMPLETE"]
    assert "meta" in found.paths[0]


# -- the WCS alone -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_wcs() -> Any:
    from astropy import coordinates, units
    from astropy.modeling.models import Pix2Sky_TAN, RotateNative2Celestial, Scale, Shift
    from gwcs import WCS, coordinate_frames

    sky = coordinate_frames.CelestialFrame(reference_frame=coordinates.ICRS(), unit=(units.deg, units.deg))
    detector = coordinate_frames.Frame2D(name="detector", unit=(units.pix, units.pix))
    transform = (
        Shift(-10) & Shift(-20) | Scale(3e-5) & Scale(3e-5) | Pix2Sky_TAN() | RotateNative2Celestial(30.0, 20.0, 180.0)
    )
    wcs = WCS([(detector, transform), (sky, None)])
    wcs.bounding_box = ((-0.5, 39.5), (-0.5, 19.5))
    model = rcm.ImageModel.create_fake_data(shape=(20, 40))
    model.meta.wcs = wcs
    return model


def test_the_wcs_of_an_image_is_taken_out(with_wcs: Any) -> None:
    made = rcm.WfiWcsModel.from_model_with_wcs(with_wcs)
    assert made.wcs_l2 is not with_wcs.meta.wcs
    assert np.allclose(made.wcs_l2(3, 5), with_wcs.meta.wcs(3, 5))
    assert np.allclose(made.wcs_l1(7, 9), with_wcs.meta.wcs(3, 5))
    assert made.wcs_l1.bounding_box == ((-0.5, 47.5), (-0.5, 27.5))
    assert made.meta.instrument.detector == with_wcs.meta.instrument.detector
    assert made.meta.instrument is not with_wcs.meta.instrument
    assert with_wcs.meta.wcs.available_frames == ["detector", "CelestialFrame"]


def test_the_wcs_alone_is_the_peers(with_wcs: Any, tmp_path: Path) -> None:
    path = with_wcs.save(tmp_path / "image.asdf")
    with peer.open(path) as image:
        theirs = peer.WfiWcsModel.from_model_with_wcs(image, l1_border=2)
        ours = rcm.WfiWcsModel.from_model_with_wcs(with_wcs, l1_border=2)
        assert set(ours.meta) == set(theirs.meta)
        for name in ("wcs_l1", "wcs_l2"):
            assert np.allclose(ours[name](3, 5), theirs[name](3, 5))
            assert ours[name].bounding_box.bounding_box() == theirs[name].bounding_box.bounding_box()


def test_an_image_without_wcs_gives_none(with_wcs: Any) -> None:
    made = rcm.WfiWcsModel.from_model_with_wcs(rcm.ImageModel.create_fake_data({"meta": {"wcs": None}}))
    assert "wcs_l1" not in made


def test_another_model_is_refused() -> None:
    with pytest.raises(rcm.SourceTypeError, match="made of an ImageModel, not of RampModel"):
        rcm.WfiWcsModel.from_model_with_wcs(rcm.RampModel.create_fake_data())
