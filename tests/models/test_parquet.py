"""Source catalogues as Parquet files: ours, and those of the peer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import roman_datamodels.datamodels as peer
from astropy.table import Column, MaskedColumn, Table
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from tests.peer import differences, peer_tree

MODELS = [
    "ImageSourceCatalogModel",
    "MosaicSourceCatalogModel",
    "MultibandSourceCatalogModel",
    "ForcedImageSourceCatalogModel",
    "ForcedMosaicSourceCatalogModel",
]
FILE_SAYS = (".meta.filename", ".meta.file_date")


def filled(name: str, rows: int = 3, **kwargs: Any) -> Any:
    """Return a valid catalogue with some rows."""
    model = getattr(rcm, name).create_fake_data(**kwargs)
    columns = model.create_empty_catalog(aperture_radii=[2, 4])
    units = {key: columns[key].unit for key in columns.colnames if columns[key].unit is not None}
    values = {key: np.arange(rows).astype(columns[key].dtype) for key in columns.colnames}
    model.source_catalog = Table(values, units=units, descriptions={key: f"the {key}" for key in columns.colnames})
    return model


@pytest.mark.parametrize("rows", [0, 3])
@pytest.mark.parametrize("name", MODELS)
def test_a_catalogue_comes_back_as_it_was(name: str, rows: int, tmp_path: Path) -> None:
    model = filled(name, rows)
    path = tmp_path / "catalog.parquet"
    assert model.save(path) == path
    again: Any = rcm.open(path)
    assert type(again) is type(model)
    assert again.tag == model.tag
    assert again.problems() == []
    assert differences(model.node, again.node, ignore=FILE_SAYS) == []
    assert again.meta.filename == "catalog.parquet"
    assert [c.description for c in again.source_catalog.columns.values()] == [
        f"the {key}" for key in model.source_catalog.colnames
    ]


def test_an_old_version_keeps_its_tag_and_its_tagged_scalars(tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel", version="1.3.0")
    again: Any = rcm.open(model.save(tmp_path / "old.parquet"))
    assert again.tag == model.tag
    assert again.meta.telescope.tag == model.meta.telescope.tag
    assert differences(model.node, again.node, ignore=FILE_SAYS) == []


@pytest.mark.parametrize("name", MODELS)
def test_a_file_of_the_peer_opens_with_typed_values(name: str, tmp_path: Path) -> None:
    theirs = getattr(peer, name).create_fake_data()
    columns = theirs.create_empty_catalog()
    theirs.source_catalog = Table({key: np.arange(3).astype(columns[key].dtype) for key in columns.colnames})
    for key in columns.colnames:
        theirs.source_catalog[key].unit = columns[key].unit
    path = tmp_path / "peer.parquet"
    theirs.to_parquet(path)
    ours: Any = rcm.open(path)
    assert ours.problems() == []
    assert differences(peer_tree(theirs), ours.node, ignore=FILE_SAYS) == []


def test_the_peers_users_find_what_they_look_for(tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel")
    model.to_parquet(tmp_path / "ours.parquet")
    theirs = peer.ImageSourceCatalogModel.create_fake_data()
    theirs.to_parquet(tmp_path / "theirs.parquet")
    schemas = [pyarrow.parquet.read_schema(tmp_path / f"{whose}.parquet") for whose in ("ours", "theirs")]
    found, wanted = ({key.decode() for key in schema.metadata} for schema in schemas)
    assert wanted <= found
    label = schemas[0].field("kron_flux")
    assert label.metadata == schemas[1].field("kron_flux").metadata
    assert schemas[0].metadata[b"roman.meta.filename"] == b"ours.parquet"


def test_what_pipeline_code_looks_up_in_the_model_is_there(tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel")
    model.to_parquet(tmp_path / "ours.parquet")
    keys = {key.decode() for key in pyarrow.parquet.read_schema(tmp_path / "ours.parquet").metadata}
    names = {key for key in keys if not key.startswith(("source_catalog.", "table_meta_yaml"))}
    assert names
    for name in names:
        value: Any = model
        for part in name.removeprefix("roman.").split("."):
            value = value[part]


COLUMNS = {
    "text": Column(["a", "é", ""]),
    "text with room": Column(["a", "b", "c"], dtype="U10"),
    "rows of text": Column([["a", "bc"]] * 3),
    "bytes": Column([b"a", b"bc", b""]),
    "flags": Column([True, False, True]),
    "big endian": Column([0, 1, 2], dtype=">f8"),
    "half": Column([0, 1, 2], dtype="f2"),
    "no numbers": Column([np.nan, np.inf, -np.inf], unit="nJy", description="Größe", format="%.1f", meta={"a": 1}),
    "large": Column([0, 1, 2**64 - 1], dtype="u8"),
    "rows of rows": Column(np.arange(24, dtype="f4").reshape(3, 2, 4)),
    "masked": MaskedColumn([1, 2, 3], mask=[False, True, False], dtype="i2"),
    "masked, but none is": MaskedColumn([1, 2, 3], mask=[False] * 3),
    "all masked": MaskedColumn([1.0, 2, 3], mask=[True] * 3),
    "masked and large": MaskedColumn([2**64 - 1, 1, 2**53 + 1], mask=[False, True, False], dtype="u8"),
    "masked text": MaskedColumn(["a", "b", "c"], mask=[True, False, False]),
    "masked rows": MaskedColumn(np.arange(6).reshape(3, 2), mask=np.eye(3, 2, dtype=bool)),
}


@pytest.mark.parametrize("rows", [0, 3])
@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_of_every_kind_come_back(kind: str, rows: int, tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel", rows)
    model.source_catalog["naïve"] = COLUMNS[kind][:rows]
    column = model.source_catalog["naïve"]
    again: Any = rcm.open(model.save(tmp_path / "more.parquet")).source_catalog["naïve"]
    assert type(again) is type(column)
    assert (again.dtype, again.shape) == (column.dtype, column.shape)
    assert column.attrs_equal(again), "unit, description, format and meta"
    assert np.array_equal(np.ma.getmaskarray(again), np.ma.getmaskarray(column))
    seen = ~np.ma.getmaskarray(column)
    np.testing.assert_array_equal(np.asarray(again)[seen], np.asarray(column)[seen])


def test_the_tables_own_metadata_comes_back_and_is_told_as_text(tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel")
    model.source_catalog.meta["aperture"] = {"radius": 2}
    path = model.save(tmp_path / "more.parquet")
    assert rcm.open(path).source_catalog.meta["aperture"] == {"radius": 2}
    assert pyarrow.parquet.read_schema(path).metadata[b"source_catalog.aperture.radius"] == b"2"


@pytest.mark.parametrize("column", [Time(["2026-01-01"] * 3), np.arange(3) * 1j], ids=["times", "complex"])
def test_columns_that_parquet_does_not_know_are_told(column: Any, tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel")
    model.source_catalog["odd"] = column
    with pytest.raises(rcm.SourceTypeError, match=r"odd\.parquet: column 'odd' cannot be written to Parquet"):
        model.save(tmp_path / "odd.parquet")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=30, deadline=None)
@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30),
    number=st.floats(-1e9, 1e9),
)
def test_any_metadata_comes_back(text: str, number: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    model = filled("ImageSourceCatalogModel", 1)
    model.meta.program.title = text
    model.meta.exposure.exposure_time = number
    model.meta["remarks"] = {"text": text, "list": [number, None, True], "none": "None"}
    again: Any = rcm.open(model.save(tmp_path_factory.mktemp("any") / "any.parquet"))
    assert differences(model.node, again.node, ignore=FILE_SAYS) == []


def test_what_is_not_valid_is_not_written(tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel")
    path = model.save(tmp_path / "catalog.parquet")
    before = path.read_bytes()
    model.source_catalog.remove_column("label")
    with pytest.raises(rcm.ValidationError, match="label"):
        model.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["catalog.parquet"]


def test_a_model_without_a_table_is_not_saved_as_parquet(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"models are saved as \.asdf, not as '\.parquet'"):
        rcm.RampModel.create_fake_data().save(tmp_path / "ramp.parquet")


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" * 100, b"PAR1\x00\xff" + b"\x10\x00\x00\x00PAR1"])
def test_a_broken_file_is_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(content)
    with pytest.raises(rcm.NotRomanError, match=r"broken\.parquet: cannot be read as a Parquet file"):
        rcm.open(path)


@pytest.mark.parametrize("metadata", [None, {"roman.meta.model_type": "NoModel"}])
def test_a_foreign_file_is_told(metadata: Any, tmp_path: Path) -> None:
    path = tmp_path / "foreign.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}).replace_schema_metadata(metadata), path)
    with pytest.raises(rcm.NotRomanError, match=r"foreign\.parquet: a Parquet file, but its metadata names no"):
        rcm.open(path)


HOSTILE: dict[str, dict[str, bytes | str]] = {
    "a model that is none": {"source_catalog.roman_cal_models.asdf": b"#ASDF 1.0.0\n"},
    "a header that is none": {"table_meta_yaml": "a: [1"},
    "a header of something else": {"table_meta_yaml": "- datatype\n"},
    "text that is none": {"roman.meta.filename": b"\xff"},
    "a name that is a value and a group": {"roman.meta": "a"},
    "no JSON": {"source_catalog.roman_cal_models.columns": "{"},
    "JSON of something else": {"source_catalog.roman_cal_models.columns": "[1]"},
    "a shape that does not fit": {
        "source_catalog.roman_cal_models.columns": '{"columns": {"label": {"shape": [2, 7]}}}'
    },
    "a type that is none": {"source_catalog.roman_cal_models.columns": '{"columns": {"label": {"dtype": "nonsense"}}}'},
    "a class that is not a catalogue": {"roman.meta.model_type": "RampModel"},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_told_by_name(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.parquet"
    filled("ImageSourceCatalogModel").save(path)
    found = pyarrow.parquet.read_table(path)
    metadata = {**found.schema.metadata, **{key.encode(): value for key, value in HOSTILE[kind].items()}}
    if "source_catalog.roman_cal_models.asdf" not in HOSTILE[kind]:
        del metadata[b"source_catalog.roman_cal_models.asdf"]
    pyarrow.parquet.write_table(found.replace_schema_metadata(metadata), path)
    with pytest.raises(rcm.NotRomanError, match=r"hostile\.parquet: "):
        rcm.open(path)


def test_without_pyarrow_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(rcm.MissingPackageError, match=r"pip install 'roman-cal-models\[parquet\]'"):
        model.to_parquet(tmp_path / "catalog.parquet")
