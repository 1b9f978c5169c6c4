"""The store: which document stands under a URI, and what the manifests say."""

from __future__ import annotations

from pathlib import Path

import pytest
import rad

from roman_cal_models import SchemaError, SchemaNotFoundError
from roman_cal_models.schema import uris
from roman_cal_models.schema.store import Store, rad_folder, store

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
    with pytest.raises(SchemaError, match=r"holds no manifest\. Install it anew: pip install --force-reinstall rad"):
        _ = Store([(BASE, tmp_path)]).manifests


def test_a_rad_without_schemas_is_told(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="the installed rad holds no schemas under"):
        rad_folder(tmp_path)


def test_a_rad_that_is_too_old_is_told(tmp_path: Path) -> None:
    _write(tmp_path / "resources/schemas/a-1.0.0.yaml", "{}")
    _write(tmp_path / "resources/manifests/datamodels-2.0.0.yaml", "{}")
    with pytest.raises(SchemaError, match=r"older than 1\.1, .*: pip install --upgrade rad roman-cal-models"):
        rad_folder(tmp_path)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
