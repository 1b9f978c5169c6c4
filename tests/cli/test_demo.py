"""The demonstration says what is so, and ends with 1 when it is not."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import main

RUN = "import sys; from roman_cal_models.cli import main; sys.exit(main(sys.argv[1:]))"
RUN_WITHOUT_PEER = f"import sys; sys.modules['roman_datamodels'] = None; {RUN}"


def _demo(*arguments: str, program: str = RUN, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "made" / "by it"


@pytest.fixture(scope="module")
def output(folder: Path) -> str:
    done = _demo("--out", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def test_it_keeps_two_files_in_the_folder_that_is_named(output: str, folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"level2_oldest.asdf", "level2_newest.asdf"}


@pytest.mark.parametrize("file", ["level2_oldest.asdf", "level2_newest.asdf"])
def test_its_files_are_valid(file: str, output: str, folder: Path) -> None:
    with rcm.open(folder / file) as model:
        assert model.problems() == []


def test_its_files_are_of_the_oldest_and_the_newest_version(output: str, folder: Path) -> None:
    with rcm.open(folder / "level2_oldest.asdf") as old, rcm.open(folder / "level2_newest.asdf") as new:
        assert (old.node.version, new.node.version) == ("1.0.0", rcm.WfiImage.versions()[-1])


def test_it_shows_the_error_for_a_refused_value(output: str) -> None:
    assert "ValidationError: meta.cal_step.flat_field: 'DONE' is not one of" in output


def test_it_shows_the_warning_for_a_typo(output: str) -> None:
    assert "UnknownAttributeWarning: meta.cal_step.flat_feild:" in output
    assert "did you mean 'flat_field'?" in output


@pytest.mark.parametrize("line", ["rcm.open(folder", "asdf.open(folder", "rdm.open(folder"])
def test_it_reads_back_in_three_ways(line: str, output: str) -> None:
    assert line in output


def test_its_table_has_a_row_a_step_and_a_column_a_file(output: str) -> None:
    rows = [line.split() for line in output.splitlines()]
    assert ["step", "level2_oldest.asdf", "level2_newest.asdf"] in rows
    assert ["dark", "COMPLETE", "SKIPPED"] in rows
    assert ["dark_decay", "-", "INCOMPLETE"] in rows


def test_the_table_is_aligned(output: str) -> None:
    lines = output.splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("step "))
    rows = lines[head : lines.index("", head)]
    assert len({row.index(row.split()[2], row.index(row.split()[1]) + len(row.split()[1])) for row in rows}) == 1


def test_its_images_are_of_stars_and_noise(output: str, folder: Path) -> None:
    with rcm.open(folder / "level2_newest.asdf") as new, rcm.open(folder / "level2_oldest.asdf") as old:
        assert new.data.shape == (256, 256)
        assert (new.data == old.data).all()
        assert 0.05 < new.data[new.data < 1.5].std() < 0.2
        assert new.data.max() > 100
        assert 0 < (new.data > 5).mean() < 0.1
        assert ((new.dq == rcm.dqflags.pixel.SATURATED) == (new.data > 100)).all()


def test_what_it_tells_to_try_next_works(output: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = output.splitlines()[-3:]
    assert [line.split()[:2] for line in lines] == [["roman-cal-models", name] for name in ("info", "diff", "steps")]
    statuses = [main(shlex.split(line)[1:]) for line in lines]
    assert statuses == [0, 1, 0]  # they differ
    assert capsys.readouterr().err == ""
    assert (folder / "steps.html").exists()
    (folder / "steps.html").unlink()


def test_without_a_folder_it_tells_how_to_keep_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    *_, keep, info, _, _ = capsys.readouterr().out.splitlines()
    assert keep == "To keep the two files, run roman-cal-models demo --out demo; then try:"
    assert info == "    roman-cal-models info demo/level2_newest.asdf meta.exposure"


def test_without_the_peer_it_says_so_and_goes_on() -> None:
    done = _demo(program=RUN_WITHOUT_PEER)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "roman_datamodels: it is not installed here" in done.stdout
    assert "rdm.open" not in done.stdout


def test_it_ends_with_1_when_a_wrong_value_is_not_refused() -> None:
    done = _demo(ROMAN_CAL_MODELS_VALIDATION="off")
    assert done.returncode == 1
    assert 'new.meta.cal_step.flat_field = "DONE" was not refused' in done.stdout


def test_it_ends_with_1_when_its_folder_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["demo", "--out", str(tmp_path / "file" / "folder")]) == 1
    assert "could not be written" in capsys.readouterr().out


def test_a_file_in_place_of_the_folder_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as exit_:
        main(["demo", "--out", str(tmp_path / "file")])
    assert exit_.value.code == 2
    assert "is not a folder" in capsys.readouterr().err
