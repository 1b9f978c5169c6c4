"""The store: which document stands under a URI, and what the manifests say."""

from __future__ import annotations

import sys
import warnings
from importlib import metadata
from pathlib import Path

import pytest
import rad

from roman_cal_models import NewerVersionWarning, SchemaError, SchemaNotFoundError
from roman_cal_models.schema import retired_tags, uris
from roman_cal_models.schema.store import Store, rad_folder, store
from tests.schema.making import schema_uri, tag_uri, write_manifest, write_schemas

BASE = "asdf://stsci.edu/datamodels/roman"
CAL_STEP = f"{BASE}/schemas/meta/l2_cal_step-1.0.0"


def test_our_own_schemas_win(repository: Path) -> None:
    assert store().load(CAL_STEP)["id"] == CAL_STEP
    assert store()._file(CAL_STEP).read_bytes() == (repository / "schemas/meta/l2_cal_step-1.0.0.yaml").read_bytes()


def test_what_we_do_not_ship_is_rad_s() -> None:
    uri = f"{BASE}/schemas/meta/l2_cal_step-2.0.0"
    assert Path(rad.__file__).parent in store()._file(uri).parents


def test_an_earlier_folder_wins(tmp_path: Path) -> None:
    folders = [(BASE, tmp_path / name) for name in ("one", "two")]
    for _, folder in folders:
        _write(folder / "schemas/a-1.0.0.yaml", f"id: {folder.name}")
    assert Store(folders).load(f"{BASE}/schemas/a-1.0.0") == {"id": "one"}


def test_a_document_is_parsed_once() -> None:
    assert store().load(CAL_STEP) is store().load(CAL_STEP)


def test_a_schema_of_asdf_is_found() -> None:
    assert store().load("http://stsci.edu/schemas/asdf/time/time-1.1.0")["title"]


def test_a_schema_of_asdf_is_not_of_this_store() -> None:
    assert CAL_STEP in store()
    assert "http://stsci.edu/schemas/asdf/time/time-1.1.0" not in store()


def test_a_schema_that_is_not_installed_is_told() -> None:
    uri = f"{BASE}/schemas/meta/l2_cal_step-9.0.0"
    with pytest.raises(SchemaNotFoundError) as caught:
        store().load(uri)
    assert str(caught.value) == f"no schema is installed under {uri}"


def test_versions_are_listed_oldest_first(tmp_path: Path) -> None:
    for version in ("1.10.0", "1.9.0", "1.2.0"):
        _write(tmp_path / f"schemas/meta/a-{version}.yaml", "{}")
    versions = Store([(BASE, tmp_path)]).versions("meta/a")
    assert [uri.version for uri in versions] == ["1.2.0", "1.9.0", "1.10.0"]


def test_a_version_in_two_folders_is_listed_once() -> None:
    versions = store().versions("meta/l2_cal_step")
    assert len(versions) == len(set(versions))
    assert versions[0].version == "1.0.0"


def test_a_family_that_does_not_exist_has_no_versions() -> None:
    assert store().versions("meta/bananas") == ()


def test_drafts_that_rad_does_not_register_are_left_out() -> None:
    assert not [uri for uri in store().schema_uris() if uri.family.startswith("SSC/")]


def test_every_schema_says_its_own_uri() -> None:
    for uri in set(store().schema_uris()):
        assert store().load(str(uri))["id"] == str(uri)


# -- manifests -------------------------------------------------------------------------------------------------------


def test_manifests_in_use_come_first_newest_first_then_the_static_ones() -> None:
    manifests = store().manifests
    static = [manifest.is_static for manifest in manifests]
    assert static == sorted(static)
    for kind in (False, True):
        numbers = [manifest.uri.numbers for manifest in manifests if manifest.is_static is kind]
        assert numbers == sorted(numbers, reverse=True)
    assert not store().newest_manifest.is_static


@pytest.mark.newest_rad
def test_the_newest_manifest_has_41_tags() -> None:
    assert store().newest_manifest.uri.short == "datamodels-2.2.0"
    assert len(store().newest_manifest.schema_uris) == 41


@pytest.mark.newest_rad
def test_all_manifests_together_have_401_tags_of_112_families() -> None:
    tags = {tag for manifest in store().manifests for tag in manifest.schema_uris}
    assert len(store().manifests) == 16
    assert len(tags) == 401
    assert len({uris.parse(tag).family for tag in tags}) == 112


def test_every_tag_has_a_schema_that_is_installed() -> None:
    for manifest in store().manifests:
        for tag, uri in manifest.schema_uris.items():
            assert uri in store()
            assert store().schema_of(tag) == uri


def test_the_manifest_of_a_tag_is_the_newest_that_knows_it() -> None:
    for manifest in reversed(store().manifests):
        for tag in manifest.schema_uris:
            newest = next(each for each in store().manifests if tag in each.schema_uris)
            assert store().manifest_of(tag) is newest


def test_the_schema_of_a_tag_may_be_called_otherwise() -> None:
    assert store().schema_of(f"{BASE}/tags/telescope-1.0.0") == f"{BASE}/schemas/tagged_scalars/telescope-1.0.0"


def test_the_tag_of_a_schema_is_the_manifest_s() -> None:
    assert store().tag_of(f"{BASE}/schemas/l2_cal_step-1.0.0") == f"{BASE}/tags/l2_cal_step-1.0.0"


def test_a_fragment_has_no_tag_in_a_manifest() -> None:
    assert store().tag_of(CAL_STEP) is None
    assert store().schema_of(f"{BASE}/tags/meta/l2_cal_step-1.0.0") is None


def test_the_node_of_a_fragment_is_known_by_the_tag_that_follows_from_its_schema() -> None:
    assert store().schema_of_node(f"{BASE}/tags/meta/l2_cal_step-1.0.0") == CAL_STEP


@pytest.mark.parametrize(
    "tag",
    [
        "tag:stsci.edu:asdf/time/time-1.4.0",
        "tag:stsci.edu:gwcs/wcs-1.4.0",
        f"{BASE}/tags/bananas-1.0.0",
        "asdf://example.org/tags/thing-1.0.0",
    ],
)
def test_the_tag_of_a_foreign_object_is_no_node_s(tag: str) -> None:
    assert store().schema_of_node(tag) is None


@pytest.mark.parametrize("tag", ["asdf://example.org/tags/thing", "asdf://example.org/tags/thing-1.*", "asdf:///tags/"])
def test_a_strange_tag_in_a_file_is_no_node_s(tag: str) -> None:
    assert store().schema_of_node(tag) is None


def test_a_uri_does_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    _write(tmp_path / "schemas/a-1.0.0.yaml", "{}")
    _write(tmp_path / "outside-1.0.0.yaml", "{}")
    installed = Store([(BASE, tmp_path)])
    assert f"{BASE}/schemas/a-1.0.0" in installed
    assert f"{BASE}/schemas/../outside-1.0.0" not in installed


def test_a_rad_without_manifests_is_told(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"holds no manifest: pip install --force-reinstall rad"):
        _ = Store([(BASE, tmp_path)]).manifests


def test_a_rad_without_schemas_is_told(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="the installed rad holds no schemas under"):
        rad_folder(tmp_path)


def test_a_rad_that_is_too_old_is_told(tmp_path: Path) -> None:
    _write(tmp_path / "resources/schemas/a-1.0.0.yaml", "{}")
    _write(tmp_path / "resources/manifests/datamodels-2.0.0.yaml", "{}")
    with pytest.raises(SchemaError, match=r"older than 1\.1, .*: pip install --upgrade rad roman-cal-models"):
        rad_folder(tmp_path)


@pytest.mark.parametrize(
    ("missing", "name", "distribution"),
    [("rad", "rad", "rad"), ("roman_cal_models.schemas", "roman_cal_models.schemas", "roman-cal-models")],
)
def test_schemas_that_are_not_installed_at_all_are_told(
    missing: str, name: str, distribution: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)  # type: ignore[arg-type]
    with pytest.raises(SchemaError) as caught:
        store.__wrapped__()
    assert str(caught.value) == (f"the package {name} is not installed: pip install --force-reinstall {distribution}")


# -- folders of others -----------------------------------------------------------------------------------------------

THIRD = "asdf://example.org/third"


@pytest.fixture
def third(tmp_path: Path) -> Path:
    """Return a folder of a third party, with two versions of a thing and a fragment."""
    folder = tmp_path / "third"
    write_schemas(folder, {"thing-1.0.0": {}, "thing-1.1.0": {}, "meta/part-1.0.0": {}}, THIRD)
    write_manifest(folder, {"thing-1.0.0": "thing-1.0.0"}, "third-9.0.0", THIRD)
    write_manifest(folder, {"thing-1.0.0": "thing-1.0.0", "thing-1.1.0": "thing-1.1.0"}, "third-9.1.0", THIRD)
    write_manifest(folder, {"old-1.0.0": "thing-1.0.0"}, "static-9.2.0", THIRD)
    return folder


def test_a_store_with_one_more_folder_is_another_store(third: Path) -> None:
    with_third = store().with_folder(THIRD, third)
    assert (store().bases, with_third.bases) == ((BASE,), (BASE, THIRD))
    assert (store().registered, with_third.registered) == ([], [(THIRD, third)])
    assert schema_uri("thing-1.0.0", THIRD) in with_third
    assert schema_uri("thing-1.0.0", THIRD) not in store()
    assert [uri.version for uri in with_third.versions("thing", base=THIRD)] == ["1.0.0", "1.1.0"]
    assert with_third.versions("thing") == ()
    assert with_third.newest_manifest is not store().newest_manifest
    assert with_third.newest_manifest.uri == store().newest_manifest.uri


def test_manifests_of_rad_come_before_all_others(third: Path) -> None:
    manifests = store().with_folder(THIRD, third).manifests
    assert [manifest.uri.short for manifest in manifests[-3:]] == ["third-9.1.0", "third-9.0.0", "static-9.2.0"]
    assert {manifest.uri.base for manifest in manifests[:-3]} == {BASE}
    assert [manifest.is_static for manifest in manifests[-3:]] == [False, False, True]
    assert manifests[-3].extension_uri == f"{THIRD}/extensions/third-9.1.0"


def test_the_newest_manifest_that_knows_a_tag_or_a_schema_counts(third: Path) -> None:
    installed = store().with_folder(THIRD, third)
    thing, old = tag_uri("thing-1.0.0", THIRD), tag_uri("old-1.0.0", THIRD)
    assert installed.manifest_of(thing).uri.version == "9.1.0"
    assert installed.manifest_of(old).uri.family == "static"
    # the schema of both is bound by the newer manifest to the newer tag
    assert installed.tag_of(schema_uri("thing-1.0.0", THIRD)) == thing
    assert installed.manifest_of(tag_uri("thing-7.0.0", THIRD)) is None


def test_a_manifest_under_rads_authority_is_not_its_newest(tmp_path: Path) -> None:
    write_schemas(tmp_path, {"CCSP/TEAM/team_thing-1.0.0": {}}, BASE)
    write_manifest(tmp_path, {"CCSP/TEAM/team_thing-1.0.0": "CCSP/TEAM/team_thing-1.0.0"}, "CCSP/TEAM-9.0.0", BASE)
    installed = store().with_folder(BASE, tmp_path)
    assert installed.newest_manifest.uri == store().newest_manifest.uri
    assert installed.manifests[-1].is_registered
    assert installed.bases == store().bases


def test_tags_of_a_family_are_told_oldest_first(third: Path) -> None:
    installed = store().with_folder(THIRD, third)
    assert [str(uri) for uri in installed.newest_tags("thing", base=THIRD)] == [
        tag_uri("thing-1.0.0", THIRD),
        tag_uri("thing-1.1.0", THIRD),
    ]
    assert installed.newest_tags("thing") == installed.newest_tags("meta/part", base=THIRD) == ()
    images = [uri.numbers for uri in store().newest_tags("wfi_image")]
    assert images == sorted(images)
    assert (1, 0, 0) in images


def test_a_folder_that_is_added_is_known_from_then_on(third: Path) -> None:
    own = store().home_of(CAL_STEP)
    assert own is not None
    installed = Store([(BASE, own), (BASE, Path(rad.__file__).parent / "resources")])
    thing = schema_uri("thing-1.0.0", THIRD)
    tag, old = tag_uri("thing-1.1.0", THIRD), tag_uri("thing-1.0.0", THIRD)
    # whatever was asked before
    assert thing not in installed
    assert CAL_STEP in installed
    assert installed.versions("thing", base=THIRD) == ()
    assert len(installed.manifests) == len(store().manifests)
    assert (installed.manifest_of(tag), installed.schema_of_node(tag), installed.tag_of(thing)) == (None, None, None)
    installed.add_folder(THIRD, third)
    assert thing in installed
    assert CAL_STEP in installed
    assert len(installed.versions("thing", base=THIRD)) == 2
    assert len(installed.manifests) == len(store().manifests) + 3
    assert installed.manifest_of(tag) is not None
    assert installed.schema_of_node(tag) == schema_uri("thing-1.1.0", THIRD)
    assert installed.tag_of(thing) == old


def test_only_uris_of_its_authority_are_of_a_folder(third: Path) -> None:
    installed = Store([(THIRD, third)])
    assert f"{THIRD}-too/schemas/thing-1.0.0" not in installed
    assert f"{THIRD}/schemas/thing-1.0.0" in installed
    for path in ("schemas/thing-1.0.0", str(third / "schemas/thing-1.0.0")):
        assert path not in installed


def test_drafts_of_rad_are_no_drafts_elsewhere(tmp_path: Path) -> None:
    write_schemas(tmp_path, {"SSC/a-1.0.0": {}, "other/SSC/a-1.0.0": {}, "SSC_b-1.0.0": {}}, THIRD)
    assert [uri.family for uri in Store([(THIRD, tmp_path)]).schema_uris()] == ["SSC_b", "other/SSC/a"]


# -- tags that no manifest knows -------------------------------------------------------------------------------------


def mission(folder: Path) -> Store:
    """Return a store of RAD's authority with a few versions of two families, one of them of fragments."""
    versions = ("1.0.0", "1.2.0", "1.10.0", "2.0.0")
    write_schemas(folder, {f"thing-{n}": {} for n in versions} | {f"meta/part-{n}": {} for n in versions[1:]}, BASE)
    # version 1.2.0 is bound to the schema of another
    tags = {"thing-1.0.0": "thing-1.0.0", "thing-1.2.0": "thing-1.10.0", "thing-2.0.0": "thing-2.0.0"}
    write_manifest(folder, tags, base=BASE)
    return Store([(BASE, folder)])


@pytest.mark.parametrize(
    ("tag", "nearest"),
    [
        ("thing-1.5.0", "thing-1.10.0"),
        ("thing-1.99.0", "thing-1.10.0"),
        ("thing-1.1.0", "thing-1.0.0"),
        ("thing-2.0.1", "thing-2.0.0"),
        ("thing-1.0", "thing-1.0.0"),
        ("meta/part-1.3.0", "meta/part-1.2.0"),
        ("meta/part-1.11.0", "meta/part-1.10.0"),
        ("meta/part-1.0.0", "meta/part-1.2.0"),
    ],
)
def test_a_tag_of_an_unknown_version_is_read_by_the_nearest(tag: str, nearest: str, tmp_path: Path) -> None:
    installed = mission(tmp_path)
    with pytest.warns(NewerVersionWarning) as caught:
        assert installed.schema_of_node(tag_uri(tag, BASE)) == schema_uri(nearest, BASE)
    assert [str(warning.message) for warning in caught] == [
        f"{tag_uri(tag, BASE)} is not known to the installed rad {metadata.version('rad')}: {nearest} is used for it. "
        "To update: pip install --upgrade rad roman-cal-models"
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert installed.schema_of_node(tag_uri(tag, BASE)) == schema_uri(nearest, BASE)
        assert installed.is_node(tag_uri(tag, BASE))


def test_a_tag_of_a_third_party_is_read_by_the_nearest_as_well(third: Path) -> None:
    tag = tag_uri("thing-1.7.0", THIRD)
    with pytest.warns(NewerVersionWarning) as caught:
        assert Store([(THIRD, third)]).schema_of_node(tag) == schema_uri("thing-1.1.0", THIRD)
    assert str(caught[0].message) == f"{tag} is not known to the registered schemas: thing-1.1.0 is used for it."


@pytest.mark.parametrize("tag", ["thing-3.0.0", "other-1.0.0", "meta/part-0.9.0"])
def test_nothing_is_near_to_another_major_version_or_family(tag: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mission(tmp_path).schema_of_node(tag_uri(tag, BASE)) is None


@pytest.mark.parametrize("uri", [f"{BASE}/schemas/thing-1.5.0", f"{BASE}/manifests/thing-1.5.0", "tag:/tags/a-1.0.0"])
def test_what_is_no_tag_of_a_node_is_near_to_nothing(uri: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mission(tmp_path).schema_of_node(uri) is None


@pytest.mark.filterwarnings("ignore::roman_cal_models.NewerVersionWarning")
def test_a_node_is_written_by_the_manifest_of_its_tag_or_of_the_nearest(tmp_path: Path) -> None:
    installed = mission(tmp_path)
    (manifest,) = installed.manifests
    assert installed.manifest_of_node(tag_uri("thing-1.0.0", BASE)) is manifest
    assert installed.manifest_of_node(tag_uri("thing-1.5.0", BASE)) is manifest
    assert installed.manifest_of_node(tag_uri("meta/part-1.2.0", BASE)) is None
    assert installed.manifest_of_node("tag:stsci.edu:asdf/core/ndarray-1.1.0") is None


def test_what_bears_a_tag_of_the_mission_is_a_node_known_or_not(tmp_path: Path) -> None:
    installed, unknown = mission(tmp_path), tag_uri("novelty-1.0.0", BASE)
    with pytest.warns(NewerVersionWarning) as caught:
        assert installed.is_node(unknown)
    assert [str(warning.message) for warning in caught] == [
        f"{unknown} is not known to the installed rad {metadata.version('rad')}: what bears it is kept as it is, "
        "unchecked. To update: pip install --upgrade rad roman-cal-models"
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert installed.is_node(unknown)
        assert installed.is_node(tag_uri("thing-1.0.0", BASE))
        # the mission has given it up
        assert installed.is_node(tag_uri("aperture-1.0.0", BASE))
        assert not installed.is_node("tag:stsci.edu:asdf/time/time-1.4.0")
        assert not installed.is_node("asdf://example.org/tags/thing-1.0.0")
        assert not installed.is_node(schema_uri("thing-1.0.0", BASE))


# -- tags that RAD has given up --------------------------------------------------------------------------------------


def test_a_tag_that_was_renamed_has_the_schema_of_its_new_name() -> None:
    assert store().schema_of_node(tag_uri("cal_step-1.0.0", BASE)) == schema_uri("l2_cal_step-1.0.0", BASE)
    for tag, uri in retired_tags.RENAMED.items():
        assert store().schema_of_node(tag) == uri
        assert uri in store()
        for top in ({"meta": {}}, {}, None):
            assert store().schema_of_file(tag, top) == retired_tags.schema_of_file(tag, top) == uri
    assert retired_tags.schema_of_file(tag_uri("wfi_image-1.0.0", BASE), {"meta": {}}) is None


def test_tags_that_are_gone_have_no_schema() -> None:
    assert {store().schema_of_node(tag) for tag in retired_tags.GONE} == {None}
    assert all(store().is_node(tag) for tag in retired_tags.GONE)
    assert len(retired_tags.GONE) == 8


def test_a_tag_may_mean_another_thing_at_the_top_of_a_file() -> None:
    tag = tag_uri("source_catalog-1.0.0", BASE)
    section = store().schema_of_node(tag)
    assert section != schema_uri("image_source_catalog-1.0.0", BASE)
    assert store().schema_of_file(tag, {"meta": {}}) == schema_uri("image_source_catalog-1.0.0", BASE)
    assert store().schema_of_file(tag, {"segmentation": {}}) == section
    assert store().schema_of_file(tag, "text of meta") == section
    image = tag_uri("wfi_image-1.0.0", BASE)
    assert store().schema_of_file(image, {"meta": {}}) == schema_uri("wfi_image-1.0.0", BASE)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
