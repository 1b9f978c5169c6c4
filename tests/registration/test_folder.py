"""Folders of schemas, looked at before anything is registered: every problem is told, and at once."""

from __future__ import annotations

import copy
import pickle
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.errors import InvalidSchemaError, SchemaProblem
from roman_cal_models.registration.documents import Document, difference
from roman_cal_models.registration.folder import check_folder
from roman_cal_models.registration.keywords import keyword_problems
from roman_cal_models.schema import installed, uris
from roman_cal_models.schema.store import store

from .folders import CCSP, ROMAN, THIRD_PARTY, Spoil, changed, copied, without

pytestmark = pytest.mark.once

MAP = "schemas/CCSP/SPEAR/spear_map-1.0.0.yaml"
MANIFEST = "manifests/CCSP/SPEAR-1.0.0.yaml"
SPECTRA = "schemas/spectra-1.1.0.yaml"
META = "properties.meta.allOf[1].properties.smoothing"
SCALE = f"{META}.properties.scale"


def told(folder: Path) -> list[SchemaProblem]:
    return list(check_folder(folder).problems)


@pytest.mark.parametrize("folder", [THIRD_PARTY, CCSP], ids=lambda folder: folder.name)
def test_a_sound_folder_has_no_problems(folder: Path) -> None:
    found = check_folder(folder)
    assert found.problems == ()
    assert found.is_new
    assert found.names is not None
    assert len(store().bases) == 1


SPOILT = [
    # by the metaschema
    (changed(MAP, "title: Convergence", "title: 5"), "properties.kappa.title", "type", "5 is not of type"),
    (
        changed(MAP, "type: number", "type: float"),
        f"{SCALE}.type",
        "enum",
        "'float' is not",
    ),
    (changed(MAP, "required: [kernel]", "required: []"), f"{META}.required", "minItems", "too short"),
    (changed(SPECTRA, "rad_schema-1.0.0", "rad_schema-9.9.9"), "$schema", "$schema", "rad_schema-2.0.0"),
    (changed(MAP, "$schema: ", "x: "), "$schema", "$schema", "is missing"),
    # what it names
    (
        changed(MAP, "unit: arcmin", "unit: fotonz"),
        f"{SCALE}.unit",
        "unit",
        "'fotonz'",
    ),
    (changed(MAP, "unit: arcmin", "unit: [arcmin, 7]"), f"{SCALE}.unit", "unit", "7 is no unit"),
    (
        changed(SPECTRA, "core/ndarray-1.*", "core/ndaray-1.*"),
        "properties.flux.tag",
        "tag",
        "mean",
    ),
    (changed(MAP, "product-2.0.0", "product-9.0.0"), "properties.meta.allOf[0].$ref", "$ref", "There are: 1.0.0"),
    (
        changed(MAP, "title: Convergence", "title: 'TO FILL IN: x'"),
        "properties.kappa.title",
        "title",
        "left to you",
    ),
    # by RAD's rules
    (changed(MAP, "%YAML 1.1\n", ""), "", "style", "'%YAML 1.1'"),
    (changed(MAP, "type: object\n", "type: object \n"), "", "style", "blanks at its end"),
    (changed(MAP, "flowStyle: block", ""), "", "style", "flowStyle: block"),
    (
        changed(MAP, "flowStyle: block", "flowStyle: block\npropertyOrder: [meta]"),
        "propertyOrder",
        "style",
        "same",
    ),
    (changed(MAP, "title: Map of the convergence", ""), "title", "title", "is missing"),
    (changed(MAP, "SpearMapModel", "MapModel"), "datamodel_name", "name", "asks for"),
    (changed(MAP, "datamodel_name: SpearMapModel", ""), "datamodel_name", "name", "is missing"),
    (changed(MAP, "exact_datatype: true", ""), "properties.kappa.exact_datatype", "datatype", "exact_datatype"),
    (changed(MAP, "    datatype: float32\n", ""), "properties.kappa.datatype", "datatype", "is missing"),
    (
        changed(MAP, "type: number", "type: number\n                ndim: 2"),
        SCALE,
        "tag",
        "ndim",
    ),
    (changed(MAP, "[meta, kappa]", "[meta, kapa]"), "required", "required", "'kapa' is required"),
    (changed(MAP, "type: number", "default: 3"), f"{SCALE}.default", "keyword", "no defaults"),
    (changed(MAP, "type: number", "maxLength: 3"), f"{SCALE}.maxLength", "type", "type: string"),
    (
        changed(MAP, "core/ndarray-1.*", "core/complex-1.*"),
        "properties.kappa.tag",
        "tag",
        "RAD asks for none but",
    ),
    (
        changed(MAP, "product-2.0.0\n", "product-2.0.0\n        title: Metadata\n"),
        "properties.meta.allOf[0].$ref",
        "$ref",
        "title in an allOf beside it",
    ),
    # by those of the community
    (
        changed(MAP, "type: number", "archive_catalog: {datatype: float, destination: [WFIMosaic.scale]}"),
        f"{SCALE}.archive_catalog",
        "archive",
        "meta.ccsp",
    ),
    (
        changed(MAP, f"$ref: {ROMAN}/schemas/CCSP/ccsp_custom_product-2.0.0", "type: object"),
        "",
        "ccsp",
        "no refer",
    ),
    (
        changed(MAP, "  kappa:\n", f"  extra:\n    $ref: {ROMAN}/schemas/CCSP/ccsp_minimal-2.0.0\n  kappa:\n"),
        "",
        "ccsp",
        "has 2 references",
    ),
    (
        changed(MAP, "  kappa:\n", f"  basic:\n    $ref: {ROMAN}/schemas/meta/basic-2.0.0\n  kappa:\n"),
        "properties.meta.allOf[0].$ref",
        "ccsp",
        "stands CCSP/ccsp_minimal",
    ),
    (changed(MAP, "  meta:\n", "  metadata:\n"), "properties.metadata.allOf[0].$ref", "ccsp", "not under meta"),
    # manifests
    (changed(MANIFEST, "tags/CCSP/SPEAR/spear_map", "tags/CCSP/SPEAR/spear_mop"), "", "tag", "convention asks"),
    (changed(MANIFEST, f"tag_uri: {ROMAN}/tags/", "tag_uri: tag:"), "tags[0].tag_uri", "id", "is not as"),
    (changed(MANIFEST, "extensions/CCSP", "else/CCSP"), "extension_uri", "id", "extension_uri is"),
    (
        changed(MANIFEST, "schemas/CCSP/SPEAR/spear_map", "schemas/wfi_imag"),
        "tags[0].schema_uri",
        "$ref",
        "neither",
    ),
    (
        changed(MANIFEST, "tags/CCSP/SPEAR/spear_map-1.0.0", "tags/wfi_image-2.2.0"),
        "tags[0].schema_uri",
        "tag",
        "is bound to",
    ),
    # files
    (changed(MAP, "type: object", "type: [object"), "", "yaml", ""),
    (changed(MAP, "type: object", "1: object"), "", "type", "1 is the name of something"),
    (without(MANIFEST), "", "id", "no YAML file in manifests/"),
]


@pytest.mark.parametrize(("spoil", "path", "kind", "text"), SPOILT)
def test_what_is_wrong_is_told_with_file_path_and_value(
    tmp_path: Path, spoil: Spoil, path: str, kind: str, text: str
) -> None:
    place = copied(spoil.folder, tmp_path)
    spoil(place)
    found = [each for each in told(place) if each.level == "error"]
    assert [each for each in found if (rcm.format_path(each.path), each.kind) == (path, kind) and text in each.message]
    for each in found:
        assert str(each).startswith(f"{place}")
        assert "\n" not in str(each)
    assert len(store().bases) == 1


WARNED = [
    (changed(MAP, "title: Convergence", "titel: Convergence"), "properties.kappa.titel", "keyword", "mean 'title'"),
    (changed(MAP, "rad_schema-2.0.0", "rad_schema-1.0.0"), "$schema", "newest", "rad_schema-2.0.0"),
    (changed(MAP, "product-2.0.0", "product-1.0.0"), "properties.meta.allOf[0].$ref", "newest", "2.0.0"),
    (
        changed(MAP, "        required: [smoothing]", "      - required: [exposure]"),
        "properties.meta.allOf[2].required",
        "required",
        "'exposure' is required",
    ),
    (
        changed(MAP, "        required: [smoothing]\n", ""),
        "properties.meta.allOf[1].required",
        "required",
        "'smoothing' is not required",
    ),
]


@pytest.mark.parametrize(("spoil", "path", "kind", "text"), WARNED)
def test_what_is_most_likely_wrong_is_a_warning(tmp_path: Path, spoil: Spoil, path: str, kind: str, text: str) -> None:
    folder = copied(CCSP, tmp_path)
    spoil(folder)
    found = check_folder(folder)
    assert found.errors == ()
    (problem,) = [each for each in found.problems if rcm.format_path(each.path) == path]
    assert (problem.kind, problem.level) == (kind, "warning")
    assert text in problem.message


def test_the_place_of_a_product_is_the_folder_of_its_team(tmp_path: Path) -> None:
    folder = tmp_path / "other"
    for old, new in (("spear_map", "map"), ("SPEAR/", "Spear/")):
        shutil.rmtree(folder, ignore_errors=True)
        for file in CCSP.rglob("*.yaml"):
            path = folder / str(file.relative_to(CCSP)).replace(old, new)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.read_text().replace(old, new))
        (problem,) = [each for each in told(folder) if each.kind == "ccsp"]
        assert problem.allowed in ("spear_...", "CCSP/TEAM/team_...")


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = copied(THIRD_PARTY, tmp_path)
    for spoil in (
        changed(SPECTRA, "unit: Jy", "unit: fotonz"),
        changed(SPECTRA, "core/ndarray-1.*", "core/ndaray-1.*"),
        changed("schemas/meta/extraction-1.0.0.yaml", "type: object", "type: objekt"),
        changed("manifests/example-1.0.0.yaml", "schemas/spectra-1.0.0", "schemas/spectra-0.9.0"),
    ):
        spoil(folder)
    with pytest.raises(InvalidSchemaError) as caught:
        rcm.register_schemas(folder)
    kinds = {(Path(each.file).name, each.kind) for each in caught.value.problems}
    assert kinds >= {
        ("spectra-1.1.0.yaml", "unit"),
        ("spectra-1.1.0.yaml", "tag"),
        ("extraction-1.0.0.yaml", "enum"),
        ("example-1.0.0.yaml", "$ref"),
    }
    assert str(caught.value).splitlines() == [str(each) for each in caught.value.problems]
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problems) == (str(caught.value), caught.value.problems)


def test_a_copy_of_what_rad_has_is_passed_over_and_another_is_refused(tmp_path: Path) -> None:
    folder = copied(CCSP, tmp_path)
    name = "schemas/CCSP/ccsp_minimal-2.0.0.yaml"
    source = store().home_of(f"{ROMAN}/schemas/CCSP/ccsp_minimal-2.0.0")
    assert source is not None
    (folder / name).write_bytes(source.joinpath(*name.split("/")).read_bytes() + b"# a comment of somebody\n")
    assert check_folder(folder).errors == ()
    changed(name, "title: CCSP name", "title: Name of the team")(folder)
    (problem,) = check_folder(folder).errors
    assert rcm.format_path(problem.path) == "properties.ccsp.properties.name.title"
    assert "the installed rad has another" in problem.message


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, None),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, ("a", 1, "b")),
        ({"a": 1}, {"a": 1, "b": 2}, ("b",)),
        ({"a": [1]}, {"a": [1, 2]}, ("a",)),
        ({"a": 1}, {"a": True}, ("a",)),
        ({"a": {}}, {"a": []}, ("a",)),
    ],
)
def test_where_documents_differ(one: Any, other: Any, path: tuple[str | int, ...] | None) -> None:
    assert difference(one, other) == path


@pytest.mark.newest_rad
def test_no_keyword_of_rad_is_taken_for_a_mistake() -> None:
    newest = (uris.parse(uri) for uri in installed().store.newest_manifest.schema_uris.values())
    documents = [Document(Path(uri.short), uri, installed().store.load(str(uri)), b"") for uri in newest]
    assert documents
    found = {problem.path[-1] for document in documents for problem in keyword_problems(document)}
    # which stand beside properties, not in them, and say nothing
    assert found <= {"input_units", "output_units"}


# -- whatever a file holds -------------------------------------------------------------------------------------------

KEYWORDS = """
$ref $schema id type tag unit title allOf items properties required enum datamodel_name datatype ndim not definitions
pattern archive_catalog propertyOrder flowStyle default maxLength exact_datatype
"""
WORDS = st.sampled_from(KEYWORDS.split())
TEXTS = st.sampled_from(["", "object", "#", "#/properties/meta", "tag:x", "[", "asdf://x/schemas/y-1.0.0", "*", "\x00"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container of a tree with each key in it."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(st.data())
def test_no_spoilt_tree_gives_another_error_than_ours(data: st.DataObject) -> None:
    folder = data.draw(st.sampled_from([THIRD_PARTY, CCSP]))
    file = data.draw(st.sampled_from(sorted(each.relative_to(folder) for each in folder.rglob("*.yaml"))))
    tree = pyyaml.safe_load((folder / file).read_text())
    for _ in range(data.draw(st.integers(1, 3))):
        places = [*_places(tree)]
        if not places:
            break
        holder, key = data.draw(st.sampled_from(places))
        what = data.draw(st.sampled_from(["change", "remove", "rename", "repeat"]))
        if what == "change":
            holder[key] = data.draw(VALUES)
        elif what == "rename" and isinstance(holder, dict):
            holder[data.draw(WORDS)] = holder.pop(key)
        elif what == "repeat" and isinstance(holder, dict):
            holder[data.draw(WORDS)] = copy.deepcopy(tree)
        else:
            del holder[key]
    with tempfile.TemporaryDirectory() as name:
        place = copied(folder, Path(name))
        (place / file).write_text(f"%YAML 1.1\n---\n{pyyaml.safe_dump(tree, sort_keys=False)}")
        _is_checked(place)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.integers(0, 1500), st.binary(max_size=4), st.integers(0, 40))
def test_no_spoilt_text_gives_another_error_than_ours(at: int, new: bytes, length: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        place = copied(CCSP, Path(name))
        text = (place / MAP).read_bytes()
        (place / MAP).write_bytes(text[:at] + new + text[at + length :])
        _is_checked(place)


def _is_checked(folder: Path) -> None:
    for problem in check_folder(folder).problems:
        assert "\n" not in str(problem)
        assert problem.message


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(rcm.InvalidSchemaError, match=re.escape(f"{tmp_path / 'nothing'}: is not a folder")):
        rcm.register_schemas(tmp_path / "nothing")
