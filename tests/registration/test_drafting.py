"""Schemas drafted from examples, and products converted by them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
import yaml as pyyaml
from astropy.io import fits
from astropy.table import Table
from astropy.time import Time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.cli import main
from roman_cal_models.errors import ConversionError, NotAsdfError, SchemaError, TargetExistsError
from roman_cal_models.registration.drafting import draft_schema
from roman_cal_models.registration.examples import read_example
from roman_cal_models.registration.folder import TO_FILL_IN, check_folder

from .folders import ROMAN

pytestmark = pytest.mark.once

ID = "CCSP/SPEAR/spear_map-1.0.0"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    header = fits.Header()
    header["OBJECT"] = ("A2744", "Name of the field")
    header["EXPTIME"] = (1200.0, "[s] Exposure time")
    header["DATE-OBS"] = "2027-01-01"
    header["DEBLEND"] = (True, "Whether sources are deblended")
    header["NITER"] = (12, "[furlongs] Iterations")
    header["EXPOSURE"] = 3
    header["HISTORY"] = "made by hand"
    image = fits.ImageHDU(np.arange(12, dtype="u2").reshape(3, 4), name="DQ")
    image.header["BUNIT"] = "DN/s"
    image.header["EXTNAME"] = ("DQ", "Data quality")
    table = fits.table_to_hdu(Table({"id": [1, 2, 3], "flux": np.array([1, 2, 3], "f4"), "name": ["a", "bb", "c"]}))
    table.header["EXTNAME"] = "PEAKS"
    table.header["TCOMM1"] = "Number of the peak"
    table.header["TUNIT2"] = "Jy"
    path = tmp_path / "map.fits"
    primary = fits.PrimaryHDU(np.arange(12, dtype=">f4").reshape(3, 4), header=header)
    fits.HDUList([primary, image, table]).writeto(path)
    return path


def drafted(file: Path, folder: Path, name: str = ID) -> dict[str, Any]:
    written = draft_schema(file, name, folder)
    schema: dict[str, Any] = pyyaml.safe_load(written[0].read_text())
    return schema


def test_of_a_fits_file_all_is_described(file: Path, tmp_path: Path) -> None:
    schema = drafted(file, tmp_path / "spear")
    assert schema["id"] == f"{ROMAN}/schemas/{ID}"
    assert schema["datamodel_name"] == "SpearMapModel"
    common, own = schema["properties"]["meta"]["allOf"]
    assert common["$ref"].startswith(f"{ROMAN}/schemas/CCSP/ccsp_custom_product-")
    keywords = own["properties"]["header"]["properties"]
    assert [*keywords] == ["object", "exptime", "date_obs", "deblend", "niter", "exposure"]
    assert keywords["exptime"] == {
        "title": "Exposure time (s)",
        "description": "Keyword EXPTIME of the FITS file.",
        "type": "number",
        "unit": "s",
    }
    assert (keywords["deblend"]["type"], keywords["niter"]["type"]) == ("boolean", "integer")
    # a word in brackets that is no unit
    assert keywords["niter"]["title"] == "[furlongs] Iterations"
    assert keywords["date_obs"]["title"].startswith(TO_FILL_IN)
    data, dq = schema["properties"]["data"], schema["properties"]["dq"]
    assert (data["datatype"], data["ndim"], data["exact_datatype"]) == ("float32", 2, True)
    assert (dq["datatype"], dq["title"], dq["unit"]) == ("uint16", "Data quality", "DN/s")
    columns = schema["properties"]["peaks"]["allOf"][1]["properties"]["columns"]["allOf"]
    described = [each["not"]["items"]["not"] for each in columns]
    assert [each["unit"] for each in described] == ["none", "Jy", "none"]
    assert described[0]["title"] == "Number of the peak"
    assert described[1]["properties"]["data"]["properties"]["datatype"]["enum"] == ["float32"]


def test_what_astropy_writes_of_its_own_is_no_title(tmp_path: Path) -> None:
    path = tmp_path / "map.fits"
    header = fits.Header({"LONGSTRN": "OGIP 1.0"})
    compressed = fits.CompImageHDU(np.zeros((20, 20), "f4"), name="KAPPA")
    fits.HDUList([fits.PrimaryHDU(header=header), compressed, fits.ImageHDU(np.zeros(3), name="MASK")]).writeto(path)
    schema = drafted(path, tmp_path / "spear")
    assert "header" not in schema["properties"]["meta"]["allOf"][-1].get("properties", {}).get("header", {})
    for name in ("kappa", "mask"):
        assert schema["properties"][name]["title"] == f"{TO_FILL_IN}: {name}"


def test_a_draft_lacks_nothing_but_titles(file: Path, tmp_path: Path) -> None:
    draft_schema(file, ID, tmp_path / "spear")
    problems = check_folder(tmp_path / "spear").problems
    assert {problem.kind for problem in problems} == {"title"}


def test_a_second_draft_stands_beside_the_first(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "spear"
    draft_schema(file, ID, folder)
    draft_schema(file, "CCSP/SPEAR/spear_peaks-1.0.0", folder)
    manifest = pyyaml.safe_load((folder / "manifests/CCSP/SPEAR-1.0.0.yaml").read_text())
    assert [tag["tag_uri"].rpartition("/")[2] for tag in manifest["tags"]] == ["spear_map-1.0.0", "spear_peaks-1.0.0"]
    assert {problem.kind for problem in check_folder(folder).problems} == {"title"}


def test_nothing_is_replaced(file: Path, tmp_path: Path) -> None:
    draft_schema(file, ID, tmp_path / "spear")
    with pytest.raises(TargetExistsError, match="is there already"):
        draft_schema(file, ID, tmp_path / "spear")
    with pytest.raises(TargetExistsError, match="installed rad"):
        draft_schema(file, "wfi_image-2.0.0", tmp_path / "spear")


@pytest.mark.parametrize("name", ["spear_map", "asdf://example.org/tags/map-1.0.0", ""])
def test_what_is_no_id_is_refused(file: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(SchemaError):
        draft_schema(file, name, tmp_path / "spear")
    assert not (tmp_path / "spear").exists()


def test_of_an_asdf_file_all_is_described(tmp_path: Path) -> None:
    tree = {
        "meta": {
            "file_date": Time("2027-01-01"),
            "telescope": "ROMAN",
            "nodes": [1, 2],
            "mixed": [1, "x"],
            "none": None,
        },
        "kappa": np.zeros((3, 4), "f8"),
        "pairs": np.zeros(3, [("x", "f4"), ("y", "i2")]),
        "peaks": Table({"id": [1, 2]}),
    }
    asdf.AsdfFile({"roman": tree}).write_to(tmp_path / "map.asdf")
    schema = drafted(tmp_path / "map.asdf", tmp_path / "spear")
    own = schema["properties"]["meta"]["allOf"][1]["properties"]
    # what all products of the community have is left to the schema of theirs
    assert {name: {k: v for k, v in each.items() if k != "title"} for name, each in own.items()} == {
        "nodes": {"type": "array", "items": {"type": "integer"}},
        "mixed": {"type": "array"},
        "none": {},
    }
    assert schema["properties"]["kappa"]["datatype"] == "float64"
    assert schema["properties"]["pairs"]["datatype"] == [
        {"name": "x", "datatype": "float32"},
        {"name": "y", "datatype": "int16"},
    ]
    assert {problem.kind for problem in check_folder(tmp_path / "spear").problems} == {"title"}


def test_of_an_authority_of_ones_own(tmp_path: Path) -> None:
    asdf.AsdfFile({"flux": np.zeros(3, "f4"), "when": Time("2027-01-01")}).write_to(tmp_path / "flux.asdf")
    schema = drafted(tmp_path / "flux.asdf", tmp_path / "own", "asdf://example.org/flux/schemas/flux-1.0.0")
    assert schema["properties"]["when"]["tag"] == "tag:stsci.edu:asdf/time/time-1.*"
    assert {problem.kind for problem in check_folder(tmp_path / "own").problems} == {"title"}
    assert not (tmp_path / "own" / "values.yaml").exists()


def test_a_file_of_the_mission_is_an_example_as_well(tmp_path: Path) -> None:
    rcm.ImageModel.create_fake_data(shape=(4, 4)).save(tmp_path / "image.asdf")
    schema = drafted(tmp_path / "image.asdf", tmp_path / "spear")
    assert schema["properties"]["data"]["ndim"] == 2


@pytest.mark.parametrize("name", ["map.fits", "map.asdf"])
@pytest.mark.parametrize("content", [b"", b"nonsense", b"SIMPLE  =                    T"])
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises((ConversionError, NotAsdfError), match=name):
        read_example(tmp_path / name)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for name in ("map.fits", "map.asdf"):
        with pytest.raises(FileNotFoundError):
            read_example(tmp_path / name)


NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=1, max_size=8)
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], max_examples=30
)
@given(st.lists(st.tuples(NAMES, st.booleans() | st.integers(-(2**31), 2**31) | TEXTS, TEXTS), max_size=6), TEXTS)
def test_any_header_gives_a_draft_that_lacks_nothing_but_titles(
    tmp_path: Path, cards: list[tuple[str, Any, str]], unit: str
) -> None:
    header = fits.Header()
    for name, value, comment in cards:
        if name not in ("SIMPLE", "BITPIX", "NAXIS", "EXTEND", "END", "COMMENT", "HISTORY"):
            header[name] = (value, comment[: 40 - len(str(value))])
    image = fits.ImageHDU(np.zeros((2, 2), "f4"), name="A")
    image.header["BUNIT"] = unit
    hdus = fits.HDUList([fits.PrimaryHDU(header=header), image])
    hdus.writeto(tmp_path / "any.fits", overwrite=True, output_verify="ignore")
    shutil.rmtree(tmp_path / "any", ignore_errors=True)
    draft_schema(tmp_path / "any.fits", ID, tmp_path / "any")
    assert {problem.kind for problem in check_folder(tmp_path / "any").problems} <= {"title"}


# -- by commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Give a function that runs a command in a process of its own: what is registered holds for a process."""

    def run(*arguments: str, schemas: str = "") -> tuple[int, str, str]:
        script = "import sys; from roman_cal_models.cli import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script, *arguments],
            cwd=tmp_path,
            env={**os.environ, "ROMAN_CAL_MODELS_SCHEMAS": schemas},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def folder(file: Path, tmp_path: Path) -> Path:
    """Return a folder with a draft that is filled in, and the values beside it."""
    folder = tmp_path / "spear"
    for path in draft_schema(file, ID, folder, title="Map"):
        path.write_text(path.read_text().replace(f"{TO_FILL_IN}: ", "").replace("Version of this file", "1.0"))
    return folder


Run = Callable[..., tuple[int, str, str]]


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Give what asdf alone makes of a product."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", asdf.exceptions.AsdfWarning)
        with asdf.open(path) as file:
            yield file["roman"]


def test_a_fits_file_becomes_a_product(run: Run, folder: Path) -> None:
    values = ("--values", "spear/values.yaml", "--schemas", "spear")
    assert run("convert", "map.fits", "map.asdf", "--schema", ID, *values) == (0, "map.fits: map.asdf\n", "")
    assert run("validate", "map.asdf", "--schemas", "spear") == (0, "1 valid, 0 not (0 problems)\n", "")
    status, printed, _ = run("info", "map.asdf", "--json", schemas="spear")
    assert (status, json.loads(printed)["model_type"]) == (0, "SpearMapModel")
    with opened(folder.parent / "map.asdf") as roman:
        assert roman["meta"]["header"]["object"] == "A2744"
        assert roman["meta"]["ccsp"]["name"] == "SPEAR"
        assert abs(roman["meta"]["file_date"] - Time.now()).to_value("h") < 24
        np.testing.assert_array_equal(roman["data"], np.arange(12, dtype="f4").reshape(3, 4))
        assert roman["peaks"]["name"].tolist() == ["a", "bb", "c"]
    # again: it is there
    status, _, told = run("convert", "map.fits", "map.asdf", "--schema", ID, *values)
    assert status == 1
    assert "map.asdf" in told
    assert run("convert", "map.fits", "map.asdf", "--schema", ID, *values, "--overwrite")[0] == 0


def test_the_columns_of_a_table_are_asked_for(run: Run, folder: Path, file: Path) -> None:
    with fits.open(file) as hdus:
        hdus[2].columns[1].name = "flux2"
        hdus.writeto(file.with_name("other.fits"))
    values = ("--values", "spear/values.yaml", "--schemas", "spear")
    status, _, told = run("convert", "other.fits", "map.asdf", "--schema", ID, *values)
    assert status == 1
    assert "peaks.columns" in told


def test_what_is_missing_is_told_at_once_and_nothing_is_written(run: Run, folder: Path) -> None:
    status, printed, told = run("convert", "map.fits", "map.asdf", "--schema", ID, "--schemas", "spear")
    assert (status, printed) == (1, "")
    assert "meta.ccsp" in told
    (folder / "values.yaml").write_text("meta: {ccsp: {name: SPEAR}}")
    values = ("--values", "spear/values.yaml", "--schemas", "spear")
    status, printed, told = run("convert", "map.fits", "map.asdf", "--schema", ID, *values)
    assert (status, told.splitlines()[0].split()[:2]) == (1, ["7", "problems"])
    assert len(told.splitlines()) == 8
    assert not (folder.parent / "map.asdf").exists()


def test_text_stands_for_times(run: Run, folder: Path) -> None:
    values = pyyaml.safe_load((folder / "values.yaml").read_text())
    times = {"start_time": "2027-01-01T00:00:00", "end_time": "2027-01-02T00:00:00", "exposure_time": 5.0}
    values["meta"] |= {"exposure": times, "header": {"object": "A370"}}
    (folder / "values.yaml").write_text(pyyaml.safe_dump(values))
    arguments = ("--schema", ID, "--values", "spear/values.yaml", "--schemas", "spear")
    assert run("convert", "map.fits", "map.asdf", *arguments)[0] == 0
    with opened(folder.parent / "map.asdf") as roman:
        assert isinstance(roman["meta"]["exposure"]["start_time"], Time)
        # what is given wins, and the rest of the section stays
        assert roman["meta"]["header"]["object"] == "A370"
        assert roman["meta"]["header"]["niter"] == 12


def test_the_form_must_be_filled_in(run: Run, file: Path, tmp_path: Path) -> None:
    draft_schema(file, ID, tmp_path / "spear", title="Map")
    for path in (tmp_path / "spear" / "schemas").rglob("*.yaml"):
        path.write_text(path.read_text().replace(f"{TO_FILL_IN}: ", ""))
    arguments = ("--schema", ID, "--values", "spear/values.yaml", "--schemas", "spear")
    status, _, told = run("convert", "map.fits", "map.asdf", *arguments)
    assert status == 1
    assert "values.yaml" in told
    assert "meta.ccsp.investigator: 'TO FILL IN: " in told


def test_a_schema_that_is_not_known_is_told(run: Run, folder: Path) -> None:
    status, _, told = run("convert", "map.fits", "map.asdf", "--schema", ID)
    assert status == 1
    assert told.endswith("is not the schema of a file that is known here.\n")
    for name, hint in (
        ("CCSP/SPEAR/spear_mapp-1.0.0", " Did you mean 'CCSP/SPEAR/spear_map'?"),
        (ID.replace("1.0.0", "1.0.1"), " Of CCSP/SPEAR/spear_map, there are: 1.0.0"),
    ):
        told = run("convert", "map.fits", "map.asdf", "--schema", name, "--schemas", "spear")[2]
        assert told.endswith(f"is not the schema of a file that is known here.{hint}\n")
    assert run("convert", "map.fits", "map.fits", "--schema", ID)[0] == 2


def test_folders_are_named_in_the_environment_or_by_arguments(run: Run, folder: Path) -> None:
    for arguments, schemas in ((("--schemas", "spear"), ""), ((), "spear"), ((), os.pathsep.join(("", "spear", "")))):
        status, printed, _ = run("schema", "SpearMapModel.kappa", *arguments, schemas=schemas)
        assert (status, "SpearMapModel" in printed) == (1, False)
        status, printed, _ = run("schema", "SpearMapModel.data", *arguments, schemas=schemas)
        assert (status, "float32" in printed or "ndarray" in printed) == (0, True)
    told = "SpearMapModel: the archive has no columns for it\n"
    assert run("catalog", "--columns", "SpearMapModel", "--schemas", "spear") == (0, "", told)
    status, _, told = run("schema", "wfi_image", "--schemas", "nowhere")
    assert status == 1
    assert told == "nowhere: is not a folder\n"


def test_a_folder_is_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--check", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder}: 1 schema, no problems\n"
    schema = folder / "schemas" / f"{ID}.yaml"
    schema.write_text(schema.read_text().replace("title: Map", "titel: Map"))
    assert main(["schema", "--check", str(folder)]) == 1
    *problems, last = capsys.readouterr().out.splitlines()
    assert last == f"{folder}: 1 schema, 1 problem, 1 warning"
    assert problems == [
        f"warning: {schema}: titel: 'titel' is no keyword of schemas, and says nothing. Did you mean 'title'?",
        f"{schema}: title: is missing: say in a line what it is",
    ]
    assert main(["schema", "--check", str(folder), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["problems"]
    assert [(each["path"], each["level"]) for each in told] == [("titel", "warning"), ("title", "error")]
    assert main(["schema", "--check", str(folder / "nowhere")]) == 1


def test_a_draft_is_written_by_a_command(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "spear"
    assert main(["schema", "--draft", str(file), "--id", ID, "--out", str(out), "--json"]) == 0
    written = json.loads(capsys.readouterr().out)["written"]
    assert [Path(each).relative_to(out).as_posix() for each in written] == [
        f"schemas/{ID}.yaml",
        "manifests/CCSP/SPEAR-1.0.0.yaml",
        "values.yaml",
    ]


@pytest.mark.parametrize(
    "arguments",
    [[], ["L2CalStep", "--check", "x"], ["--draft", "x"], ["--draft", "x", "--id", "y"], ["x", "--id", "y"]],
)
def test_what_does_not_go_together_is_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["schema", *arguments])
    assert ended.value.code == 2
