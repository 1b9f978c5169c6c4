"""What asdf is offered: extensions and schemas, of RAD and of third parties, with and without ``roman_datamodels``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asdf
import pytest

import roman_cal_models as rcm
from roman_cal_models import extension as face
from roman_cal_models import schemas
from roman_cal_models.extension import converters, resources
from roman_cal_models.schema import installed
from roman_cal_models.schema.registry import SchemaRegistry
from roman_cal_models.schema.store import store
from roman_cal_models.schema.uris import ROMAN
from tests.peer import WriteFile, newest_tags

BASE = "asdf://example.org/roman/spectra"
FOLDER = Path(__file__).parents[1] / "data" / "third_party"
IMAGE = next(tag for tag in newest_tags() if "/wfi_image-" in tag)


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch) -> None:
    """The schemas of a third party are installed beside those of RAD."""
    registry = SchemaRegistry(store().with_folder(BASE, FOLDER))
    monkeypatch.setattr("roman_cal_models.schema.installed", lambda: registry)
    monkeypatch.setattr(resources, "_registered", [])


def tags(extensions: list[Any]) -> dict[str, dict[str, Any]]:
    """Return the tags of extensions and their schemas, by the URI of the extension."""
    proxies = map(asdf.extension.ExtensionProxy.maybe_wrap, extensions)
    return {each.extension_uri: {tag.tag_uri: tag.schema_uris for tag in each.tags} for each in proxies}


def of_manifests(base: str) -> dict[str, dict[str, Any]]:
    manifests = store().with_folder(BASE, FOLDER).manifests
    return {
        each.extension_uri: {tag: [schema] for tag, schema in each.schema_uris.items()}
        for each in manifests
        if each.uri.base == base
    }


# ---- extensions


def test_ours_know_the_tags_of_every_manifest_and_their_schemas() -> None:
    found = tags(rcm.get_asdf_extensions())
    fragments = found.pop(f"{ROMAN}/extensions/fragments-1.0.0")
    assert found == of_manifests(ROMAN)
    assert len(rcm.get_asdf_extensions()) == len(found) + 1
    assert fragments[f"{ROMAN}/tags/meta/l2_cal_step-1.1.0"] == [f"{ROMAN}/schemas/meta/l2_cal_step-1.1.0"]


def test_a_tag_of_a_manifest_is_not_one_of_a_fragment() -> None:
    found = tags(rcm.get_asdf_extensions())
    fragments = found.pop(f"{ROMAN}/extensions/fragments-1.0.0")
    assert not fragments.keys() & {tag for known in found.values() for tag in known}
    assert not {schema for known in fragments.values() for schema in known} & set(
        installed().store.newest_manifest.schema_uris.values()
    )


def test_beside_the_peer_its_tags_are_left_to_it() -> None:
    found = tags(face.get_extensions())
    assert found.pop(f"{ROMAN}/extensions/fragments-1.0.0")
    assert found == {uri: {} for uri in of_manifests(ROMAN)}


def test_without_the_peer_all_tags_are_ours(alone: None) -> None:
    assert tags(face.get_extensions()) == tags(rcm.get_asdf_extensions())


def test_what_is_offered_decides_whose_classes_asdf_gives(alone: None, peer_file: WriteFile) -> None:
    with asdf.open(peer_file(IMAGE), extensions=face.get_extensions()) as file:
        assert type(file["roman"]) is rcm.WfiImage


@pytest.mark.parametrize("offered", [face.get_extensions, face.get_asdf_extensions])
def test_the_tags_of_third_parties_are_always_read(offered: Any, third_party: None) -> None:
    found = tags(offered())
    assert {uri: found[uri] for uri in of_manifests(BASE)} == of_manifests(BASE)
    assert found[f"{BASE}/extensions/fragments-1.0.0"] == {}
    assert of_manifests(ROMAN).keys() < found.keys()


def test_the_nodes_of_an_authority_are_written_by_its_extension(third_party: None) -> None:
    extensions = {each.extension_uri: each for each in rcm.get_asdf_extensions()}
    for base, wanted in ((ROMAN, True), (BASE, False)):
        for uri in of_manifests(base):
            types = [name for each in extensions[uri].converters for name in each.types]
            assert ("roman_cal_models.nodes.generated.wfi_image.WfiImage" in types) is wanted


def test_an_extension_goes_by_a_manifest_of_its_authority(third_party: None) -> None:
    # asdf looks there for what it writes into the history
    for each in rcm.get_asdf_extensions():
        manifest: Any = each
        base, _, _ = manifest.extension_uri.partition("/extensions/")
        assert manifest._manifest["id"].startswith(f"{base}/manifests/")


# ---- third parties


@pytest.fixture
def config() -> Iterator[Any]:
    with asdf.config_context() as config:
        yield config


def test_asdf_that_is_in_use_learns_of_a_third_party(third_party: None, config: Any) -> None:
    before = {id(each) for each in config.extensions}
    face.add_registered(BASE, FOLDER)
    new = [each for each in config.extensions if id(each) not in before]
    assert tags(new) == {**of_manifests(BASE), f"{BASE}/extensions/fragments-1.0.0": {}}
    schema = (FOLDER / "schemas" / "spectra-1.1.0.yaml").read_bytes()
    assert config.resource_manager[f"{BASE}/schemas/spectra-1.1.0"] == schema


def test_the_schemas_of_a_third_party_wait_for_asdf(third_party: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "asdf")
    face.add_registered(BASE, FOLDER)
    assert "asdf" not in sys.modules
    ours, theirs = resources.get_resource_mappings()
    assert f"{BASE}/manifests/example-1.0.0" in theirs
    assert f"{BASE}/manifests/example-1.0.0" not in ours


# ---- schemas


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.yaml", "a.yaml", "README.rst", "deep/er/c-1.0.0.yaml"):
        (tmp_path / "schemas" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "schemas" / name).write_text(name)
    (tmp_path / "secret.yaml").write_text("secret")
    return tmp_path / "schemas"


def test_a_schema_has_the_uri_of_its_place(folder: Path) -> None:
    mapping = resources.SchemaFolder(folder, "asdf://x/")
    assert dict(mapping) == {
        "asdf://x/a": b"a.yaml",
        "asdf://x/b": b"b.yaml",
        "asdf://x/deep/er/c-1.0.0": b"deep/er/c-1.0.0.yaml",
    }
    assert len(mapping) == 3


@pytest.mark.parametrize("uri", ["asdf://x/c", "asdf://x/../secret", "asdf://x/deep", "a", "asdf://x/README.rst", ""])
def test_a_uri_without_a_schema_is_unknown(uri: str, folder: Path) -> None:
    mapping = resources.SchemaFolder(folder, "asdf://x/")
    assert uri not in mapping
    with pytest.raises(KeyError):
        mapping[uri]


def test_asdf_is_offered_the_schemas_of_the_package() -> None:
    (mapping,) = resources.get_resource_mappings()
    root = Path(next(iter(schemas.__path__)))
    files = {path.relative_to(root).with_suffix("").as_posix(): path for path in root.rglob("*.yaml")}
    assert files
    assert mapping == {f"{ROMAN}/schemas/{name}": path.read_bytes() for name, path in files.items()}


@pytest.mark.parametrize("lack", ["no folder", "empty folder"])
def test_a_package_without_its_schemas_is_told(lack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if lack == "no folder":
        monkeypatch.setitem(sys.modules, "roman_cal_models.schemas", None)
    else:
        monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    with pytest.raises(rcm.SchemaNotFoundError, match="installed without its schemas"):
        resources.get_resource_mappings()


# ---- what no converter reads


def test_a_converter_that_only_writes_refuses_to_read() -> None:
    with pytest.raises(TypeError, match="read by the converter of their manifest"):
        converters.NodeConverter(ROMAN).from_yaml_tree({}, IMAGE, None)
