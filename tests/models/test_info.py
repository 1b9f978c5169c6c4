"""`info`: the tree, beside what the peer and asdf print of the same file."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
from astropy.table import Table
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import FileValue
from roman_cal_models.nodes.lazy_dict import raw_get
from tests.peer import WriteFile, newest_tags, our_class, peer_class

LINE = re.compile(r"(?P<branch>[│├└─ ]*)(?P<name>\S+) \((?P<kind>[^)]*)\)(?:: (?P<value>.*?))?(?: # .*)?$")


def printed(info: Callable[..., None], *args: Any, **options: Any) -> list[str]:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        info(*args, **options)
    return text.getvalue().splitlines()


def values(lines: list[str]) -> dict[str, str | None]:
    """Return the values of a printed tree, each under its path."""
    found: dict[str, str | None] = {}
    above: list[str] = []
    for line in lines:
        told = LINE.fullmatch(line)
        if told is None:  # the rest of a title, in the peer's
            continue
        depth = len(told["branch"]) // 2
        above[depth:] = [told["name"].strip("[]")]
        found["/".join(above)] = told["value"]
    return found


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model: Any = rcm.ImageModel.create_fake_data(shape=(64, 32))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    model.meta["extra"] = {"seen": Time("2027-01-31T12:00:00"), "many": [{"a": 1}, {"a": [2, 3]}]}
    model.meta["extra"]["stars"] = Table({"flux": np.arange(1000.0), "name": np.full(1000, "x")})
    return model.save(tmp_path_factory.mktemp("info") / "image.asdf")


def is_of_arrays(path: str) -> bool:
    """Tell whether the peer shows here what an array is made of."""
    return path.endswith(("/shape", "/dtype", "/strides")) or "/shape/" in path or "/strides/" in path


def same(theirs: str, ours: str | None) -> bool:
    if theirs == ours:
        return True
    try:
        return abs(Time(theirs) - Time(ours)).sec < 1e-3
    except ValueError:
        # ours has a unit behind it
        return theirs.startswith(("[", "<", "{")) or float(theirs) == float(str(ours).split()[0])


@pytest.mark.parametrize("tag", newest_tags())
def test_what_the_peer_shows_is_shown(tag: str, peer_file: WriteFile) -> None:
    file = peer_file(tag)
    with peer_class(tag)(file) as model:
        theirs = values(printed(model.info, max_rows=None, max_cols=None))
    with our_class(tag)(file) as model:
        ours = values(printed(model.info, max_rows=None, max_cols=None))
    lists = [each for each, value in ours.items() if value is not None and value.startswith("[")]
    for each, value in theirs.items():
        if is_of_arrays(each) or any(each.startswith(f"{above}/") for above in lists):
            continue
        assert each in ours
        if value is not None:
            assert same(value, ours[each]), (each, value, ours[each])


def test_what_asdf_shows_above_roman_is_shown(path: Path) -> None:
    theirs = values(printed(asdf.info, path, max_rows=None, max_cols=None))
    with rcm.open(path) as model:
        ours = values(printed(model.info, max_rows=None, max_cols=None))
    above = {each: value for each, value in theirs.items() if not each.startswith("root/roman")}
    assert "root/history/extensions/0/software/version" in above
    assert above.items() <= ours.items()


def test_a_title_stands_on_one_line(peer_file: WriteFile) -> None:
    with rcm.open(peer_file(next(tag for tag in newest_tags() if "wfi_science_raw" in tag))) as model:
        assert all(LINE.fullmatch(line) for line in printed(model.info, max_rows=None, max_cols=None))


def test_times_tables_and_nested_values_are_told(path: Path) -> None:
    with rcm.open(path) as model:
        lines = printed(model.info, "meta.extra")
    assert lines == [
        "extra (dict)",
        "├─many (list)",
        "│ ├─[0] (dict)",
        "│ │ └─a (int): 1",
        "│ └─[1] (dict)",
        "│   └─a (list): [2, 3]",
        "├─seen (Time): 2027-01-31T12:00:00.000",
        "└─stars (Table)",
        "  ├─flux (ndarray): float64 (1000)",
        "  └─name (ndarray): ucs41 (1000)",
    ]


def test_arrays_have_type_shape_and_unit(path: Path) -> None:
    with rcm.open(path) as model:
        line = printed(model.info, "data")
        model.meta.cal_step.flux = "COMPLETE"
        later = printed(model.info, "data")
    assert line == ["data (ndarray): float32 (64 × 32) DN / s # Science Data (DN/s) or (MJy/sr)"]
    assert "MJy" in later[0].partition("#")[0]


@pytest.mark.parametrize("is_closed", [False, True])
def test_no_block_is_read(is_closed: bool, path: Path) -> None:
    with rcm.open(path) as model:
        if is_closed:
            model.close()
        lines = printed(model.info, max_rows=None)
        assert isinstance(raw_get(model.node, "data"), FileValue)
        assert isinstance(raw_get(model.meta["extra"], "stars"), FileValue)
    assert any("asdf_library (Software)" in line for line in lines)


def test_what_was_built_is_told_in_the_same_way(path: Path) -> None:
    with rcm.open(path) as model:
        before = printed(model.info, max_rows=None)
        assert model.data.shape == (64, 32)
        assert len(model.meta["extra"]["stars"]) == 1000
        assert model.meta.exposure.start_time is not None
        after = printed(model.info, max_rows=None)
    assert [line for line in before if "(1000)" not in line] == [line for line in after if "(1000)" not in line]


@pytest.mark.parametrize("part", ["meta.instrument", "roman.meta.instrument"])
def test_a_part_is_shown_alone(part: str, path: Path) -> None:
    with rcm.open(path) as model:
        lines = printed(model.info, part)
        assert lines[0].startswith("instrument (WfiMode) # ")
        assert printed(model.info, path=part) == lines
        assert len(lines) == 1 + len(model.meta.instrument)


def test_every_part_above_roman_is_reached(path: Path) -> None:
    with rcm.open(path) as model:
        assert printed(model.info, "asdf_library.name") == ["name (str): asdf"]
        assert printed(model.info, "history.extensions[0]")[0] == "[0] (ExtensionMetadata)"
        assert printed(model.info, "roman", max_rows=4)[0].startswith("roman (WfiImage)")


def test_a_part_that_is_not_there_is_told_with_what_was_meant(path: Path) -> None:
    with rcm.open(path) as model, pytest.raises(rcm.MissingKeyError) as caught:
        model.info("meta.instrument.detecter")
    assert str(caught.value) == "there is no meta.instrument.detecter. Did you mean meta.instrument.detector?"
    with rcm.open(path) as model, pytest.raises(rcm.MissingKeyError, match=r"meta\.instrument holds name, "):
        model.info("meta.instrument.nosuch")


@pytest.mark.parametrize("max_rows", [2, 3, 7, 24, 60, (3,), (None, 4, 2), None])
def test_as_many_lines_are_shown_as_asdf_shows(max_rows: Any, path: Path) -> None:
    # each level of ours has as many members as asdf's where no array is among them
    many = [{"a": 1, "b": 2, "c": {"d": 3}} for _ in range(9)]
    tree = {"extensions": many, "e": {"f": {"g": {}}}, "h": "i"}
    theirs = asdf.AsdfFile()
    theirs["roman"] = tree
    model: Any = rcm.ImageModel()
    model.node.clear()
    for key, value in tree.items():
        model.node[key] = value
    expected = printed(theirs.info, max_rows=max_rows)
    lines = printed(model.info, max_rows=max_rows)
    names = re.compile(r" \(.*")
    assert [names.sub("", line) for line in lines] == [names.sub("", line) for line in expected]


def test_long_lines_are_cut(path: Path) -> None:
    with rcm.open(path) as model:
        assert max(map(len, printed(model.info, max_rows=None))) <= 120
        lines = printed(model.info, max_rows=None, max_cols=40)
        assert max(map(len, lines)) == 40
        assert any(line.endswith("…") for line in lines)
        assert max(map(len, printed(model.info, max_rows=None, max_cols=None))) > 120


def test_values_are_left_out_when_told_so(path: Path) -> None:
    with rcm.open(path) as model:
        lines = printed(model.info, "meta.instrument", show_values=False)
        assert all(": " not in line.partition(" # ")[0] for line in lines)
        assert "float32 (64 × 32)" in printed(model.info, "data", show_values=False)[0]


def test_numbers_stand_where_the_peer_takes_them(path: Path) -> None:
    with rcm.open(path) as model:
        assert printed(model.info, 7, 60, False) == printed(model.info, max_rows=7, max_cols=60, show_values=False)
        assert printed(model.info, "meta", 7) == printed(model.info, "meta", max_rows=7)
        with pytest.raises(TypeError, match="positional"):
            model.info("meta", 7, 60, True, 1)


def test_a_model_in_memory_has_nothing_beside_it() -> None:
    lines = printed(rcm.ImageModel.create_fake_data().info, max_rows=4)
    assert lines[0] == "root (AsdfObject)"
    assert lines[1].startswith("└─roman (WfiImage) # ")


def test_the_history_of_a_file_is_shown(tmp_path: Path) -> None:
    old: Any = rcm.ImageModel.create_fake_data(version="1.0.0")
    file = old.upgrade().save(tmp_path / "a.asdf")
    with rcm.open(file) as model:
        lines = printed(model.info, "history.entries[0]")
    assert lines[0] == "[0] (HistoryEntry)"
    assert any("─time (" in line for line in lines)
    assert any("─description (str): " in line for line in lines)
