"""Files that old releases of ``roman_datamodels`` wrote, each with what its own release reads from it.

They are made by ``python -m tools.old_files``; see ``tests/data/old_writers/README.rst``.
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
from astropy import units

import roman_cal_models as rcm
from roman_cal_models.errors import format_path
from roman_cal_models.nodes.object_node import ObjectNode
from roman_cal_models.schema import installed, retired_tags
from tests.peer import header_text, roman_tags
from tools.old_files import DATA
from tools.old_files.checking import README, files, readme, rows
from tools.old_files.making import PROVENANCE
from tools.old_files.releases import RELEASES
from tools.old_files.witness import leaves

FILES = files()
IDS = [f"{path.parent.name}-{path.stem}" for path, _ in FILES]
EACH = pytest.mark.parametrize(("path", "expected"), FILES, ids=IDS)

FILE_SAYS = ("roman.meta.filename", "roman.meta.file_date")
"""What every save sets anew."""


def old(name: str) -> Path:
    return DATA / f"{name}.asdf"


def test_there_are_files_of_every_release() -> None:
    assert {path.parent.name for path, _ in FILES} == {release.version for release in RELEASES}
    assert len(FILES) == len(list(DATA.rglob("*.asdf")))


def test_every_file_says_what_wrote_it() -> None:
    for release in RELEASES:
        provenance = json.loads((DATA / release.version / PROVENANCE).read_text())
        assert provenance["versions"]["roman_datamodels"] == release.version
        assert provenance["versions"]["rad"] == release.rad
        assert provenance["requirements"] == list(release.requirements)
        assert provenance["command"] == f"python -m tools.old_files {release.version}"


def test_the_set_is_small() -> None:
    assert sum(path.stat().st_size for path in DATA.rglob("*.*")) < 3_100_000


@EACH
def test_a_file_has_the_content_that_its_release_reads(path: Path, expected: dict[str, Any]) -> None:
    with rcm.open(path) as model:
        assert leaves(model.node) == expected
        assert model.tag == model.node.tag


@EACH
def test_its_header_alone_has_the_same_content(path: Path, expected: dict[str, Any]) -> None:
    header = path.read_bytes().partition(b"\n...\n")[0] + b"\n...\n"
    for source in (path, header):
        found = leaves(rcm.read_header(source).node, read=_read)
        blocks = {name for name, leaf in found.items() if leaf == {"object": "_InBlocks"}}
        for name, leaf in found.items():
            if name in blocks:
                assert any(other == name or other.startswith((f"{name}.", f"{name}[")) for other in expected)
            elif isinstance(leaf, dict) and leaf.keys() == {"dtype", "shape"}:
                assert leaf == {key: expected[name][key] for key in ("dtype", "shape")}
            else:
                assert leaf == expected[name]
        assert {name for name in expected if not name.startswith(tuple(blocks))} == found.keys() - blocks


@EACH
def test_it_is_saved_as_it_is_or_every_problem_is_told(path: Path, expected: dict[str, Any], tmp_path: Path) -> None:
    target = tmp_path / path.name
    with rcm.open(path) as model:
        problems = model.problems()
        if problems:
            with pytest.raises(rcm.ValidationError) as caught:
                model.save(target)
            assert not target.exists()
            told = {problem.path for problem in caught.value.problems}
            # what is checked is the name that the file would have had
            assert told ^ {problem.path for problem in problems} <= {("meta", "filename")}
            assert all(place and format_path(place) in str(caught.value) for place in told)
            return
        model.save(target)
    assert roman_tags(target) == roman_tags(path)
    with rcm.open(target) as again:
        assert _content(leaves(again.node)) == _content(expected)


@pytest.mark.newest_rad
@pytest.mark.once
def test_who_reads_them_is_written_beside_them() -> None:
    assert README.read_text() == readme(list(rows()))


# -- tags that RAD has given up --------------------------------------------------------------------------------------


def test_tags_that_rad_has_given_up_are_in_no_manifest() -> None:
    assert not {*retired_tags.RENAMED, *retired_tags.GONE} & {
        tag for manifest in installed().store.manifests for tag in manifest.schema_uris
    }
    assert all(uri in installed().store for uri in (*retired_tags.RENAMED.values(), *retired_tags.FILES.values()))


def test_each_of_them_is_in_a_file() -> None:
    text = "".join(header_text(path) for path, _ in FILES)
    assert [
        tag for tag in (*retired_tags.RENAMED, *retired_tags.FILES, *retired_tags.GONE) if f"!<{tag}>" not in text
    ] == []


def test_the_steps_of_the_first_files_are_those_of_an_image() -> None:
    with rcm.open(old("0.14.2/ImageModel")) as model:
        steps: Any = model.meta.cal_step
        assert type(steps) is rcm.L2CalStep
        assert steps.tag == "asdf://stsci.edu/datamodels/roman/tags/cal_step-1.0.0"
        with pytest.raises(rcm.ValidationError, match="flat_field"):
            steps.flat_field = "NONSENSE"


def test_a_section_without_a_schema_is_a_node_that_keeps_its_tag() -> None:
    with rcm.open(old("0.14.2/ImageModel")) as model:
        aperture: Any = model.meta.aperture
        assert type(aperture) is ObjectNode
        assert aperture.tag == "asdf://stsci.edu/datamodels/roman/tags/aperture-1.0.0"
        assert aperture.name == aperture["name"]
        aperture.name = "WFI_01_FULL"
        assert model.meta.aperture.name == "WFI_01_FULL"


def test_a_text_without_a_schema_keeps_its_tag_through_a_file(tmp_path: Path) -> None:
    import copy
    import pickle

    # a reference file is valid still, whatever it says of its telescope's software
    with rcm.open(old("0.14.2/ImageModel")) as model:
        text: Any = model.meta.prd_software_version
        tag = "asdf://stsci.edu/datamodels/roman/tags/prd_software_version-1.0.0"
        assert (text, text.tag, text.schema_uri, text.version) == (str(text), tag, None, "1.0.0")
        for twin in (copy.copy(text), copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
            assert (twin, twin.tag) == (text, tag)
    new = rcm.FlatRefModel.create_fake_data(shape=(2, 2))
    new.meta["prd_software_version"] = text
    assert f"prd_software_version: !<{tag}> {text}" in header_text(new.save(tmp_path / "flat.asdf"))


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("0.14.2/InverseLinearityRefModel", rcm.InverselinearityRefModel),
        ("0.19.2/SourceCatalogModel", rcm.ImageSourceCatalogModel),
    ],
)
def test_a_file_of_a_renamed_kind_opens_as_what_it_is_called_now(name: str, cls: type[rcm.DataModel]) -> None:
    with rcm.open(old(name)) as model:
        assert type(model) is cls
        assert model.tag in header_text(old(name))
        assert rcm.read_header(old(name)).model_type == cls.__name__
        assert rcm.identify(old(name)).model_type == cls.__name__


@pytest.mark.parametrize("ours", [True, False], ids=["by our classes", "by the peer's"])
@pytest.mark.parametrize("name", ["0.14.2/ImageModel", "0.19.2/SourceCatalogModel"])
def test_a_file_that_asdf_has_opened_has_the_same_content(name: str, ours: bool) -> None:
    expected = next(leaf for path, leaf in FILES if path == old(name))
    with warnings.catch_warnings(), asdf.config_context() as config:
        config.validate_on_read = False  # as in asdf 6
        # asdf tells of tags that it does not know, and of extensions for newer versions of its standard
        warnings.simplefilter("ignore", asdf.exceptions.AsdfWarning)
        with asdf.open(old(name), extensions=rcm.get_asdf_extensions() if ours else None) as file:
            model = rcm.open(file)
            assert leaves(model.node) == expected
            assert model.tag in header_text(old(name))


def test_a_tag_that_is_newer_than_the_schemas_is_kept_and_told_once(tmp_path: Path) -> None:
    path = tmp_path / "ImageModel.asdf"
    tag = "asdf://stsci.edu/datamodels/roman/tags/aperture-9.0.0"
    path.write_bytes(old("0.18.0/ImageModel").read_bytes().replace(b"tags/aperture-1.0.0", b"tags/aperture-9.0.0"))
    with pytest.warns(rcm.NewerVersionWarning, match=rf"{tag} is not known .* kept as it is.* pip install --upgrade"):
        model: Any = rcm.open(path)
        assert model.meta.aperture.tag == tag
    model.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with rcm.open(path) as again:
            assert again.meta.aperture == model.meta.aperture


# -- what older libraries wrote otherwise ----------------------------------------------------------------------------


UNIT = "magunit-1.0.0> {unit:"
"""How asdf-astropy wrote magnitudes and the like before its release 0.10."""


def test_a_catalogue_with_units_as_older_libraries_wrote_them_is_valid_and_saved(tmp_path: Path) -> None:
    path = old("0.26.0/ImageSourceCatalogModel")
    assert UNIT in header_text(path)
    with rcm.open(path) as model:
        assert model.problems() == []
    with rcm.open(path) as model:
        target = model.save(tmp_path / path.name)
    assert UNIT not in header_text(target)


def test_a_closed_catalogue_is_asked_as_it_stands_in_the_file() -> None:
    model = rcm.open(old("0.26.0/ImageSourceCatalogModel"))
    model.close()
    assert {problem.path[0] for problem in model.problems()} == {"source_catalog"}


# -- upgrade ---------------------------------------------------------------------------------------------------------


def test_an_image_of_the_first_releases_becomes_valid() -> None:
    with rcm.open(old("0.18.0/ImageModel")) as model:
        meta: Any = model.meta
        guide_star = dict(meta.guidestar)
        with rcm.config(validate_assignment="off"):
            # the release's own made-up words are longer than today's schemas allow, or not among their words
            meta.ephemeris.ephemeris_reference_frame = "EME2000"
            meta.observation.visit_file_activity = "01"
            meta.program.category = "CAL"
            meta.wcsinfo.vparity = -1
            for name in ("data", "err", "var_poisson", "var_rnoise", "var_flat"):
                model[name] = model[name].value * (units.DN / units.s) ** (2 if "var" in name else 1)
        new: Any = model.upgrade()
    assert new.problems() == []
    assert new.meta.observation.program == -999999
    assert new.meta.guide_star.guide_window_id == guide_star["gw_id"]
    assert new.meta.guide_star.window_xstop == guide_star["gw_window_xstop"]
    assert new.meta.cal_step.flux == "INCOMPLETE"
    assert ("meta", "cal_step", "flux") in {change.path for change in new.assumed}
    assert np.array_equal(new.data, model["data"].value)


def test_no_tag_that_rad_has_given_up_is_left_by_an_upgrade(tmp_path: Path) -> None:
    with rcm.open(old("0.14.2/FlatRefModel")) as model:
        model.node["extra"] = rcm.open(old("0.14.2/ImageModel")).meta["aperture"]
        model.node["software"] = rcm.open(old("0.14.2/ImageModel")).meta["prd_software_version"]
        assert set(retired_tags.GONE) & set(re.findall("!<(.*?)>", header_text(model.save(tmp_path / "flat.asdf"))))
        new = model.upgrade()
        saved = header_text(new.save(tmp_path / "new.asdf"))
    assert not set(retired_tags.GONE) & set(re.findall("!<(.*?)>", saved))
    assert (new.node["extra"], new.node["software"]) == (model.node["extra"], model.node["software"])


def test_a_quantity_of_another_kind_stays_and_is_told() -> None:
    with rcm.open(old("0.14.2/ImageModel")) as model:
        new = model.upgrade()
        assert new["data"].unit == units.electron / units.s
        assert ("data",) in {problem.path for problem in new.problems()}


def test_what_nobody_can_tell_of_a_reference_file_is_refused() -> None:
    with (
        rcm.open(old("0.14.2/DarkRefModel")) as model,
        pytest.raises(rcm.UpgradeError, match="dark_slope, dark_slope_error are required"),
    ):
        model.upgrade()


class _InBlocks:
    """Stands for what a header does not hold."""


def _read(container: Any, key: Any) -> Any:
    try:
        return container[key]
    except rcm.NeedsBlocks:
        return _InBlocks()


def _content(found: dict[str, Any]) -> dict[str, Any]:
    return {name: leaf for name, leaf in found.items() if name not in FILE_SAYS}
