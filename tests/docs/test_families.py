"""The pages of the families, as the build writes them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from roman_cal_models.view.families import family

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def pages(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("families", repository / "docs" / "_extensions" / "families.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_page_tells_the_facts_of_each_property(pages: ModuleType) -> None:
    text = "\n".join(pages._page(family("meta/l2_cal_step"), set()))
    _, _, row = text.partition("   * - :roman:property:`wfi18_transient <L2CalStep.wfi18_transient>` \\*")
    assert row
    cells = [line.removeprefix("     - ") for line in row.splitlines()[1:7]]
    assert cells == [
        "WFI18 Transient Anomaly Correction Step",
        "string",
        "``'INCOMPLETE'``, ``'N/A'``, ``'COMPLETE'``, ``'FAILED'``, ``'SKIPPED'``",
        "     -",
        "1.1.0",
        "ScienceRefData.s\\_wfi18\\_transient (nvarchar(15))",
    ]


def test_a_column_that_many_tables_have_is_named_once(pages: ModuleType) -> None:
    assert pages._columns(["A.x", "B.x", "C.y"]) == "x in A, B; C.y"
    table, _, _ = "\n".join(pages._page(family("wfi_image"), set())).partition("\nChanges\n")
    assert "- calibration\\_software\\_name in WFIExposure, " in table
    assert table.count("calibration\\_software\\_name") == 1


def test_a_page_leads_back_to_all_families(pages: ModuleType) -> None:
    assert ":All: :doc:`index`" in list(pages._page(family("wfi_image"), set()))


def test_a_class_stands_on_one_page_alone(pages: ModuleType) -> None:
    described: set[str] = set()
    homes = [list(pages._page(family(name), described)) for name in ("meta/l2_cal_step", "l2_cal_step")]
    assert [".. py:class:: roman_cal_models.L2CalStep" in lines for lines in homes] == [True, False]
    assert "- :py:obj:`roman_cal_models.L2CalStep`" in homes[1]


def test_the_search_leads_to_the_page_of_the_class(pages: ModuleType) -> None:
    described: set[str] = set()
    homes = ["\n".join(pages._page(family(name), described)) for name in ("meta/l2_cal_step", "l2_cal_step")]
    assert [":roman:property:`flat_field <L2CalStep.flat_field>`" in text for text in homes] == [True, False]
    assert "* - ``flat_field``" in homes[1]


def test_signs_of_rst_in_the_text_of_schemas_are_text(pages: ModuleType) -> None:
    assert pages._escaped("a*b_ `c` |d|") == "a\\*b\\_ \\`c\\` \\|d\\|"
    assert pages._escaped("file:// of a path") == "file\\:// of a path"


def test_a_page_tells_where_the_columns_of_obscore_come_from(pages: ModuleType) -> None:
    text = "\n".join(pages._obscore())
    _, _, row = text.partition("   * - ``s_ra``\n")
    cells = [line.removeprefix("     - ") for line in row.splitlines()[:4]]
    assert cells[:3] == ["double", "deg", "pos.eq.ra"]
    assert cells[3].startswith(
        "image, segmentation map of an image, catalogue of an image: meta.wcsinfo.ra\\_ref; mosaic"
    )
