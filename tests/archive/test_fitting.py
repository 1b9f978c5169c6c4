"""The rows of a file as tuples."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from roman_cal_models import archive
from roman_cal_models.archive.files.names import Listed
from roman_cal_models.archive.reading.batching import reader_for
from roman_cal_models.archive.reading.file_reader import FileRead, Known
from roman_cal_models.archive.reading.fitting import Fitting

LAYOUT = {"WFIExposure": ("detector", "exposure_start_time", "of_no_schema"), "SourceCatalog": ("filename",)}


def _read(path: Path, fitting: Fitting, known: Known | None = None) -> FileRead:
    (read,) = replace(reader_for("newest", None, None), finish=fitting)([(Listed(str(path)), known)])
    assert isinstance(read, FileRead)
    return read


@pytest.fixture
def file(header: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "r.asdf"
    path.write_bytes(header)
    return path


@pytest.mark.parametrize("times_as_text", [True, False])
def test_the_order_is_that_of_the_columns_and_what_has_none_is_told(file: Path, times_as_text: bool) -> None:
    rows: Any = archive.rows(file)
    fitting = Fitting(LAYOUT, times_as_text)
    # as it comes to another process, and what it makes comes back
    read = pickle.loads(pickle.dumps(_read(file, pickle.loads(pickle.dumps(fitting)))))
    assert read == _read(file, fitting)
    assert read.rows is None
    start = rows["WFIExposure"]["exposure_start_time"]
    if times_as_text:
        start = start.strftime("%Y-%m-%d %H:%M:%S.%f")
    assert read.fitted.tables == {"WFIExposure": (rows["WFIExposure"]["detector"], start, None)}
    told = {(table, column) for table, column, _, reason in read.fitted.problems if "no such column" in reason}
    kept = {"detector", "exposure_start_time"}
    assert told == {
        (table, column)
        for table, row in rows.items()
        for column, value in row.items()
        if value is not None and not (table == "WFIExposure" and column in kept)
    }


def test_what_is_known_is_not_fitted(file: Path) -> None:
    fitting = Fitting(LAYOUT, False)
    first = _read(file, fitting)
    again = _read(file, fitting, Known(1, first.content, first.made_by))
    assert (again.rows, again.fitted, again.content) == (None, None, first.content)


def test_the_layout_goes_to_another_process_as_one_text_that_is_understood_once() -> None:
    text = pickle.dumps(Fitting(LAYOUT, True))
    assert pickle.loads(text) is pickle.loads(text)


def test_texts_that_files_share_are_sent_once(file: Path, header: bytes) -> None:
    fitting = Fitting(LAYOUT, True)
    other = file.with_name("other.asdf")
    other.write_bytes(header)
    one, two = pickle.loads(pickle.dumps([_read(path, fitting) for path in (file, other)]))
    assert one.fitted == two.fitted
    detectors = [read.fitted.tables["WFIExposure"][0] for read in (one, two)]
    assert detectors[0] is detectors[1]
    assert one.fitted.problems
    for pair in zip(one.fitted.problems, two.fitted.problems, strict=True):
        assert all(text is same for text, same in zip(*pair, strict=True))
