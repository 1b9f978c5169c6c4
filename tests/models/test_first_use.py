"""The first use of the package in a process, by many threads at once."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import roman_cal_models as rcm

THREADS = 16

USE = """
    import sys, threading
    from pathlib import Path
    import roman_cal_models as rcm

    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    start, problems = threading.Barrier({threads}), []

    def use(number):
        start.wait()
        try:
            {use}
        except BaseException as error:
            problems.append(repr(error))

    threads = [threading.Thread(target=use, args=(number,)) for number in range({threads})]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert not problems, problems
"""


@pytest.mark.parametrize(
    "use",
    [
        "rcm.open(source).save(folder / f'{number}.asdf')",
        "[lambda: rcm.open(source).to_flat_dict(), lambda: rcm.identify(source), rcm.ImageModel.create_fake_data,"
        " lambda: rcm.read_header(source).problems(), lambda: rcm.open(source).validate()][number % 5]()",
    ],
    ids=["save", "all"],
)
def test_many_threads_use_it_first(use: str, tmp_path: Path) -> None:
    source = rcm.ImageModel.create_fake_data(shape=(32, 32)).save(tmp_path / "image.asdf")
    text = textwrap.dedent(USE).format(threads=THREADS, use=use)
    (tmp_path / "out").mkdir()
    found = subprocess.run(
        [sys.executable, "-c", text, source, tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,  # threads that wait for each other would do so for ever
    )
    assert (found.returncode, found.stderr) == (0, "")
