"""``header`` prints what a file says, and builds nothing for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import main
from tests.header.test_header import content_with

RUN = (
    "import sys; from roman_cal_models.cli import main; status = main(sys.argv[1:]); "
    "sys.exit(status or (', '.join({'asdf', 'astropy', 'gwcs', 'numpy'} & sys.modules.keys()) or 0))"
)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = rcm.ImageModel.create_fake_data(shape=(32, 32))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    return model.save(tmp_path_factory.mktemp("image") / "image.asdf")


def test_it_prints_a_line_a_value(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["header", str(image)]) == 0
    first, *lines = capsys.readouterr().out.splitlines()
    with rcm.open(image) as model:
        assert first == f"ImageModel, {model.tag}"
    assert {
        'meta.cal_step.flat_field = "INCOMPLETE"',
        "meta.exposure.nresultants = -999999",
        "meta.exposure.read_pattern = []",
        'meta.exposure.start_time = "2020-01-01T00:00:00.000"',
        "meta.exposure.truncated = false",
        "data = <array float32 (32, 32)>",
    } <= set(lines)
    assert any(line.startswith("meta.wcs = <wcs-") for line in lines)


def test_it_prints_json(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["header", "--json", str(image)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["model_type"], printed["tag"]) == ("ImageModel", rcm.read_header(image).tag)
    roman = printed["roman"]
    assert roman["meta"]["cal_step"]["flat_field"] == "INCOMPLETE"
    assert roman["meta"]["exposure"]["start_time"] == "2020-01-01T00:00:00.000"
    assert roman["data"] == {"dtype": "float32", "shape": [32, 32]}
    assert roman["meta"]["wcs"].keys() == {"tag"}


def test_it_prints_a_part(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["header", str(image)]) == 0
    whole = capsys.readouterr().out.splitlines()
    for path in ("meta.exposure", "roman.meta.exposure"):
        assert main(["header", str(image), path]) == 0
        assert capsys.readouterr().out.splitlines() == [line for line in whole if line.startswith("meta.exposure.")]
    for path in ("data", "meta.exposure.start_time", "meta.wcs"):
        assert main(["header", str(image), path]) == 0
        assert capsys.readouterr().out.splitlines() == [line for line in whole if line.startswith(f"{path} = ")]


def test_it_prints_an_item_of_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = rcm.ImageModel.create_fake_data({"meta": {"exposure": {"read_pattern": [[1], [2, 3]]}}}, shape=(4, 4))
    path = str(model.save(tmp_path / "image.asdf"))
    assert main(["header", path, "meta.exposure.read_pattern[1]"]) == 0
    assert main(["header", path, "meta.exposure.read_pattern[-1][0]"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines() == ["meta.exposure.read_pattern[1] = [2, 3]", "meta.exposure.read_pattern[-1][0] = 2"]
    assert main(["header", path, "meta.exposure.read_pattern[2]"]) == 1


def test_a_part_as_json(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["header", "--json", str(image), "meta.cal_step"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["model_type"], printed["path"], printed["value"]["dark"]) == (
        "ImageModel",
        "meta.cal_step",
        "INCOMPLETE",
    )


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("meta.cal_stp", "there is no meta.cal_stp. Did you mean meta.cal_step?"),
        ("meta.exposure.typ", "Did you mean meta.exposure.type?"),
        ("meta.cal_step.falt", "Did you mean meta.cal_step.flat_field?"),
        ("dta", "Did you mean data?"),
        ("meta.exposure[0]", "there is no meta.exposure[0]"),
        ("meta..x", "'' is not a name"),
    ],
)
@pytest.mark.parametrize("command", ["header", "info"])
def test_a_part_that_is_not_there(
    command: str, path: str, words: str, image: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(image), path]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert str(image) in told.err
    assert words in told.err or (command == "info" and path == "meta..x")


@pytest.mark.parametrize("arguments", [["header"], ["header", "--json"], ["identify"], ["identify", "--json"]], ids=str)
def test_it_imports_nothing_heavy(arguments: list[str], image: Path) -> None:
    done = subprocess.run([sys.executable, "-c", RUN, *arguments, str(image)], capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (0, "")


ODD = {
    "a number that is none": ("a: .nan", "nan", 'a = "nan"'),
    "an infinite number": ("a: -.inf", "-inf", 'a = "-inf"'),
    "null": ("a: null", None, "a = null"),
    "a key that is a number": ("a: {1: 2}", {"1": 2}, "a.1 = 2"),
    "an empty mapping": ("a: {}", {}, "a = {}"),
    "a date": ("a: 2020-01-01", "2020-01-01", 'a = "2020-01-01"'),
    "mappings in a list": ("a: [{b: 1}, 2]", [{"b": 1}, 2], 'a = [{"b": 1}, 2]'),
    "other letters": ("a: é", "é", 'a = "é"'),
    "a tagged text": (
        "meta: {origin: !<asdf://stsci.edu/datamodels/roman/tags/origin-1.0.0> STSCI}",
        {"origin": "STSCI"},
        'meta.origin = "STSCI"',
    ),
    "a time of another format": ("a: !time/time-1.4.0 {value: 5.5, format: mjd}", 5.5, "a = 5.5"),
    "a unit": ("a: !unit/unit-1.0.0 m s", "m s", 'a = "m s"'),
    "an inline array": (
        "a: !core/ndarray-1.1.0 {data: [1, 2], datatype: int8, shape: [2]}",
        {"dtype": "int8", "shape": [2]},
        "a = <array int8 (2)>",
    ),
    "an array without type and shape": (
        "a: !core/ndarray-1.1.0 [[1, 2, 3]]",
        {"dtype": "int64", "shape": [1, 3]},
        "a = <array int64 (1, 3)>",
    ),
    "a shape that is none": (
        "a: !core/ndarray-1.1.0 {source: 0, datatype: int8, shape: 5}",
        {"dtype": "int8", "shape": None},
        "a = <array int8>",
    ),
    "an array of which nothing is told": (
        "a: !core/ndarray-1.1.0 {source: 0}",
        {"dtype": None, "shape": None},
        "a = <array of unknown type>",
    ),
    "a number of 5,000 digits": ("a: 0x1" + "0" * 5000, "0x1" + "0" * 5000, 'a = "0x1' + "0" * 5000 + '"'),
    "something within a list": (
        "a: [!unit/unit-1.0.0 m, !x/y-1.0.0 {}]",
        None,
        'a = ["m", {"tag": "tag:stsci.edu:asdf/x/y-1.0.0"}]',
    ),
}


@pytest.mark.parametrize(("text", "value", "line"), ODD.values(), ids=ODD)
def test_odd_values(text: str, value: object, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd.asdf"
    path.write_bytes(content_with(text))
    assert main(["header", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [line]
    assert main(["header", "--json", str(path)]) == 0
    found = next(iter(json.loads(capsys.readouterr().out)["roman"].values()))
    assert found == value or value is None


def test_a_file_without_header_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.asdf"
    path.write_bytes(b"word")
    assert main(["header", str(path)]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"{path}: not an ASDF file: it begins with b'word', not with b'#ASDF '\n")


def test_a_missing_file_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["header", str(tmp_path / "missing.asdf")]) == 1
    assert "missing.asdf" in capsys.readouterr().err
