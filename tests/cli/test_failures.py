"""Errors of the system and of ours are one line and a status, whichever command meets them; a bug is a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import main

pytestmark = pytest.mark.once

PROGRAM = "import sys; from roman_cal_models.cli import main; sys.exit(main())"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    image = rcm.ImageModel.create_fake_data(shape=(2, 2))
    image.meta.cal_step = rcm.L2CalStep.create_minimal()
    return image.save(tmp_path / "image.asdf")


def run(*arguments: object, program: str = PROGRAM, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment, timeout=120, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("command", ["header", "identify", "info", "steps", "validate"])
def test_a_file_that_is_not_there_is_told_in_our_manner(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "no/such.asdf"]) == 1
    assert capsys.readouterr().err == "no/such.asdf: No such file or directory\n"


def test_a_folder_is_told_in_our_manner(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["header", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path}: Is a directory\n"


@pytest.mark.parametrize(
    "arguments",
    [
        "upgrade {file} --out {file}",
        "upgrade {file} --out {file}/below",
        "catalog {file} --to {file}/x.parquet",
        "catalog {file} --to sqlite:///{file}/x.db",
        "steps {file} --plot {file}/x.png",
        "set {file} meta.telescope=ROMAN --out {file}/x.asdf",
        "demo --out {file}/x",
    ],
)
def test_a_target_that_cannot_be_written_is_one_line(
    arguments: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = file.read_bytes()
    assert main(arguments.format(file=file).split()) == 1
    told = capsys.readouterr()
    (line,) = (told.err or told.out.strip().splitlines()[-1] + "\n").splitlines()
    assert str(file) in line
    assert "Errno" not in line
    assert file.read_bytes() == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a system that refuses to write there")
@pytest.mark.parametrize("target", ["/proc/x.parquet", "sqlite:////proc/x.db"])
def test_a_catalogue_where_nothing_can_be_made_is_one_line(
    target: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", str(file), "--to", target]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "/proc/x" in line


@pytest.mark.parametrize("command", ["catalog", "set", "validate"])
def test_a_bad_environment_variable_is_one_line(command: str, file: Path, tmp_path: Path) -> None:
    more = {"catalog": ["--to", tmp_path / "x.parquet"], "set": ["meta.telescope=ROMAN"]}.get(command, [])
    done = run(command, file, *more, ROMAN_CAL_MODELS_VALIDATION="maybe")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "ROMAN_CAL_MODELS_VALIDATION" in line
    assert "'maybe'" in line


def test_a_full_device_is_one_line(file: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs a device that is full")
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", PROGRAM, "header", file], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert done.stderr == b"<stdout>: No space left on device\n"


def test_without_standard_output_there_is_nothing_to_tell(file: Path) -> None:
    shell = f'exec "{sys.executable}" -c "{PROGRAM}" identify "{file}" >&-'
    done = subprocess.run(["sh", "-c", shell], stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")


def test_what_an_encoding_lacks_is_escaped(file: Path) -> None:
    done = run("info", file, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u251c" in done.stdout


WAITING = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
class Names:
    def __iter__(self):
        print("ready", flush=True)
        yield from sys.__stdin__
sys.stdin = Names()
{PROGRAM}
"""


def test_an_interruption_is_quiet(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WAITING, "catalog", "-", "--to", str(tmp_path / "x.parquet")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.5)  # until it waits for names
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=120) == (b"", b"")
        assert process.returncode == 130


def test_a_bug_is_a_traceback_that_commands_nothing(file: Path) -> None:
    program = (
        "import sys\nfrom roman_cal_models.cli import info, main\n"
        "def run(options): raise RuntimeError('\\x1b]0;pwned\\x07')\n"
        "info.run = run\nsys.exit(main())"
    )
    done = run("info", file, program=program)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "RuntimeError: \\x1b]0;pwned\\x07" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_warning_of_another_library_commands_nothing(file: Path) -> None:
    program = (
        "import sys, warnings\nfrom roman_cal_models.cli import info, main\n"
        "def run(options): warnings.warn('\\x1b]0;pwned\\x07'); return 0\n"
        "info.run = run\nsys.exit(main())"
    )
    done = run("info", file, program=program)
    assert done.returncode == 0
    assert "\\x1b]0;pwned\\x07" in done.stderr
    assert "\x1b" not in done.stderr
