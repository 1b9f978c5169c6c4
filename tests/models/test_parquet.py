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
from astropy.table import MaskedColumn, Table
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


def test_masked_and_text_columns_and_columns_of_rows_come_back(tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel")
    table = model.source_catalog
    table["remark"] = ["a", "é", ""]
    table["maybe"] = MaskedColumn([1, 2, 3], mask=[False, True, False], dtype="i2")
    table["pair"] = np.arange(6, dtype="f4").reshape(3, 2)
    table["flag"] = [True, False, True]
    table["big_endian"] = np.arange(3, dtype=">f8")
    table.meta["aperture"] = {"radius": 2}
    again: Any = rcm.open(model.save(tmp_path / "more.parquet")).source_catalog
    assert list(again["remark"]) == ["a", "é", ""]
    assert again["maybe"].mask.tolist() == [False, True, False]
    assert again["maybe"].dtype == np.int16
    assert again["pair"].shape == (3, 2)
    assert again["pair"].dtype == np.float32
    assert again["flag"].dtype == bool
    assert again["big_endian"].tolist() == [0, 1, 2]
    assert again.meta["aperture"] == {"radius": 2}


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
    with pytest.raises(rcm.NotRomanError, match=r"foreign\.parquet: a Parquet file, but its metadata tells of no"):
        rcm.open(path)


def test_without_pyarrow_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = filled("ImageSourceCatalogModel")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(rcm.MissingPackageError, match=r"pip install 'roman-cal-models\[parquet\]'"):
        model.to_parquet(tmp_path / "catalog.parquet")
