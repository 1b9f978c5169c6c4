"""The matrix of calibration steps."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import roman_datamodels.datamodels as peer

from roman_cal_models import CalStepFlag, L2CalStep
from roman_cal_models.schema import installed
from roman_cal_models.view import step_order
from roman_cal_models.view.statuses import LOOKS, OTHER, look_of
from roman_cal_models.view.step_order import _PIPELINES, in_order
from roman_cal_models.view.steps import StepMatrix, steps

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Give a function that has the peer write an image with some steps done."""

    def make(name: str, **flags: str) -> Path:
        model = peer.ImageModel.create_fake_data(shape=(4, 4))
        model.meta.cal_step = {**L2CalStep.create_minimal(), **flags}
        path = tmp_path / name
        model.save(path)
        return path

    return make


def test_files_down_steps_across(make: Make) -> None:
    files = [make("a.asdf", flat_field="COMPLETE", dark="SKIPPED"), make("b.asdf", flat_field="COMPLETE")]
    matrix = steps(files)
    assert list(matrix.files) == [str(file) for file in files]
    assert matrix.steps[:3] == ["dq_init", "saturation", "refpix"]
    assert matrix.totals()["flat_field"] == {"COMPLETE": 2}
    assert matrix.totals()["dark"] == {"SKIPPED": 1, "INCOMPLETE": 1}
    *_, first, second, complete, incomplete, skipped = matrix.lines()
    signs = dict(zip(matrix.steps, first.split()[1:], strict=True))
    assert first.split()[0] == str(files[0])
    assert signs == dict.fromkeys(matrix.steps, ".") | {"flat_field": "#", "dark": "s"}
    assert dict(zip(matrix.steps, second.split()[1:], strict=True)) == signs | {"dark": "."}
    assert complete == "# COMPLETE: flat_field 2"
    assert incomplete.startswith(". INCOMPLETE: dq_init 2, saturation 2, ")
    assert " dark 1, " in incomplete
    assert skipped == "s SKIPPED: dark 1"


def test_several_processes_read_what_one_reads(make: Make, tmp_path: Path) -> None:
    files = [make("b.asdf", flat_field="COMPLETE"), tmp_path / "missing.asdf", make("a.asdf", dark="SKIPPED")]
    assert steps(iter(files), processes=2) == steps(files) == steps(files, processes=None)
    assert [*steps(files, processes=2).files] == [str(files[0]), str(files[2])]


def test_blanks_are_explained_where_there_are_any() -> None:
    matrix = StepMatrix()
    matrix.add("a.asdf", {"dark": "COMPLETE", "flux": "SKIPPED"})
    assert not any(line.startswith("blank") for line in matrix.lines())
    matrix.add("b.asdf", {"dark": "COMPLETE"})
    *_, last = matrix.lines()
    assert last == "blank: the file has no such step"
    matrix.add("c.asdf", {})
    *_, last = matrix.lines()
    assert last == "blank: the file has no such step; 1 file without any"
    matrix.add("d.asdf", {})
    *_, last = matrix.lines()
    assert last.endswith("; 2 files without any")
    rows = 4 + 2 + len(matrix.files) + 3  # heading and names, totals, files
    assert len([*matrix._text_lines(80, rows)]) <= max(rows, 5 + 4 + 1 + 3 + 1)


def test_the_names_of_the_steps_stand_above_their_signs(make: Make) -> None:
    file = make("a.asdf", flat_field="COMPLETE")
    matrix = steps([file])
    lines = list(matrix.lines())
    column = lines[max(map(len, matrix.steps))].index("#")
    heading = "".join(line[column : column + 1] or " " for line in lines[: max(map(len, matrix.steps))])
    assert heading.strip() == "flat_field"


def test_colours_change_nothing_but_colours(make: Make) -> None:
    matrix = steps([make("a.asdf", dark="COMPLETE")])
    coloured = list(matrix.lines(colours=True))
    assert any("\033[32m#\033[0m" in line for line in coloured)
    assert [re.sub(r"\033\[\d+m", "", line) for line in coloured] == list(matrix.lines())


def test_a_file_that_cannot_be_read_does_not_stop_the_others(make: Make, tmp_path: Path) -> None:
    broken = tmp_path / "broken.asdf"
    broken.write_bytes(b"#ASDF 1.0.0\n")
    raw = tmp_path / "raw.asdf"
    peer.ScienceRawModel.create_fake_data(shape=(2, 4, 4)).save(raw)
    matrix = steps([broken, make("a.asdf"), raw, tmp_path / "missing.asdf"])
    assert list(matrix.failures) == [str(broken), str(tmp_path / "missing.asdf")]
    assert matrix.files[str(raw)] == {}


# -- the order of the steps


def test_steps_stand_in_the_order_of_the_pipelines_whatever_the_first_file_is() -> None:
    image, mosaic = dict.fromkeys(reversed(L2CalStep().schema_properties()), "N/A"), {"resample": "N/A", "flux": "N/A"}
    orders = []
    for files in ((image, mosaic), (mosaic, image)):
        matrix = StepMatrix()
        for number, flags in enumerate(files):
            matrix.add(f"{number}.asdf", flags)
        orders.append(matrix.steps)
    assert orders[0] == orders[1]
    places = {step: orders[0].index(step) for step in orders[0]}
    exposure = ("dq_init", "saturation", "refpix", "linearity", "ramp_fit", "assign_wcs", "flat_field", "photom")
    both = [places[step] for step in (*exposure, "source_catalog", "tweakreg", "flux", "skymatch", "resample")]
    assert both == sorted(both)


def test_the_table_of_steps_has_every_step_of_every_schema_once() -> None:
    known = [
        name
        for uri in installed().store.schema_uris()
        if uri.family.endswith("cal_step")
        for name in installed().document(str(uri)).properties
    ]
    assert set(known) == set(_PIPELINES)
    assert len(set(_PIPELINES)) == len(_PIPELINES)


def test_names_that_no_list_knows_are_the_last() -> None:
    assert in_order(["zeta", "flux", "alpha", "dq_init"]) == ["dq_init", "flux", "alpha", "zeta"]


def test_steps_that_only_schemas_know_stand_before_others(monkeypatch: pytest.MonkeyPatch) -> None:
    known = ("assign_wcs", "flat_field")
    monkeypatch.setattr(step_order, "_PIPELINES", known)
    step_order._places.cache_clear()
    try:
        assert in_order(["mine", "skymatch", "dark", "flat_field", "assign_wcs"]) == [
            *known,
            "dark",
            "skymatch",
            "mine",
        ]
    finally:
        step_order._places.cache_clear()


# -- at a prompt


def test_it_is_shown_as_a_matrix_and_quoted_on_one_line(make: Make) -> None:
    matrix = steps([make("a.asdf", dark="COMPLETE"), "missing.asdf"])
    assert repr(matrix) == f"<StepMatrix of 1 file, {len(matrix.steps)} steps, 1 failure>"
    shown = str(matrix).split("\n")
    assert shown[0] == "Calibration steps  1 file"
    assert shown[1 : 1 + max(map(len, matrix.steps))] == [
        line.removeprefix(" " * (len(str(next(iter(matrix.files)))) - len("a.asdf")))
        for line in list(matrix.lines())[: max(map(len, matrix.steps))]
    ]
    assert shown[-2] == "1 file could not be read:"
    assert shown[-1].startswith("missing.asdf: ")


@pytest.mark.parametrize(("count", "rows"), [(1, 40), (30, 40), (1000, 40), (1000, 10)])
def test_it_is_cut_to_the_screen(count: int, rows: int) -> None:
    matrix = StepMatrix()
    for index in range(count):
        matrix.add(f"night/{index:04}.asdf", {"dark": "COMPLETE", "outlier_detection": "FAILED", "flux": "SKIPPED"})
    shown = list(matrix._text_lines(30, rows))
    assert max(map(len, shown)) <= 30
    signs = [line for line in shown if re.match(r"\d{4}\.asdf  # ", line)]
    assert len(signs) == count or f"… {count - len(signs)} more files" in shown
    assert len(shown) <= max(rows, 1 + len("outlier_detection") + 5 + 1 + 3)


def test_nothing_is_an_empty_matrix() -> None:
    assert list(steps([]).lines()) == []


def test_one_file_is_a_list_of_one(make: Make) -> None:
    file = make("a.asdf")
    assert list(steps(file).files) == list(steps(str(file)).files) == [str(file)]


def test_it_is_a_public_name(make: Make) -> None:
    import roman_cal_models as rcm

    assert rcm.steps is steps
    assert rcm.StepMatrix is StepMatrix


def test_steps_have_their_titles(make: Make) -> None:
    titles = steps([make("a.asdf")]).titles
    assert titles["flat_field"] == L2CalStep.describe("flat_field").title


def test_short_names_are_given_where_they_tell_files_apart() -> None:
    matrix = StepMatrix()
    for file in ("x/a.asdf", "y/a.asdf", "x/b.asdf", "s3://bucket/c.asdf"):
        matrix.add(file, {})
    assert list(matrix.labels().values()) == ["x/a.asdf", "y/a.asdf", "b.asdf", "c.asdf"]


def test_counts_are_those_of_all_steps() -> None:
    assert list(_matrix().counts().items()) == [("COMPLETE", 3), ("FAILED", 1), ("ODD", 1)]


# -- HTML and figures


def _matrix() -> StepMatrix:
    matrix = StepMatrix(titles={"dark": "<Dark>"}, failures={"z.asdf": "z.asdf: <broken>"})
    matrix.add("x/<a>.asdf", {"dark": "COMPLETE", "flux": "FAILED"})
    matrix.add("x/b.asdf", {"dark": "COMPLETE", "flux": "ODD", "photom": "COMPLETE"})
    return matrix


def test_a_table_has_a_cell_a_step_of_a_file() -> None:
    html = _matrix()._repr_html_()
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)]
    assert rows[1:] == [["✓", "", "✗"], ["✓", "✓", "?"], ["2", "1", "0"]]
    assert '<th scope="row" title="x/&lt;a&gt;.asdf">&lt;a&gt;.asdf</th>' in html
    assert "&lt;Dark&gt;" in html
    assert "z.asdf: &lt;broken&gt;" in html
    assert "<a>" not in html
    assert "<broken>" not in html


def test_a_table_of_many_files_counts_those_that_it_does_not_show() -> None:
    matrix = StepMatrix()
    for index in range(1000):
        matrix.add(f"{index}.asdf", {"dark": "COMPLETE"})
    html = matrix._repr_html_()
    assert "… 800 more files" in html
    assert "<td>1000</td>" in html
    assert html.count("<tr>") == 1 + 200 + 1 + 1


def test_a_table_of_nothing() -> None:
    assert "no calibration steps" in StepMatrix()._repr_html_()


def test_a_figure_has_a_cell_and_a_sign_a_step_of_a_file() -> None:
    from matplotlib.colors import to_hex

    figure = _matrix().to_figure()
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.texts] == ["✓", "✗", "✓", "✓", "?"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["dark", "photom", "flux"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["<a>.asdf", "b.asdf"]
    names = ("COMPLETE", "FAILED", "COMPLETE", "COMPLETE", "ODD")
    assert [to_hex(colour) for colour in axes.collections[0].get_facecolor()] == [look_of(name).fill for name in names]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["✓ COMPLETE 3", "✗ FAILED 1", "? ODD 1"]


@pytest.mark.parametrize("count", [0, 1, 5000])
def test_a_figure_of_any_size_can_be_drawn(count: int, tmp_path: Path) -> None:
    matrix = StepMatrix()
    for index in range(count):
        matrix.add(f"{index}.asdf", {"dark": "COMPLETE"})
    figure = matrix.to_figure()
    assert figure.get_figheight() < 110
    if count < 100:
        figure.savefig(tmp_path / "steps.png")


# -- colours

# Viénot, Brettel and Mollon 1999, "Digital video colourmaps for checking the legibility of displays by dichromats":
# how colours (linear RGB) look to who lacks one kind of cone
SIGHT = {
    "all colours": np.eye(3),
    "no red": np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
    "no green": np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
}


def _lab(colour: str, sight: np.ndarray) -> np.ndarray:
    """Return how a colour looks, in CIELAB."""
    values = np.array([int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)])
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(sight @ linear, 0, 1) / [0.9505, 1.0, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("ground", ["fill", "dark_fill"])
def test_colours_are_told_apart_by_who_sees_fewer_of_them(ground: str, sight: str) -> None:
    looks = [_lab(getattr(look, ground), SIGHT[sight]) for look in (*LOOKS.values(), OTHER)]
    # CIE: 2.3 is just noticed
    assert min(float(np.linalg.norm(one - two)) for one, two in combinations(looks, 2)) > 10


def test_every_status_of_the_schemas_has_a_look_of_its_own() -> None:
    assert set(get_args(CalStepFlag)) == LOOKS.keys()
    for part in ("sign", "mark"):
        assert len({getattr(look, part) for look in (*LOOKS.values(), OTHER)}) == len(LOOKS) + 1
