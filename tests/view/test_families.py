"""What a family of schemas is, as records."""

from __future__ import annotations

import pytest

import roman_cal_models as rcm
from roman_cal_models.archive import columns
from roman_cal_models.schema import installed
from roman_cal_models.view.families import changes_of, family, family_names

# the schemas are the same everywhere
pytestmark = pytest.mark.once

BASE = "asdf://stsci.edu/datamodels/roman"


@pytest.mark.parametrize("name", family_names())
def test_every_family_is_told(name: str) -> None:
    told = family(name)
    assert told.name == name
    assert told.schema_uri.endswith(f"/{name}-{told.versions[-1]}")
    assert told.class_name is None or hasattr(rcm, told.class_name)
    assert told.model_name is None or hasattr(rcm, told.model_name)
    assert [version for version in changes_of(name)] == [*reversed(told.versions[1:])]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ImageModel", "wfi_image"),
        ("WfiImage", "wfi_image"),
        ("L2CalStep", "meta/l2_cal_step"),
        ("FlatRefModel", "reference_files/flat"),
        ("flat", "reference_files/flat"),
        ("CalStepFlag", "enums/cal_step_flag"),
    ],
)
def test_a_family_has_several_names(name: str, expected: str) -> None:
    assert family(name).name == expected


@pytest.mark.parametrize("kind", ["tags", "schemas"])
def test_a_uri_names_a_version(kind: str) -> None:
    told = family(f"{BASE}/{kind}/wfi_image-1.1.0")
    assert (told.name, told.schema_uri) == ("wfi_image", f"{BASE}/schemas/wfi_image-1.1.0")
    assert told.tag == f"{BASE}/tags/wfi_image-1.1.0"


def test_properties_are_those_of_the_archive_and_more() -> None:
    told = family("wfi_image", "2.1.0")
    archived = {column.path for column in columns("wfi_image", "2.1.0")}
    assert {each.path for each in told.properties if each.columns is not None} == archived
    flag = next(each for each in told.properties if each.path == "meta.cal_step.flat_field")
    assert flag.allowed is not None and "COMPLETE" in flag.allowed
    assert flag.is_required


def test_items_of_lists_bear_the_name_of_the_list() -> None:
    paths = [each.path for each in family("wfi_mosaic").properties]
    assert any("." in path for path in paths)
    assert not any("[]" in path for path in paths)


def test_changes_are_from_one_version_to_the_next() -> None:
    changes = changes_of("L2CalStep")
    store = installed().store
    versions = [uri.version for uri in store.versions("meta/l2_cal_step")]
    assert list(changes) == versions[:0:-1]
    added = {(each.path, each.what) for each in changes["1.3.0"]}
    assert ("dark_decay", "property") in added
    # the values were only put into another order
    assert not [each for each in changes["1.1.0"] if each.path == "flat_field"]


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [
        ("wfi_imag", None, "Did you mean 'wfi_image'?"),
        ("ImageModl", None, "Did you mean 'ImageModel'?"),
        ("wfi_image", "7.0.0", "there is no version 7.0.0 of wfi_image. There are: 1.0.0"),
        (f"{BASE}/schemas/nothing-1.0.0", None, "there is no family"),
        (f"{BASE}/schemas/rad_schema-1.0.0", None, "there is no family"),
    ],
)
def test_what_there_is_not_is_told(name: str, version: str | None, words: str) -> None:
    with pytest.raises(rcm.SchemaNotFoundError) as caught:
        family(name, version)
    assert words in str(caught.value)
