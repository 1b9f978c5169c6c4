"""Who reads the output may leave: `| head -1` ends a command quietly, with the status of other tools."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import COMMANDS

# processes, and the same on every version
pytestmark = [pytest.mark.once, pytest.mark.skipif(not hasattr(os, "fork"), reason="starts processes by fork")]

# Command -> arguments that make it print much, with {file} and {folder}; another one is given the file alone
ARGUMENTS = {
    "": "--help",
    "catalog": "--ddl sqlite",
    "cutout": "{file} --pixel 1 1 --size 1 --out {folder} --overwrite",
    "completion": "bash",
    "convert": "--help",
    "demo": "",
    "diff": "{file} {other}",
    "fits": "{file} {folder}/image.fits --overwrite",
    "header": "{file}",
    "schema": "ImageModel --changes",
    "set": "{file} meta.telescope=ROMAN meta.telescope=ROMAN --dry-run",
    "upgrade": "{old} --out {folder} --dry-run",
    "validate": "{broken}",
}

# What prints little, and works long for it, is tried less often.
TRIES = {"cutout": 2, "demo": 1, "fits": 2, "set": 2, "upgrade": 2}

# Imports are done once, and each try is a process of its own, which ends as any does.
PROGRAM = """
import json, os, sys
from roman_cal_models.cli import main
arguments, tries, lines = sys.argv[3:], int(sys.argv[1]), int(sys.argv[2])
sys.stdout.flush()
saved = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
try:
    main(arguments)  # imports what it needs
except SystemExit:
    pass
sys.stdout.flush()
os.dup2(saved, 1)
found = []
for _ in range(tries):
    (out, into), (told, complaints) = os.pipe(), os.pipe()
    if lines == 0:
        os.close(out)
    child = os.fork()
    if not child:
        os.dup2(into, 1), os.dup2(complaints, 2)
        for each in (into, told, complaints, *([out] if lines else [])):
            os.close(each)
        sys.exit(main(arguments))
    os.close(into), os.close(complaints)
    if lines:
        while os.read(out, 1) not in (b"\\n", b""):
            pass
        os.close(out)
    text = b""
    while piece := os.read(told, 1 << 16):
        text += piece
    os.close(told)
    found.append((os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text.decode()))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pipes")
    image = rcm.ImageModel.create_fake_data(shape=(2, 2))
    image.meta.cal_step = rcm.L2CalStep.create_minimal()
    file = image.save(folder / "image.asdf")
    other = rcm.RampModel.create_fake_data(shape=(2, 2, 2)).save(folder / "ramp.asdf")
    old = rcm.ImageModel.create_fake_data(shape=(2, 2), version="1.0.0").save(folder / "old.asdf")
    broken = folder / "broken.asdf"
    broken.write_bytes(file.read_bytes().replace(b"INCOMPLETE", b"UNFINISHED"))
    return {name: str(each) for name, each in locals().items() if isinstance(each, Path)}


def tried(name: str, texts: dict[str, str], *, tries: int, lines: int) -> list[tuple[int, str]]:
    """Return status and standard error of a command whose reader leaves after some lines, each time it is tried."""
    arguments = ARGUMENTS.get(name, "{file}").format(**texts).split()
    command = [sys.executable, "-c", PROGRAM, str(tries), str(lines), *([name] if name else []), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return [(status, text) for status, text in json.loads(done.stdout)]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_a_reader_of_one_line_is_left_in_peace(name: str, texts: dict[str, str]) -> None:
    found = tried(name, texts, tries=TRIES.get(name, 8), lines=1)
    assert {text for _, text in found} == {""}
    # what is printed at once is printed, before the reader can leave
    usual = {"diff": 1, "validate": 1}.get(name, 0)
    assert {status for status, _ in found} <= {141, usual}


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_a_reader_that_was_never_there_is_told_by_the_status_alone(name: str, texts: dict[str, str]) -> None:
    assert tried(name, texts, tries=1, lines=0) == [(141, "")]
