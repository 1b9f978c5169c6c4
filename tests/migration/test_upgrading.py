"""Every older tag of a kind of files that is still written becomes a valid model of the newest version."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
import roman_datamodels
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.changes import Change
from roman_cal_models.migration.assumptions import ASSUMPTIONS
from roman_cal_models.migration.catalogs import RENAMED
from roman_cal_models.migration.moves import MOVES
from roman_cal_models.nodes.equality import equal_values
from roman_cal_models.schema import installed
from tests.peer import FILE_SAYS, TAGS, WriteFile, differences, our_class, peer_file, peer_tree, short
from tools.old_files import DATA
from tools.tags.checking import all_tags, is_upgradable

__all__ = ["peer_file"]

OLD = [tag for tag in all_tags() if is_upgradable(tag)]
SHAPE = (3, 3, 3)


def fake(tag: str) -> Any:
    return our_class(tag).create_fake_data(tag=tag, shape=SHAPE)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield every value with its path, columns of a table included; empty sections are values."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif hasattr(value, "colnames"):
        for name in value.colnames:
            yield (*path, name), np.asarray(value[name])
    else:
        yield path, value


@pytest.mark.newest_rad
def test_there_are_as_many_old_tags_as_rad_has() -> None:
    assert len(OLD) == 258


@pytest.mark.parametrize("tag", OLD, ids=short)
def test_every_old_tag_becomes_valid_and_nothing_is_invented(tag: str) -> None:
    model = fake(tag)
    before = copy.deepcopy(model.node)
    new = model.upgrade()
    assert new.problems() == []
    assert type(new) is type(model)
    assert new.tag == new._node_type._default_tag
    assert model.node == before
    told = {change.path for change in new._history}
    old_leaves = dict(leaves(before))
    for path, value in leaves(new.node):
        if path not in told:
            assert path in old_leaves, f"{path} comes from nowhere"
            assert equal_values(value, old_leaves[path]), path
    moved = {tuple(each.old.split(".")) for each in MOVES} | {("source_catalog", name) for name in RENAMED}
    assert old_leaves.keys() - dict(leaves(new.node)).keys() <= moved


@pytest.mark.parametrize(
    "tag", [TAGS + "wfi_image-1.0.0", TAGS + "wfi_mosaic-1.0.0", TAGS + "image_source_catalog-1.4.0"]
)
def test_a_file_of_the_peer_is_upgraded_and_read_by_it(tag: str, peer_file: WriteFile, tmp_path: Path) -> None:
    with rcm.open(peer_file(tag)) as model:
        new = rcm.upgrade(model)
        path = new.save(tmp_path / "new.asdf")
        assert model.tag == tag
        with roman_datamodels.open(path) as theirs, rcm.open(path) as again:
            assert differences(peer_tree(theirs), again.node) == []
            # NaN has a sign, which a header does not tell
            assert differences(new.node, again.node, ignore=(*FILE_SAYS, ".chisq", ".dumo")) == []
            assert again.problems() == []
    with asdf.open(path) as file:
        entries = [entry["description"] for entry in file.get_history_entries()]
    assert entries == [str(change) for change in new._history]
    assert len(new.assumed) > 3


def test_a_file_is_given_by_its_path(peer_file: WriteFile) -> None:
    with rcm.upgrade(peer_file(TAGS + "wfi_image-1.0.0")) as new:
        assert new.problems() == []
        assert new.data.shape == (8, 8)


def test_what_is_new_already_is_given_back_equal() -> None:
    model = rcm.ImageModel.create_fake_data(shape=SHAPE)
    new = model.upgrade()
    assert new.node == model.node
    assert new._history == () == new.assumed


def test_an_upgrade_can_stop_on_the_way() -> None:
    model = rcm.ImageModel.create_fake_data(version="1.0.0", shape=SHAPE)
    new = model.upgrade("1.4.0")
    assert new.tag == TAGS + "wfi_image-1.4.0"
    assert new.problems() == []
    assert new.upgrade().problems() == []
    assert len(new.assumed) < len(model.upgrade().assumed)


def test_there_is_no_way_back() -> None:
    model = rcm.ImageModel.create_fake_data(shape=SHAPE)
    with pytest.raises(rcm.UpgradeError, match=r"newer than .*wfi_image-1\.0\.0: a model cannot go back"):
        model.upgrade("1.0.0")
    with pytest.raises(rcm.SchemaNotFoundError, match=r"ImageModel has no version '9\.0\.0'\. There are 1\.0\.0"):
        model.upgrade("9.0.0")


def test_what_is_missing_although_the_old_version_asked_for_it_is_not_made_up() -> None:
    model = rcm.ImageModel.create_fake_data(version="1.0.0", shape=SHAPE)
    del model.meta.exposure.exposure_time
    del model.meta.program
    with pytest.raises(rcm.UpgradeError, match=r"meta\.program is required by the newer version"):
        model.upgrade()


def test_what_is_assumed_is_told_with_its_reason() -> None:
    assumed = rcm.ImageModel.create_fake_data(version="1.0.0", shape=SHAPE).upgrade().assumed
    (moved,) = [change for change in assumed if change.path == ("meta", "exposure", "hga_move")]
    assert moved == Change("assumed", moved.path, False, moved.reason)
    assert str(moved).startswith("meta.exposure.hga_move is assumed: false (older files do not tell")


def test_what_a_mosaic_told_elsewhere_is_moved() -> None:
    model: Any = rcm.MosaicModel.create_fake_data(version="1.0.0", shape=SHAPE)
    model.meta.basic.time_first_mjd = 61000.25
    model.meta.basic.visit = 7
    model.meta.basic.optical_element = "F158"
    model.meta.wcsinfo.pixel_scale = 1.0
    model.meta.wcsinfo.pixel_scale_local = 2.0
    model.meta.wcsinfo.orientat = 3.0
    model.meta.wcsinfo.orientat_local = 4.0
    new: Any = model.upgrade()
    assert new.meta.coadd_info.time_first == Time("2025-11-21T06:00:00")
    assert new.meta.coadd_info.time_last == Time("1970-01-01T00:00:00")
    assert new.meta.observation.visit == 7
    assert new.meta.instrument.optical_element == "F158"
    wcsinfo = new.meta.wcsinfo
    assert (wcsinfo.pixel_scale_ref, wcsinfo.pixel_scale) == (1.0, 2.0)
    assert (wcsinfo.orientation_ref, wcsinfo.orientation) == (3.0, 4.0)
    assert model.meta.wcsinfo.pixel_scale == 1.0


@pytest.mark.parametrize(
    ("sequence", "parallel", "kind"), [(1, False, "derived"), (2, True, "derived"), (-999999, False, "assumed")]
)
def test_a_parallel_observation_is_told_by_its_sequence(sequence: int, parallel: bool, kind: str) -> None:
    model: Any = rcm.ScienceRawModel.create_fake_data(version="1.4.0", shape=SHAPE)
    model.meta.observation.visit_file_sequence = sequence
    new: Any = model.upgrade()
    assert new.meta.observation.wfi_parallel is parallel
    assert [c.kind for c in new._history if c.path == ("meta", "observation", "wfi_parallel")] == [kind]


def test_an_array_is_converted_and_the_others_are_shared() -> None:
    model: Any = rcm.ImageModel.create_fake_data(version="1.0.0", shape=SHAPE)
    model.err[:] = 1.5
    new: Any = model.upgrade()
    assert new.err.dtype == np.float16
    assert (new.err == 1.5).all()
    assert new.data is model.data
    assert model.err.dtype == np.float32


def test_columns_are_renamed_and_added() -> None:
    from astropy.table import Table

    model: Any = rcm.ImageSourceCatalogModel.create_fake_data(version="1.4.0")
    columns = model.create_empty_catalog(aperture_radii=[2, 4])
    units = {name: columns[name].unit for name in columns.colnames if columns[name].unit is not None}
    model.source_catalog = Table({name: np.ones(3, columns[name].dtype) for name in columns.colnames}, units=units)
    new: Any = model.upgrade()
    assert new.problems() == []
    table = new.source_catalog
    assert "flagged_spatial_id" in table.colnames
    assert "flagged_spatial_index" not in table.colnames
    assert np.isnan(table["dust_ebv"]).all()
    assert ("source_catalog", "dust_ebv") in {change.path for change in new.assumed}
    assert "flagged_spatial_index" in model.source_catalog.colnames


def test_an_upgraded_model_can_be_copied_and_pickled() -> None:
    import pickle

    new = rcm.RampModel.create_fake_data(version="1.0.0", shape=SHAPE).upgrade()
    assert pickle.loads(pickle.dumps(new)).assumed == new.assumed
    assert new.copy().assumed == new.assumed


@pytest.mark.newest_rad
def test_every_declaration_is_used() -> None:
    # no declaration is for a later version only, but for the one of a step that came with ramp 1.7
    oldest = [tag for tag in OLD if tag.endswith("-1.0.0") or tag.endswith("/ramp-1.6.0")]
    changes = [change for tag in oldest for change in fake(tag).upgrade()._history]
    # before 0.23, RAD changed schemas under their versions
    for name in ("0.14.2/GuidewindowModel", "0.14.2/ImageModel"):
        with rcm.open(DATA / f"{name}.asdf") as old:
            changes += old.upgrade()._history
    names = {".".join(str(part) for part in change.path) for change in changes}
    idle = [
        path
        for each in ASSUMPTIONS
        for path in each.paths
        if not any(fnmatch(name, path) or name.startswith(f"{path}.") for name in names)
    ]
    assert idle == []


def test_the_schemas_know_every_place_that_is_moved_to() -> None:
    known = {
        (*parts, name)
        for tag in installed().store.newest_manifest.schema_uris
        for parts, name in _properties(our_class(tag).create_minimal(tag=tag).node)
    }
    assert [each.new for each in MOVES if tuple(each.new.split(".")) not in known] == []


def _properties(node: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    for name in node.schema_properties():
        yield (), name
        place = node._place(name)
        if place is not None and place.object is not None and name == "meta":
            for section, inner in place.object.properties.items():
                yield (name,), section
                for leaf in inner.object.properties if inner.object is not None else ():
                    yield (name, section), leaf
