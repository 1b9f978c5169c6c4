"""The registry: what the installed schemas say of each property, merged."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from roman_cal_models import SchemaError, SchemaNotFoundError
from roman_cal_models.schema import installed
from roman_cal_models.schema.properties import ObjectSchema
from roman_cal_models.schema.resolver import Subschema

BASE = "asdf://stsci.edu/datamodels/roman/schemas/"
CAL_STEP = f"{BASE}meta/l2_cal_step-1.0.0"
STEPS = (
    "assign_wcs",
    "flat_field",
    "dark",
    "dq_init",
    "flux",
    "linearity",
    "photom",
    "source_catalog",
    "ramp_fit",
    "refpix",
    "saturation",
    "outlier_detection",
    "tweakreg",
    "skymatch",
)

pytestmark = pytest.mark.newest_rad


@pytest.fixture(scope="module")
def image() -> Any:
    return installed().document(f"{BASE}wfi_image-2.2.0")


@pytest.fixture(scope="module")
def steps() -> Any:
    return installed().document(CAL_STEP)


# -- the calibration steps -------------------------------------------------------------------------------------------


def test_the_steps_are_the_properties_in_the_schema_s_order(steps: Any) -> None:
    assert tuple(steps.properties) == STEPS


def test_all_steps_are_required(steps: Any) -> None:
    assert steps.required == set(STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_one_of_the_flags(steps: Any, name: str) -> None:
    assert steps.properties[name].enum == ("N/A", "COMPLETE", "FAILED", "SKIPPED", "INCOMPLETE")
    assert steps.properties[name].types == {"string"}


def test_the_archive_columns_are_exactly_one_a_step(steps: Any) -> None:
    columns = {name: place.archive for name, place in steps.properties.items()}
    assert {name: column.destinations for name, column in columns.items()} == {
        name: (f"ScienceRefData.s_{name}",) for name in STEPS
    }
    assert {column.datatype for column in columns.values()} == {"nvarchar(15)"}


def test_titles_and_descriptions_stand_on_one_line(steps: Any) -> None:
    assert steps.title == "Level 2 Calibration Status"
    for place in steps.properties.values():
        assert place.title
        assert place.description
        assert "\n" not in place.title + place.description


def test_the_steps_may_be_joined_by_unknown_names(steps: Any) -> None:
    assert not steps.is_closed
    assert steps.property_named("bananas") is None


def test_a_fragment_has_no_tag(steps: Any) -> None:
    assert steps.tag is None
    assert installed().document(f"{BASE}l2_cal_step-1.0.0").tag.endswith("/tags/l2_cal_step-1.0.0")


# -- a whole model ---------------------------------------------------------------------------------------------------


@pytest.mark.newest_rad
def test_an_image_has_193_properties(image: Any) -> None:
    assert len(list(_walk(image))) == 193


@pytest.mark.newest_rad
def test_an_image_has_139_properties_that_the_archive_keeps(image: Any) -> None:
    assert len([place for place in _walk(image) if place.archive is not None]) == 139


@pytest.mark.newest_rad
def test_an_image_has_313_destinations_in_the_archive(image: Any) -> None:
    archived = [place.archive for place in _walk(image) if place.archive is not None]
    assert sum(len(archive.destinations) for archive in archived) == 313


def test_the_properties_of_joined_schemas_are_one_object_s(image: Any) -> None:
    meta = image.properties["meta"].object
    assert {"filename", "exposure", "cal_step", "photometry"} <= set(meta.properties)
    assert {"filename", "exposure", "photometry"} <= meta.required
    assert "cal_step" not in meta.required


def test_an_object_described_in_place_is_known_by_its_path(image: Any) -> None:
    meta = image.properties["meta"].object
    assert (meta.uri, meta.path, meta.tag) == (image.uri, ("meta",), None)


def test_an_object_described_by_a_document_is_that_document(image: Any) -> None:
    step = image.properties["meta"].object.properties["cal_step"].object
    assert step is installed().document(step.uri)
    assert step.parsed.family == "meta/l2_cal_step"


def test_an_array_knows_its_tag_unit_and_type(image: Any) -> None:
    data = image.properties["data"]
    assert data.tags == ("tag:stsci.edu:asdf/core/ndarray-1.*",)
    assert (data.keyword("datatype"), data.keyword("ndim")) == ("float32", 2)
    assert data.unit
    assert data.node_tag is None


def test_what_may_be_null_is_known(image: Any) -> None:
    meta = image.properties["meta"].object
    assert meta.properties["wcs"].is_nullable
    assert not meta.properties["filename"].is_nullable


def test_the_items_of_a_list_have_a_place_of_their_own(image: Any) -> None:
    pattern = image.properties["meta"].object.properties["exposure"].object.properties["read_pattern"]
    assert pattern.is_list
    assert pattern.items.is_list
    assert pattern.items.items.types == {"integer"}


def test_an_old_schema_asks_for_tagged_nodes() -> None:
    meta = installed().document(f"{BASE}wfi_image-1.0.0").properties["meta"].object
    assert meta.properties["cal_step"].node_tag.endswith("/tags/l2_cal_step-1.0.0")
    assert meta.properties["telescope"].node_tag.endswith("/tags/telescope-1.0.0")


def test_a_property_is_found_by_the_pattern_of_its_name() -> None:
    table = installed().document(f"{BASE}reference_files/wfi_img_photom-1.0.0").properties["phot_table"].object
    assert table.properties == {}
    assert table.property_named("F158").object is not None
    assert table.property_named("bananas") is None
    assert table.is_closed


# -- finding ---------------------------------------------------------------------------------------------------------


def test_a_document_is_one_object() -> None:
    assert installed().document(CAL_STEP) is installed().document(CAL_STEP)


def test_an_object_is_found_by_its_path(image: Any) -> None:
    assert installed().find(image.uri, ("meta",)) is image.properties["meta"].object


def test_a_path_that_leads_nowhere_is_told(image: Any) -> None:
    with pytest.raises(SchemaError) as caught:
        installed().find(image.uri, ("meta", "bananas"))
    assert str(caught.value) == f"{image.uri} describes no object at meta.bananas"


def test_a_document_that_is_not_installed_is_told() -> None:
    with pytest.raises(SchemaNotFoundError, match="no schema is installed under"):
        installed().document(f"{BASE}bananas-1.0.0")


def test_a_pickled_object_schema_is_the_same_object(image: Any) -> None:
    meta = image.properties["meta"].object
    assert pickle.loads(pickle.dumps(meta)) is meta


def test_a_pickled_place_holds_the_same_schemas(image: Any) -> None:
    place = image.properties["meta"].object.properties["exposure"]
    twin = pickle.loads(pickle.dumps(place))
    assert twin.subschemas == place.subschemas
    assert twin.object is place.object


def test_every_object_of_every_version_can_be_walked() -> None:
    for manifest in installed().store.manifests:
        for uri in manifest.schema_uris.values():
            place = installed().root(uri)
            if place.object is not None:
                assert all(isinstance(each.tags, tuple) for each in _walk(place.object))


def test_every_object_described_in_place_is_found_again() -> None:
    for uri in installed().store.newest_manifest.schema_uris.values():
        for place in _walk(installed().document(uri)):
            schema = place.object
            if schema is not None:
                assert installed().find(schema.uri, schema.path) is schema


def _walk(schema: Any) -> Iterator[Any]:
    """Yield the place of every declared property, those of nested objects and of items included."""
    for place in schema.properties.values():
        yield place
        inner = place
        while inner is not None:
            if inner.object is not None:
                yield from _walk(inner.object)
            inner = inner.items


def test_a_pattern_may_match_anywhere_in_a_name() -> None:
    piece = Subschema(CAL_STEP, "", {"patternProperties": {"_flag": {"type": "string"}}})
    schema = ObjectSchema(installed(), (piece,), CAL_STEP, ())
    assert schema.property_named("saturation_flag_2") is not None
    assert schema.property_named("saturation") is None
