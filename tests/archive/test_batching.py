"""Many files, read in processes of this machine, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from roman_cal_models import archive

from .catalogs import bad_files, content, url_of, write_files

pytestmark = pytest.mark.once


def test_processes_give_what_this_one_gives(header: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    write_files(folder, header, 40)
    for name, (text, _) in bad_files(header).items():
        (folder / f"{name}.asdf").write_bytes(text)
    here = archive.ingest(folder, url_of(tmp_path / "here.db"), processes=1)
    there = archive.ingest(folder, url_of(tmp_path / "there.db"), processes=2, batch=10)
    assert (there.ingested, there.problems) == (here.ingested, here.problems)
    assert sorted(there.failures, key=str) == sorted(here.failures, key=str)
    assert content(url_of(tmp_path / "there.db")) == content(url_of(tmp_path / "here.db"))


SCRIPT = """
import sys
from roman_cal_models import archive
archive.ingest(sys.argv[1], sys.argv[2], processes=2)
"""


def test_a_script_without_a_guard_is_told_what_to_do(header: bytes, tmp_path: Path) -> None:
    write_files(tmp_path / "files", header, 2)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, script, tmp_path / "files", url_of(tmp_path / "catalog.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "WorkerError: no process could be started" in done.stderr.splitlines()[-1]


ELSEWHERE = """
import sys
import roman_cal_models as rcm
if __name__ == "__main__":
    rcm.register_schemas(sys.argv[1])
    rcm.SpectraModel.create_fake_data(shape=(3, 4)).save("spectra.asdf")
    print(rcm.archive.ingest("spectra.asdf", processes=2))
    with rcm.config(header_max_bytes=1000):
        print(rcm.archive.ingest("spectra.asdf", processes=2).failures[0].reason)
"""


def test_schemas_and_settings_of_this_process_hold_in_the_others(repository: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(ELSEWHERE)
    command = [sys.executable, script, repository / "tests" / "data" / "third_party"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    ingested, refused = done.stdout.splitlines()
    assert ingested.startswith("1 ingested, 0 unchanged, 0 replaced, 0 failed")
    assert "header_max_bytes" in refused


GUARDED = """
import signal, sys
from roman_cal_models import archive
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
    print("ready", flush=True)
    archive.ingest((sys.argv[1] for _ in range(10**9)), sys.argv[2], processes=2)
"""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_one_that_was_ended(sent: signal.Signals, header: bytes, tmp_path: Path) -> None:
    (file,) = write_files(tmp_path / "files", header, 1)
    script = tmp_path / "script.py"
    script.write_text(GUARDED)
    mark = f"ROMAN_TEST_OF_ORPHANS={tmp_path}"
    process = subprocess.Popen(
        [sys.executable, script, file, url_of(tmp_path / "catalog.db")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | dict([mark.split("=", 1)]),
        start_new_session=True,
    )
    # those that read leave an interruption to the one that started them, once they are ready for work
    assert _until(lambda: sum(map(_ignores_interruptions, _readers(mark))) == 2)
    if sent == signal.SIGINT:
        # as a terminal does
        os.killpg(process.pid, sent)
    else:
        process.send_signal(sent)
    try:
        _, told = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    if sent == signal.SIGINT:
        assert told.splitlines()[-1] == "KeyboardInterrupt"
    assert _until(lambda: not _running(mark)), _running(mark)


def _readers(mark: str) -> list[Path]:
    """Return those of the processes that were started to read."""
    return [place for place, command in _running(mark).items() if "spawn_main" in command]


def _ignores_interruptions(place: Path) -> bool:
    try:
        ignored = (place / "status").read_text().partition("SigIgn:")[2].split()[0]
    except OSError:  # it has ended
        return False
    return bool(int(ignored, 16) >> signal.SIGINT - 1 & 1)


def _until(reached: Callable[[], object]) -> bool:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if reached():
            return True
        time.sleep(0.1)
    return False


def _running(mark: str) -> dict[Path, str]:
    """Return the places in /proc, and the commands, of the processes whose environment has a mark."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (place / "environ").read_bytes():
                found[place] = (place / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has ended
            continue
    return found
