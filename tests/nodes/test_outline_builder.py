"""The outline of a node says what stands in it, and touches neither the file nor what is not built."""

from __future__ import annotations

import builtins
import io
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
from astropy.table import Table
from astropy.time import Time
from astropy.units import Quantity

import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import Deferred
from roman_cal_models.nodes.lazy_dict import raw_items
from roman_cal_models.nodes.outline_builder import outline
from roman_cal_models.outline.entry import Entry
from tests.header.test_header import content_with
from tests.peer import TAGS, WriteFile, peer_file, short

__all__ = ["peer_file"]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = rcm.ImageModel.create_fake_data(shape=(32, 32))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    return model.save(tmp_path_factory.mktemp("image") / "image.asdf")


def _at(node: Any, path: str) -> Entry:
    found = outline(node).at(path)
    assert found is not None, path
    return found


def _all(entry: Entry) -> Iterator[Entry]:
    yield entry
    for member in entry.members():
        yield from _all(member)


def _odd(text: str) -> Entry:
    """Return what a header shows for a value under ``a``."""
    return _at(rcm.read_header(content_with(f"a: {text}")).node, "a")


def test_a_value_has_its_name_title_type_and_text(image: Path) -> None:
    entry = _at(rcm.read_header(image).node, "meta.cal_step.flat_field")
    assert (entry.name, entry.kind, entry.text) == ("flat_field", "str", "INCOMPLETE")
    assert entry.title == rcm.ImageModel.create_fake_data().describe("meta.cal_step.flat_field").title


def test_a_node_that_was_not_read_is_known_by_its_class(image: Path) -> None:
    node = rcm.read_header(image).node
    assert not isinstance(dict.get(node, "meta"), rcm.ObjectNode)
    entry = _at(node, "meta.cal_step")
    assert (entry.kind, entry.size, entry.value) == ("L2CalStep", len(node.meta.cal_step), None)


def test_an_array_is_named_with_type_shape_and_unit(image: Path) -> None:
    entry = _at(rcm.read_header(image).node, "data")
    assert (entry.kind, entry.dtype, entry.shape, entry.unit) == ("array", "float32", (32, 32), "DN / s")
    assert entry.text == "float32 (32 × 32)"


def test_of_two_units_the_flux_step_tells_which(image: Path) -> None:
    with rcm.open(image) as model:
        model.meta.cal_step.flux = "COMPLETE"
        assert (_at(model.node, "data").unit, model.unit("data")) == ("MJy.sr**-1", "MJy.sr**-1")
        assert _at(model.node, "data").shown_unit == "MJy sr⁻¹"


def test_what_was_read_is_shown_as_what_was_not(image: Path) -> None:
    with rcm.open(image) as model:
        before = outline(model.node).as_json()
        model.detach()
    after = outline(model.node).as_json()
    # a WCS that was built bears the name of its class
    assert _changed(before, after) == {"meta.wcs"}


def _changed(before: Any, after: Any) -> set[str]:
    own = {key for key in before.keys() | after.keys() if key != "members" and before.get(key) != after.get(key)}
    found = {before["path"]} if own else set()
    return found.union(*map(_changed, before.get("members", ()), after.get("members", ())))


class _Touched(AssertionError):
    pass


@pytest.fixture
def forbid_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have every opening, seeking and reading of a file by the outline fail."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise _Touched(args)

    with monkeypatch.context() as patch:
        for owner, name in ((builtins, "open"), (os, "open"), (io, "open")):
            patch.setattr(owner, name, refuse)
        yield


@pytest.mark.parametrize("is_closed", [False, True], ids=["open", "closed"])
def test_no_file_is_touched(is_closed: bool, image: Path, request: pytest.FixtureRequest) -> None:
    list(_all(outline(rcm.read_header(image).node)))  # the schemas are read once
    with rcm.open(image) as model:
        if is_closed:
            model.close()
        request.getfixturevalue("forbid_files")
        stream = model._source._stream  # type: ignore[union-attr]
        position = None if stream is None else stream.tell()
        entries = list(_all(outline(model.node)))
        assert len(entries) > 100
        assert position is None or stream.tell() == position  # type: ignore[union-attr]
        assert not any(item.is_built for _, item in raw_items(model.node) if isinstance(item, Deferred))


KINDS = (
    "wfi_image-1.0.0",
    "wfi_image-1.4.0",
    "wfi_mosaic-1.0.0",
    "ramp-1.0.0",
    "msos_stack-1.0.0",
)


@pytest.mark.parametrize("tag", [TAGS + kind for kind in KINDS], ids=short)
def test_the_outline_of_a_file_of_the_peer_names_all_that_it_holds(tag: str, peer_file: WriteFile) -> None:
    header = rcm.read_header(peer_file(tag))
    entries = list(_all(outline(header.node)))
    flat = {name.removeprefix("roman."): value for name, value in header.to_flat_dict().items()}
    paths = {entry.path for entry in entries}
    inside_of_lists = {name for name in flat if any(part.isdigit() for part in name.split("."))}
    assert flat.keys() - inside_of_lists <= paths
    assert all(entry.text or entry.size is not None or entry.value == "" for entry in entries)


def test_an_array_of_a_file_that_asdf_opened(image: Path) -> None:
    with asdf.open(image) as file:
        model = rcm.open(file)
        assert _at(model.node, "data").text == "float32 (32 × 32)"
    assert _at(model.node, "data").text == "float32 (32 × 32)"


def test_what_a_header_gave_for_an_array_is_shown_as_the_array(image: Path) -> None:
    header = rcm.read_header(image)
    before = _at(header.node, "data").as_json()
    assert isinstance(header.data, rcm.ArrayInfo)
    assert _at(header.node, "data").as_json() == before


ODD = {
    "null": ("null", "null", "null"),
    "true": ("true", "bool", "true"),
    "a number that is none": (".nan", "float", "nan"),
    "text of two lines": ('"a\\nb"', "str", "a b"),
    "empty text": ('""', "str", ""),
    "a list": ("[1, 2.5, x, null]", "list", "[1, 2.5, x, null]"),
    "a long list": (f"{list(range(20))}", "list", "[0, 1, 2, 3, 4, 5, 6, 7, …] (20 items)"),
    "lists in a list": ("[[1], [2, 3]]", "list", "[[1], [2, 3]]"),
    "a time": ("!time/time-1.4.0 2020-01-01T00:00:00.000", "Time", "2020-01-01T00:00:00.000"),
    "a time of another format": ("!time/time-1.4.0 {value: 5.5, format: mjd}", "Time", "5.5"),
    "a unit": ("!unit/unit-1.0.0 m s", "unit", "m s"),
    "something unknown": ("!x/y-1.0.0 {}", "y", "<y>"),
    "an array in place": ("!core/ndarray-1.1.0 {data: [1, 2], datatype: int8, shape: [2]}", "array", "int8 (2)"),
    "an array of text": (
        "!core/ndarray-1.1.0 {source: 0, datatype: [ascii, 5], byteorder: big, shape: ['*', 2]}",
        "array",
        "ascii5 (? × 2)",
    ),
    "a tagged text": ("!<asdf://stsci.edu/datamodels/roman/tags/origin-1.0.0> STSCI", "str", "STSCI"),
    "an empty mapping": ("{}", "object", ""),
    "a date": ("2020-01-01", "str", "2020-01-01"),
}


@pytest.mark.parametrize(("text", "kind", "shown"), ODD.values(), ids=ODD)
def test_odd_values(text: str, kind: str, shown: str) -> None:
    entry = _odd(text)
    assert (entry.kind if kind != "str" else "str", entry.text) == (kind, shown)


def test_mappings_in_a_list_are_members() -> None:
    entry = _odd("[{b: 1}, !unit/unit-1.0.0 m]")
    assert (entry.size, entry.text) == (2, "")
    assert [(each.path, each.text) for each in _all(entry)] == [("a", ""), ("a[0]", ""), ("a[0].b", "1"), ("a[1]", "m")]


def test_a_quantity_has_its_own_unit() -> None:
    entry = _odd("!unit/quantity-1.2.0 {value: 5.0, unit: !unit/unit-1.0.0 m}")
    assert (entry.kind, entry.text, entry.unit) == ("Quantity", "5.0", "m")


def test_what_is_in_memory() -> None:
    node: Any = rcm.ObjectNode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        node.update(
            time=Time("2020-01-01"),
            lengths=Quantity(np.zeros((2, 3)), "km"),
            length=Quantity(5.0, "m"),
            times=Time(["2020-01-01", "2020-01-02"]),
            number=np.float64(2.5),
            table=Table({"x": [1, 2]}, units={"x": "pixel"}, descriptions={"x": "Column"}),
            thing=object(),
        )
    assert [(each.path, each.kind, each.text, each.unit, each.title) for each in _all(outline(node))][1:] == [
        ("time", "Time", "2020-01-01T00:00:00.000", None, None),
        ("lengths", "array", "float64 (2 × 3)", "km", None),
        ("length", "Quantity", "5.0", "m", None),
        ("times", "Time", "(2)", None, None),
        ("number", "float", "2.5", None, None),
        ("table", "Table", "", None, None),
        ("table.x", "array", "int64 (2)", "pix", "Column"),
        ("thing", "object", "<object>", None, None),
    ]


def test_a_table_of_a_closed_file_names_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "catalog.asdf"
    rcm.ImageSourceCatalogModel.create_fake_data().save(path)
    with rcm.open(path) as model:
        pass
    entry = _at(model.node, "source_catalog")
    label = _at(model.node, "source_catalog.label")
    assert (entry.kind, label.kind, label.dtype, label.unit) == ("Table", "array", "int32", None)
    assert _at(model.node, "source_catalog.ra").unit == "deg"


def test_a_list_of_nodes_on_its_own() -> None:
    associations = rcm.AssociationsModel.create_fake_data()
    associations.products = [{"members": [{"exposerr": "no", "expname": "a.asdf", "exptype": "SCIENCE"}], "name": "p"}]
    paths = [entry.path for entry in _all(outline(associations.products))]
    assert paths[:4] == ["", "[0]", "[0].name", "[0].members"]


def test_a_path_that_leads_nowhere(image: Path) -> None:
    node = rcm.read_header(image).node
    assert outline(node).at("meta.cal_step.flat_fields") is None
    assert outline(node).at("data.x") is None
    assert outline(node).at("meta.exposure").path == "meta.exposure"  # type: ignore[union-attr]


def test_a_column_may_have_anything_for_its_description() -> None:
    table = Table({"x": [1, 2]})
    table["x"].description = [1, 2]
    node = rcm.ObjectNode()
    node["table"] = table
    assert _at(node, "table.x").title is None


def test_a_column_may_be_of_times() -> None:
    node = rcm.ObjectNode()
    node["table"] = Table({"x": Time(["2020-01-01", "2020-01-02"])})
    entry = _at(node, "table.x")
    assert (entry.dtype, entry.shape) == (None, (2,))


def test_a_unit_may_be_a_number_of_more_digits_than_python_writes() -> None:
    unit = "0x" + "f" * 5000
    header = rcm.read_header(content_with(f"meta: {{x: !unit/quantity-1.2.0 {{value: 1, unit: {unit}}}}}"))
    assert "&lt;int&gt;" in header._repr_html_()


@pytest.mark.parametrize("key", ["name", "description", "unit"])
def test_what_a_column_says_of_itself_may_be_such_a_number(key: str) -> None:
    column = f"!core/column-1.0.0 {{data: !core/ndarray-1.1.0 [1, 2], {key}: 0x{'f' * 5000}}}"
    header = rcm.read_header(
        content_with(f"source_catalog: !<tag:astropy.org:astropy/table/table-1.0.0> {{columns: [{column}]}}")
    )
    assert "&lt;int&gt;" in header._repr_html_()
