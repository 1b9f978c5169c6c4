"""What is shown at a prompt, printed, logged and quoted: a tree for people, one line elsewhere; no file is read."""

from __future__ import annotations

import io
import logging
import pprint
import reprlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import Deferred
from roman_cal_models.nodes.lazy_dict import raw_items

AT_PROMPT = """\
import roman_cal_models as rcm
rcm.open({file!r})
rcm.read_header({file!r})
rcm.open({file!r}).meta.exposure
rcm.steps({file!r})
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = rcm.ImageModel.create_fake_data(shape=(4, 4))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    return model.save(tmp_path_factory.mktemp("looking") / "image.asdf")


@pytest.fixture
def looked_at(file: Path) -> dict[str, Any]:
    model = rcm.open(file)
    return {"model": model, "node": model.meta, "header": rcm.read_header(file), "matrix": rcm.steps(file)}


class _Counted(io.BytesIO):
    """A file that counts what is asked of it."""

    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked += 1
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        self.asked += 1
        return super().readinto(buffer)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.asked += 1
        return super().seek(offset, whence)


def _at_prompt(file: Path, command: list[str], **environment: str) -> str:
    program = AT_PROMPT.format(file=str(file))
    done = subprocess.run(
        command,
        input=program,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONUTF8": "1", "HOME": str(file.parent), "IPYTHONDIR": str(file.parent / "ipython"), **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python_s_own_prompt_shows_trees(file: Path) -> None:
    text = _at_prompt(file, [sys.executable, "-q", "-i"], COLUMNS="70", LINES="40")
    lines = text.splitlines()
    for kind in ("ImageModel  wfi_image-", "Exposure  meta/exposure-", "Calibration steps  1 file"):
        assert any(line.startswith(kind) for line in lines), text
    assert any(line.split()[:4] == ["├─", "start_time", "2020-01-01T00:00:00.000", "Exposure"] for line in lines)
    assert max(map(len, lines)) == 70
    assert "<ImageModel" not in text


def test_an_error_at_the_prompt_quotes_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    monkeypatch.setattr(sys, "displayhook", sys.__displayhook__)
    step = rcm.L2CalStep.create_minimal()
    assert repr(step).startswith("L2CalStep  meta/")
    with pytest.raises(rcm.ValidationError) as caught:
        rcm.L2CalStep().flat_field = step  # type: ignore[assignment]
    assert "flat_field: L2CalStep({'assign_wcs': 'INCOMPLETE', " in str(caught.value)
    assert "├" not in str(caught.value)


@pytest.mark.skipif(find_spec("IPython") is None, reason="IPython is not installed")
def test_the_prompt_of_ipython_shows_trees(file: Path) -> None:
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=nocolor"]
    text = _at_prompt(file, command, COLUMNS="70", LINES="40")
    for kind in ("ImageModel  wfi_image-", "Exposure  meta/exposure-", "Calibration steps  1 file"):
        assert kind in text
    assert any(
        line.split()[:4] == ["├─", "start_time", "2020-01-01T00:00:00.000", "Exposure"] for line in text.splitlines()
    )


@pytest.mark.skipif(find_spec("IPython") is None, reason="IPython is not installed")
def test_ipython_shows_a_line_where_a_thing_is_one_of_several(looked_at: dict[str, Any]) -> None:
    from IPython.lib.pretty import pretty

    for shown in looked_at.values():
        assert "\n" in pretty(shown)
        assert repr(shown) in pretty([shown, 1], max_width=100_000)
    steps = rcm.ListNode([{"a": 1}])
    assert pretty(steps).startswith("ListNode\n")
    assert pretty(rcm.ListNode([1, [2]])) == "[1, [2]]"


def test_one_line_is_quoted_by_logs_and_by_others(looked_at: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    for name, shown in looked_at.items():
        logging.getLogger("pipeline").warning("Step %s running with args %s.", name, (shown,))
        assert "\n" not in caplog.records[-1].getMessage()
        assert "\n" not in f"{shown!r} {[shown]}"
        assert "\n" not in reprlib.repr(shown)
        assert repr(shown).isprintable()


def test_the_line_has_what_is_nested_and_dates(file: Path) -> None:
    meta = rcm.open(file).meta
    for text in (repr(meta), pprint.pformat(meta)):
        assert "'exposure': {'data_problem': '?'" in text
        assert "'start_time': <Time 2020-01-01T00:00:00.000>" in text
        assert "'wcs': <wcs>" in text


def test_print_shows_the_whole_tree(looked_at: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    print(looked_at["node"])
    text = capsys.readouterr().out
    assert "│  ├─ start_time " in text
    assert "2020-01-01T00:00:00.000   Exposure Start Time (UTC)" in text
    assert "…" not in text.replace("… ", "")
    for name in ("model", "header"):
        assert str(looked_at[name]).splitlines()[0].startswith("ImageModel  wfi_image-")
        assert "Exposure Start Time (UTC)" in str(looked_at[name])


@pytest.mark.parametrize("stdout", [None, object(), io.StringIO()], ids=["none", "no stream", "closed"])
def test_text_is_made_whatever_there_is_to_print_to(
    stdout: Any, looked_at: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(stdout, io.StringIO):
        stdout.close()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        texts = [str(shown) for shown in looked_at.values()]
    assert all(texts)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_print_cuts_lines_to_a_terminal_and_none_of_them(
    looked_at: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    count = len(str(looked_at["node"]).splitlines())
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", _Terminal())
        lines = str(looked_at["node"]).splitlines()
    assert max(map(len, lines)) == 40
    assert len(lines) == count


def test_a_heading_says_the_state(file: Path) -> None:
    with rcm.open(file) as model:
        assert str(model).splitlines()[0].endswith(str(file))
        assert "closed" not in str(model).splitlines()[0]
    assert "closed" in str(model).splitlines()[0]
    assert "header" in str(rcm.read_header(file)).splitlines()[0]


@pytest.mark.parametrize("look", [repr, str, lambda shown: shown._repr_html_()], ids=["repr", "str", "html"])
def test_nothing_is_read_or_built_to_be_shown(look: Any, file: Path) -> None:
    stream = _Counted(file.read_bytes())
    model = rcm.open(stream)
    stream.asked = 0
    for shown in (model, model.node, model.meta, model.meta.exposure):
        look(shown)
    assert stream.asked == 0
    for node in (model.node, model.meta, model.meta.exposure):
        assert not any(value.is_built for _, value in raw_items(node) if isinstance(value, Deferred))
    model.close()
    assert look(model)


@pytest.mark.parametrize("rows", [10, 21, 30, 50, 500])
@pytest.mark.parametrize("width", [20, 60, 200])
def test_the_screen_is_not_left(rows: int, width: int, looked_at: dict[str, Any]) -> None:
    for name in ("model", "node", "header"):
        lines = list(looked_at[name]._text_lines(width, rows))
        assert len(lines) <= rows
        assert max(map(len, lines)) <= width


def test_upper_levels_are_shown_first(looked_at: dict[str, Any]) -> None:
    lines = list(looked_at["model"]._text_lines(80, 30))
    assert {line[3:].split()[0] for line in lines if line.startswith(("├─", "└─"))} == {*looked_at["model"].keys()}
    assert any(line.startswith("│  └─ … ") for line in lines)
    told = [line.split()[1:] for line in looked_at["node"]._text_lines(80, 30)]
    assert any(words[0] == "exposure" and "…" in words[1:3] for words in told if words)
