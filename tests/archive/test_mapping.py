"""The archive columns, against RAD's own text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rad
import yaml

import roman_cal_models as rcm
from roman_cal_models import archive

RESOURCES = Path(str(rad.__path__[0])) / "resources"
AREA = "meta.photometry.pixel_area"
SCHEMAS = "asdf://stsci.edu/datamodels/roman/schemas/"


def read(uri: str) -> Any:
    return yaml.safe_load((RESOURCES / "schemas" / f"{uri.removeprefix(SCHEMAS)}.yaml").read_text())


def properties(schema: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the properties of a schema of RAD 2.x, with all that ``$ref`` and ``allOf`` bring."""
    if "$ref" in schema:
        if schema["$ref"].startswith(SCHEMAS):
            yield from properties(read(schema["$ref"]), before)
        return
    for part in schema.get("allOf", ()):
        yield from properties(part, before)
    for name, place in schema.get("properties", {}).items():
        yield before + name, place
        yield from properties(place, f"{before}{name}.")


def archive_catalog(place: Any) -> Any:
    """Return the keyword of a property, or that of a part that it is joined of."""
    if "$ref" in place:
        return archive_catalog(read(place["$ref"])) if place["$ref"].startswith(SCHEMAS) else None
    return place.get("archive_catalog") or next(filter(None, map(archive_catalog, place.get("allOf", ()))), None)


@pytest.mark.newest_rad
def test_the_image_has_the_columns_that_its_schemas_say() -> None:
    found = dict.fromkeys(path for path, _ in properties(read("wfi_image-2.2.0")))
    catalogued = {
        path: catalog for path, place in properties(read("wfi_image-2.2.0")) if (catalog := archive_catalog(place))
    }
    assert (len(found), len(catalogued), sum(len(each["destination"]) for each in catalogued.values())) == (
        193,
        139,
        313,
    )
    ours = archive.columns("wfi_image", "2.2.0")
    assert len(ours) == 313
    assert {(column.path, column.datatype, f"{column.table}.{column.column}") for column in ours} == {
        (path, each["datatype"], destination)
        for path, each in catalogued.items()
        for destination in each["destination"]
    }


def test_the_steps_of_the_first_version_are_fourteen_columns() -> None:
    names = archive.columns("meta/l2_cal_step", "1.0.0")
    assert len(names) == 14
    assert {(column.table, column.column) for column in names} == {
        ("ScienceRefData", f"s_{name}") for name in rcm.L2CalStep(version="1.0.0").schema_properties()
    }


def test_a_column_tells_where_it_is_said() -> None:
    column = next(each for each in archive.columns("wfi_image") if each.path == "meta.cal_step.flat_field")
    assert (column.datatype, column.table, column.column) == ("nvarchar(15)", "ScienceRefData", "s_flat_field")
    assert column.title == "Flat Field Correction Step"
    assert column.schema_uri.startswith(f"{SCHEMAS}meta/l2_cal_step-")
    assert column.unit is None
    assert column.description is not None
    assert column.description in " ".join(read(column.schema_uri)["properties"]["flat_field"]["description"].split())


def test_a_column_tells_the_unit_of_its_value() -> None:
    found = {each.path: each.unit for each in archive.columns("wfi_image")}
    (said,) = (
        unit
        for path, place in properties(read(str(rcm.ImageModel.create_fake_data().schema_uri)))
        if path == AREA and (unit := place.get("unit"))
    )
    assert found[AREA] == said
    # by the table of what is certain, where RAD says it in titles alone
    assert found["meta.exposure.exposure_time"] == "s"
    assert found["meta.wcsinfo.ra_ref"] == "deg"
    assert found["meta.exposure.nresultants"] is None


@pytest.mark.parametrize(
    "family", ["wfi_image", f"{SCHEMAS}wfi_image-1.0.0", "asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.0.0"]
)
def test_a_family_has_several_names(family: str) -> None:
    found = archive.columns(family)
    assert {column.path for column in found} >= {"meta.filename", "meta.exposure.exposure_time"}
    assert (found == archive.columns("wfi_image", "1.0.0")) == family.endswith("1.0.0")


@pytest.mark.parametrize(
    ("family", "version"), [("wfi_imag", None), ("wfi_image", "9.0.0"), ("asdf://x/schemas/y-1.0.0", None)]
)
def test_an_unknown_family_is_named(family: str, version: str | None) -> None:
    with pytest.raises(rcm.SchemaNotFoundError, match=r"there is no .*(wfi_imag|y)"):
        archive.columns(family, version)


@pytest.mark.parametrize("family", [rcm.ImageModel, rcm.ImageModel.create_minimal(), 3, None])
def test_a_family_is_given_by_its_name(family: Any) -> None:
    with pytest.raises(rcm.SchemaNotFoundError, match="a family is given by its name, such as 'wfi_image'"):
        archive.columns(family)
