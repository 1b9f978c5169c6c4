"""``roman-cal-models set``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.cli import main


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "image.asdf"
    image = peer.ImageModel.create_fake_data(shape=(4, 4))
    image.meta.cal_step = dict(rcm.L2CalStep.create_minimal())
    image.data = np.full((4, 4), 2.5, np.float32)
    image.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("meta.cal_step.flat_field", "SKIPPED", "SKIPPED"),
        ("meta.exposure.exposure_time", "12.5", 12.5),
        ("meta.exposure.nresultants", "3", 3),
        ("meta.exposure.hga_move", "true", True),
        ("meta.exposure.start_time", "2027-01-31T12:00:00.000", Time("2027-01-31T12:00:00.000")),
        ("meta.exposure.read_pattern", "[[1], [2, 3]]", [[1], [2, 3]]),
        ("meta.wcs", "null", None),
        # text, however it looks
        ("meta.program.investigator_name", "null", "null"),
        ("meta.exposure.ma_table_id", "12", "12"),
        ("meta.exposure.ma_table_id", "a=b", "a=b"),
    ],
)
def test_a_value_is_read_as_its_schema_says(name: str, text: str, value: Any, path: Path) -> None:
    assert main(["set", str(path), f"{name}={text}"]) == 0
    with rcm.open(path, validate=True) as model:
        found: Any = model
        for part in name.split("."):
            found = found[part]
        assert found == value
        assert type(found) is type(value) or isinstance(value, (list, Time))
        assert (model.data == 2.5).all()
        assert model.meta.filename == "image.asdf"


def test_each_change_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    assignments = ["meta.cal_step.flat_field=SKIPPED", "meta.exposure.exposure_time=12.5"]
    assert main(["set", str(path), *assignments, "--dry-run"]) == 0
    changes = [
        "meta.cal_step.flat_field: 'INCOMPLETE' -> 'SKIPPED'",
        "meta.exposure.exposure_time: -999999.0 -> 12.5",
    ]
    assert capsys.readouterr().out.splitlines() == [*changes, "nothing was written"]
    assert path.read_bytes() == before
    assert main(["set", str(path), *assignments]) == 0
    assert capsys.readouterr().out.splitlines() == [*changes, f"written: {path}"]
    assert main(["set", str(path), assignments[0], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"path": "meta.cal_step.flat_field", "old": "SKIPPED", "new": "SKIPPED"}
    ]


def test_all_or_none_are_set_and_every_wrong_one_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    wrong = [
        "meta.cal_step.flat_feld=SKIPPED",
        "meta.cal_step.dark=DONE",
        "meta.exposure.exposure_time=long",
        "meta.exposure.start_time=yesterday",
        "meta.statistics.good_pixel_fraction=1",
        "data=1",
    ]
    assert main(["set", str(path), "meta.telescope=ROMAN", *wrong]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert [line.partition(":")[0] for line in lines[1:4]] == [each.partition("=")[0] for each in wrong[1:4]]
    assert "Did you mean 'flat_field'?" in lines[0]
    assert "'DONE' is not one of" in lines[1]
    assert "'long' is not of type number" in lines[2]
    assert "is not a time" in lines[3]
    assert lines[4].startswith("meta.statistics is not in the file; with --create it is added")
    assert lines[5] == "data holds an object (ndarray) that cannot be given as text"
    assert path.read_bytes() == before


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    return rcm.ImageModel.create_fake_data(shape=(4, 4)).save(tmp_path / "fresh.asdf")


def test_what_leads_to_a_value_is_created(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = fresh.read_bytes()
    assignments = ["meta.cal_step.flat_field=COMPLETE", "meta.cal_step.dark=SKIPPED"]
    assert main(["set", str(fresh), *assignments]) == 1
    told = "meta.cal_step is not in the file; with --create it is added, with the least that its schema asks for"
    assert capsys.readouterr().err.splitlines() == [told] * 2
    assert fresh.read_bytes() == before
    assert main(["set", str(fresh), *assignments, "--create"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "meta.cal_step: created",
        "meta.cal_step.flat_field: 'INCOMPLETE' -> 'COMPLETE'",
        "meta.cal_step.dark: 'INCOMPLETE' -> 'SKIPPED'",
        f"written: {fresh}",
    ]
    with rcm.open(fresh, validate=True) as model:
        assert model.meta.cal_step == rcm.L2CalStep.create_minimal({"flat_field": "COMPLETE", "dark": "SKIPPED"})


def test_what_is_created_is_of_the_version_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = rcm.ImageModel.create_fake_data(version="1.0.0", shape=(4, 4)).save(tmp_path / "old.asdf")
    assert main(["set", str(old), "meta.cal_step.flat_field=COMPLETE", "--create", "--json"]) == 0
    created, changed = json.loads(capsys.readouterr().out)
    assert (created["path"], created["old"], "dark_decay" in created["new"]) == ("meta.cal_step", None, False)
    assert changed == {"path": "meta.cal_step.flat_field", "old": "INCOMPLETE", "new": "COMPLETE"}
    with rcm.open(old, validate=True) as model:
        assert model.meta.cal_step == rcm.L2CalStep.create_minimal({"flat_field": "COMPLETE"}, version="1.0.0")


def test_what_a_created_section_still_needs_is_told(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = fresh.read_bytes()
    assert main(["set", str(fresh), "meta.statistics.good_pixel_fraction=1", "--create"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert f"{fresh}: meta.statistics.image_rms: is required and missing (meta/statistics-2.0.0)" in lines
    assert all(line.startswith(f"{fresh}: meta.statistics.") for line in lines)
    assert fresh.read_bytes() == before


def test_nothing_is_created_in_vain(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set", str(path), "meta.cal_step.flat_field=SKIPPED", "--create", "--dry-run"]) == 0
    assert "created" not in capsys.readouterr().out


def test_another_file_can_be_written(path: Path, tmp_path: Path) -> None:
    before, other = path.read_bytes(), tmp_path / "other.asdf"
    assert main(["set", str(path), "meta.cal_step.flat_field=SKIPPED", "--out", str(other)]) == 0
    assert path.read_bytes() == before
    assert list(rcm.diff(path, other, ignore=("meta.file*",)).paths()) == ["meta.cal_step.flat_field"]


def test_what_is_invalid_elsewhere_is_not_written(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_bytes(path.read_bytes().replace(b"detector: WFI01", b"detector: WFI99"))
    before = path.read_bytes()
    for more in ([], ["--dry-run"]):
        assert main(["set", str(path), "meta.cal_step.flat_field=SKIPPED", *more]) == 1
        assert "meta.instrument.detector" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert main(["set", str(path), "meta.instrument.detector=WFI02"]) == 0


def test_a_file_keeps_its_version(tmp_path: Path) -> None:
    path = tmp_path / "old.asdf"
    tag = "asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.0.0"
    rcm.ImageModel.create_fake_data(tag=tag, shape=(4, 4)).save(path)
    assert main(["set", str(path), "meta.exposure.exposure_time=3"]) == 0
    with rcm.open(path) as model:
        assert (model.tag, model.meta.exposure.exposure_time) == (tag, 3)


def test_wrong_usage(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([str(path)], [str(path), "meta.telescope"], [str(path), "=1"]):
        with pytest.raises(SystemExit) as ended:
            main(["set", *arguments])
        assert ended.value.code == 2
    assert "is not of the form PATH=VALUE" in capsys.readouterr().err


def test_a_file_that_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set", "missing.asdf", "meta.telescope=ROMAN"]) == 1
    assert "missing.asdf" in capsys.readouterr().err


def test_what_is_not_what_was_written_is_told_of_the_copy_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "image.asdf")
    content = bytearray(path.read_bytes())
    content[content.index(b"\xd3BLK") + 70] ^= 1
    path.write_bytes(content)
    assert main(["set", str(path), "meta.telescope=ROMAN"]) == 0
    assert path.read_bytes() != content
    assert main(["validate", "--blocks", str(path)]) == 1
    assert "does not match its checksum" in capsys.readouterr().out


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    model = rcm.MultibandSourceCatalogModel.create_fake_data()
    model.meta.image_metas = [rcm.L3Common.create_fake_data(), rcm.L3Common.create_fake_data()]
    return model.save(tmp_path / "catalogue.asdf")


def _at(model: Any, *keys: str | int) -> Any:
    for key in keys:
        model = model[key]
    return model


@pytest.mark.parametrize(
    ("assignment", "keys", "value"),
    [
        ("meta.exposure.read_pattern[0]=[5, 6]", ("meta", "exposure", "read_pattern", 0), [5, 6]),
        ("meta.exposure.read_pattern[1][0]=7", ("meta", "exposure", "read_pattern", 1, 0), 7),
        ("meta.exposure.read_pattern[-1]=[9]", ("meta", "exposure", "read_pattern", -1), [9]),
    ],
)
def test_an_item_of_a_list_is_set(assignment: str, keys: tuple[str | int, ...], value: Any, path: Path) -> None:
    assert main(["set", str(path), "meta.exposure.read_pattern=[[1], [2, 3]]", assignment]) == 0
    with rcm.open(path, validate=True) as model:
        assert _at(model, *keys) == value


def test_a_value_in_an_item_of_a_list_is_set(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["set", str(catalogue), "meta.image_metas[1].telescope=ROMAN", "meta.image_metas[0].product_type=x"]) == 0
    )
    assert "meta.image_metas[0].product_type: " in capsys.readouterr().out
    with rcm.open(catalogue, validate=True) as model:
        assert [each.product_type == "x" for each in model.meta.image_metas] == [True, False]


def test_a_wrong_item_is_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    assert main(["set", str(path), "meta.exposure.read_pattern=[[1]]", 'meta.exposure.read_pattern[0]=["a"]']) == 1
    assert capsys.readouterr().err.startswith("meta.exposure.read_pattern[0][0]: 'a' is not of type 'integer'")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ("meta.image_metas.product_type=x", "meta.image_metas is a list of 2: say which of them, such as"),
        ("meta.image_metas[2].product_type=x", "meta.image_metas has 2 items: there is no meta.image_metas[2]"),
        ("meta.image_metas[-3].product_type=x", "meta.image_metas has 2 items: there is no meta.image_metas[-3]"),
        (
            "meta.image_metas[one].product_type=x",
            "'image_metas[one]' is not a name, nor the name of a list with an index",
        ),
        ("meta.image_metas[0=x", "'image_metas[0' is not a name"),
        ("meta..telescope=x", "meta..telescope: '' is not a name"),
        ("meta.telescope[0]=x", "no schema describes 'telescope[0]' of 'meta.telescope[0]'"),
        ("meta[0].telescope=x", "no schema describes 'meta[0]' of 'meta[0].telescope'"),
        ("meta.image_metas[0].no_such=x", "no schema describes 'no_such'"),
    ],
)
def test_a_bad_path_is_one_clear_error(
    assignment: str, told: str, catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = catalogue.read_bytes()
    assert main(["set", str(catalogue), assignment]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert catalogue.read_bytes() == before


NOT_FINITE = [
    "meta.exposure.exposure_time=1e400",
    "meta.exposure.exposure_time=-1e400",
    "meta.exposure.exposure_time=NaN",
    "meta.exposure.exposure_time=Infinity",
    "meta.exposure.exposure_time=-Infinity",
]
NOT_FINITE_INSIDE = ["meta.exposure.read_pattern=[[1e400]]", 'meta.exposure={"exposure_time": NaN}']


@pytest.mark.parametrize(
    "assignment", [*NOT_FINITE, "meta.exposure.read_pattern=[[1e400]]", 'meta.exposure={"exposure_time": NaN}']
)
def test_a_number_that_is_not_finite_is_refused(
    assignment: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = path.read_bytes()
    assert main(["set", str(path), assignment]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "is not a finite number; --allow-nan takes it" in line
    assert path.read_bytes() == before


@pytest.mark.parametrize("assignment", NOT_FINITE)
def test_it_is_taken_where_that_is_said(assignment: str, path: Path) -> None:
    assert main(["set", str(path), assignment, "--allow-nan"]) == 0
    with rcm.open(path) as model:
        assert not np.isfinite(model.meta.exposure.exposure_time)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("9" * 5000, "an integer of 5000 digits is too long"),
        ("[[" + "9" * 5000 + "]]", "an integer of 5000 digits is too long"),
        ("[" * 100_000, "the value is nested too deep"),
        ("[" * 5000 + "]" * 5000, "the value is nested too deep"),
        ("[" * 900 + "]" * 900, "meta.exposure.read_pattern"),
        ("x" * 5000, "is not of type array"),
    ],
    ids=["5,000 digits", "5,000 digits in a list", "100,000 brackets", "5,000 deep", "900 deep", "5,000 letters"],
)
def test_what_cannot_be_read_is_one_line_of_ours(
    value: str, told: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["set", str(path), f"meta.exposure.read_pattern={value}"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert line.startswith("meta.exposure.read_pattern")
    assert len(line) < 300


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_nothing_takes_the_place_of_a_fifo(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fifo = tmp_path / "fifo.asdf"
    os.mkfifo(fifo)
    assert main(["set", str(path), "meta.prd_version=9", "--out", str(fifo)]) == 1
    assert f"{fifo}: is a FIFO" in capsys.readouterr().err
    assert fifo.is_fifo()
