"""All commands have one manner: help with an example, quick; JSON for data; status 0, 1 or 2; colours at a terminal."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import roman_datamodels.datamodels as peer

import roman_cal_models as rcm
from roman_cal_models.cli import COMMANDS, main

# a process each, and the same on every version
pytestmark = pytest.mark.once

# Command -> arguments behind its name that give data as JSON, with {file}
AS_JSON = {
    "catalog": "--columns wfi_image --json",
    "cutout": "{file} --pixel 2 2 --size 3 --out {file}.cutouts --json",
    "diff": "{file} {file} --json",
    "header": "{file} --json",
    "identify": "{file} --json",
    "info": "{file} --json",
    "schema": "L2CalStep.dark --json",
    "set": "{file} meta.cal_step.dark=SKIPPED --dry-run --json",
    "steps": "{file} --json",
    "upgrade": "{file} --out upgraded --dry-run --json",
    "validate": "{file} --json",
}
WITHOUT_JSON = {"completion", "convert", "demo", "fits"}

# Modules that no help may need
HEAVY = {"asdf", "numpy", "astropy", "yaml", "sqlalchemy", "matplotlib", "roman_cal_models.models.data_model"}


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "image.asdf"
    image = peer.ImageModel.create_fake_data(shape=(4, 4))
    image.meta.cal_step = dict(rcm.L2CalStep.create_minimal({"flat_field": "COMPLETE"}))
    image.save(path)
    return str(path)


def test_every_command_is_held_to_it() -> None:
    assert {*COMMANDS} == {*AS_JSON} | WITHOUT_JSON
    modules = (import_module(f"roman_cal_models.cli.{name}") for name in COMMANDS)
    assert all(callable(module.run) for module in modules)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_that_is_understood(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    example = " ".join(out[out.index("\nexample: ") :].split()).removeprefix("example: ")
    program, command, *arguments = shlex.split(example)
    assert (program, command) == ("roman-cal-models", name)
    # what comes last wins, and ends the command before it does anything
    with pytest.raises(SystemExit) as ended:
        main([name, *arguments, "--help"])
    assert ended.value.code == 0


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_imports_little(name: str) -> None:
    program = (
        "import sys\nfrom roman_cal_models.cli import main\n"
        f"try: main({[name, '--help'] if name else ['--help']!r})\n"
        "except SystemExit: pass\n"
        f"print(sorted({HEAVY!r} & {{*sys.modules}}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("name", AS_JSON)
def test_data_are_json(name: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, *AS_JSON[name].format(file=file).split()]) == 0
    out = capsys.readouterr().out
    try:
        assert json.loads(out) is not None
    except json.JSONDecodeError:
        assert all(isinstance(json.loads(line), dict) for line in out.splitlines())


@pytest.mark.parametrize("name", AS_JSON)
def test_a_file_that_is_not_there_is_a_problem(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "missing.asdf")
    arguments = AS_JSON[name].replace("--json", "").replace("L2CalStep.dark", missing).replace("wfi_image", missing)
    assert main([name, *arguments.format(file=missing).split()]) == 1
    assert "missing" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_usage_ends_with_2(name: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--no-such-option"])
    assert ended.value.code == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of its own")
@pytest.mark.parametrize("name", ["info", "steps"])
@pytest.mark.parametrize(("refused", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_terminals(name: str, refused: dict[str, str], coloured: bool, file: str) -> None:
    ours, theirs = pty.openpty()
    program = [sys.executable, "-c", "import sys; from roman_cal_models.cli import main; sys.exit(main(sys.argv[1:]))"]
    command = [*program, name, file]
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | refused
    with subprocess.Popen(command, stdout=theirs, env=env) as process:
        os.close(theirs)
        out = b"".join(iter(lambda: _read(ours), b""))  # what nobody reads would stop it
        assert process.wait(120) == 0
    os.close(ours)
    assert (b"\x1b[" in out) is coloured
    plain = subprocess.run(command, capture_output=True, check=True, env=env)
    assert b"\x1b[" not in plain.stdout


def _read(terminal: int) -> bytes:
    """Return what was written to a terminal; nothing at its end, which Linux tells by an error."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""
