"""Nodes of source catalogues know the columns that their schema asks for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import roman_cal_models as rcm

# the columns are those of the newest RAD
pytestmark = pytest.mark.newest_rad

CATALOGS = ("ImageSourceCatalog", "MosaicSourceCatalog", "MultibandSourceCatalog", "ForcedImageSourceCatalog")


@pytest.fixture
def catalog() -> Any:
    return rcm.ImageSourceCatalog()


@pytest.fixture
def multiband() -> Any:
    return rcm.MultibandSourceCatalog()


def apertures(table: Any) -> list[str]:
    return [name for name in table.colnames if "aper" in name and name.endswith("_flux") and "bkg" not in name]


@pytest.mark.parametrize("name", CATALOGS)
def test_a_table_of_the_empty_columns_is_valid(name: str) -> None:
    node = getattr(rcm, name).create_fake_data()
    node.source_catalog = node.create_empty_catalog(aperture_radii=[2, 4], filters=["f062", "f158"])
    assert len(node.source_catalog) == 0
    assert node.problems() == []


def test_a_table_that_lacks_a_column_is_not(catalog: Any) -> None:
    table = catalog.create_empty_catalog()
    for name in ("label", "aper00_flux", "ra"):
        node = rcm.ImageSourceCatalog.create_fake_data()
        node.source_catalog = table[[each for each in table.colnames if each != name]]
        assert node.problems(), name


def test_a_column_has_unit_description_and_type(catalog: Any) -> None:
    table = catalog.create_empty_catalog()
    assert (table["ra"].unit, table["ra"].dtype) == ("deg", np.dtype("f8"))
    assert table["ra"].description == "Best estimate of the right ascension (ICRS)"
    assert table["label"].dtype == np.dtype("i4")


def test_names_have_no_marks_of_patterns(catalog: Any, multiband: Any) -> None:
    for node in (catalog, multiband):
        assert all(name.isidentifier() for name in node.create_empty_catalog().colnames)


def test_there_is_one_aperture_by_default(catalog: Any) -> None:
    assert apertures(catalog.create_empty_catalog()) == ["aper00_flux"]


def test_there_is_a_column_for_each_aperture(catalog: Any) -> None:
    assert apertures(catalog.create_empty_catalog([4, 12])) == ["aper04_flux", "aper12_flux"]
    assert apertures(catalog.create_empty_catalog([])) == []


def test_there_is_one_element_by_default(multiband: Any) -> None:
    for table in (multiband.create_empty_catalog(), multiband.create_empty_catalog(filters=[])):
        assert [name for name in table.colnames if name.startswith("kron_f")] == [
            f"kron_f184_{what}" for what in ("abmag", "abmag_err", "flux", "flux_err")
        ]


def test_there_is_a_column_for_each_aperture_and_element(multiband: Any) -> None:
    table = multiband.create_empty_catalog([4, 12], ["f062", "f158"])
    assert apertures(table) == ["aper04_f062_flux", "aper04_f158_flux", "aper12_f062_flux", "aper12_f158_flux"]
    assert [name for name in table.colnames if name.startswith("sharpness")] == ["sharpness_f062", "sharpness_f158"]


def test_the_columns_of_no_aperture_and_element_are_there_once(multiband: Any) -> None:
    table = multiband.create_empty_catalog([4, 12], ["f062", "f158"])
    assert [name for name in table.colnames if name in ("label", "ra")] == ["label", "ra"]


def test_a_version_that_asks_for_no_columns_has_none() -> None:
    node = rcm.ImageSourceCatalog(version="1.0.0")
    assert node.create_empty_catalog().colnames == []
    assert node.missing_columns(["ra"]).colnames == []
    assert node.wrong_units(rcm.ImageSourceCatalog().create_empty_catalog()) == {}
    assert node.get_column_definition("ra") is None


def test_what_is_made_up_is_an_empty_table_of_all_columns(catalog: Any, multiband: Any) -> None:
    for node in (catalog, multiband):
        made = type(node).create_fake_data().source_catalog
        assert made.colnames == node.create_empty_catalog().colnames
        assert len(made) == 0


# -- what is missing, and what is wrong ------------------------------------------------------------------------------


def test_of_all_columns_none_is_missing(catalog: Any, multiband: Any) -> None:
    for node in (catalog, multiband):
        assert node.missing_columns(node.create_empty_catalog([5]).colnames).colnames == []


def test_of_no_columns_all_are_missing(catalog: Any) -> None:
    assert catalog.missing_columns([]).colnames == catalog.create_empty_catalog().colnames


def test_missing_columns_are_given_in_order_and_with_what_is_known_of_them(catalog: Any) -> None:
    names = catalog.create_empty_catalog().colnames
    missing = catalog.missing_columns([name for name in names if name not in ("ra", "label")])
    assert missing.colnames == ["label", "ra"]
    assert (missing["ra"].unit, missing["ra"].dtype, len(missing)) == ("deg", np.dtype("f8"), 0)


def test_missing_columns_are_of_the_apertures_that_are_there(catalog: Any) -> None:
    missing = catalog.missing_columns(["aper12_flux", "aper04_flux"]).colnames
    assert [name for name in missing if name.startswith("aper")] == [
        *("aper_bkg_flux", "aper_bkg_flux_err", "aper04_flux_err", "aper12_flux_err")
    ]


def test_missing_columns_are_of_the_elements_that_are_there(multiband: Any) -> None:
    missing = multiband.missing_columns(["kron_f158_flux", "kron_f062_flux", "segment_f158_flux"]).colnames
    assert [name for name in missing if name.startswith("kron_f") and name.endswith("flux")] == []
    assert [name for name in missing if name.startswith("sharpness")] == ["sharpness_f062", "sharpness_f158"]
    assert not any("f184" in name for name in missing)


def test_a_column_is_there_only_under_its_whole_name(catalog: Any) -> None:
    assert "ra" in catalog.missing_columns(["ra_2", "extra"]).colnames


def test_a_unit_that_is_not_the_one_of_the_schema_is_told(catalog: Any) -> None:
    table = catalog.create_empty_catalog()
    assert catalog.wrong_units(table) == {}
    table["ra"].unit, table["aper00_flux"].unit = "rad", None
    assert catalog.wrong_units(table) == {"ra": "deg", "aper00_flux": "nJy"}


def test_a_unit_where_the_schema_asks_for_none_is_not_told(catalog: Any) -> None:
    table = catalog.create_empty_catalog()
    table["label"].unit = "m"
    table["mine"] = np.zeros(0) * table["ra"].unit
    assert catalog.wrong_units(table) == {}


# -- the definition of a column --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["aper04_flux", "aper12_f158_flux", "forced_aper04_flux"])
def test_a_column_is_defined_whatever_its_aperture_and_element(name: str, catalog: Any) -> None:
    assert catalog.get_column_definition(name) == {
        "unit": "nJy",
        "description": "Flux within circular aperture (radius in tenths of arcsec)",
        "datatype": np.dtype("f4"),
    }


@pytest.mark.parametrize("name", ["ra", "x_psf", "x_psf_f158", "kron_f158mf062_flux", "aper_bkg_flux"])
def test_columns_that_are_not_asked_for_are_defined_as_well(name: str, multiband: Any) -> None:
    assert multiband.get_column_definition(name) is not None


@pytest.mark.parametrize("name", ["bananas", "xra", "ra_of_mine", "aper4_flux", "x_psf_f15", "aper~radius~_flux", ""])
def test_what_is_no_column_has_no_definition(name: str, catalog: Any) -> None:
    assert catalog.get_column_definition(name) is None


def test_a_definition_can_be_changed_by_whom_it_was_given_to(catalog: Any) -> None:
    catalog.get_column_definition("ra")["unit"] = "m"
    assert catalog.get_column_definition("ra")["unit"] == "deg"
