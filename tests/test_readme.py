"""The README's table: what it says of the peer is true, and every line names what shows it."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import roman_datamodels.datamodels as peer

import roman_cal_models as rcm
from benchmarks.cases import CASES
from roman_cal_models.cli import COMMANDS

# the README is one
pytestmark = pytest.mark.once

_TESTS = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_COMMANDS = re.compile(r"`python -m ([\w.]+)(?: ([\w-]+))?`")


def rows(repository: Path) -> list[list[str]]:
    """Return the cells of the rows of all tables beside the peer."""
    text = (repository / "README.md").read_text()
    part = text[text.index("## Beside roman_datamodels") : text.index("## What is needed")]
    lines = [line for line in part.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0]]


def test_every_row_names_what_shows_it(repository: Path) -> None:
    found = rows(repository)
    assert len(found) > 15
    for row in found:
        tests, commands = _TESTS.findall(row[-1]), _COMMANDS.findall(row[-1])
        assert tests or commands, row
        for file, test in tests:
            assert f"def {test}" in (repository / file).read_text()
        for module, case in commands:
            path = repository / module.replace(".", "/")
            assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
            assert module != "benchmarks" or case in CASES


def test_every_command_is_told_of(repository: Path) -> None:
    text = (repository / "README.md").read_text()
    assert [name for name in COMMANDS if not re.search(rf"(roman-cal-models |`){name}\b", text)] == []


def test_the_examples_run(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (repository / "README.md").read_text(), re.DOTALL)
    assert len(blocks) > 3
    monkeypatch.chdir(tmp_path)
    new, old = "r0000101001001001001_0001_wfi01_f158_cal.asdf", "old_cal.asdf"
    peer.ImageModel.create_fake_data(shape=(8, 8)).save(new)
    tag = "asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.0.0"
    rcm.ImageModel.create_fake_data(tag=tag, shape=(8, 8)).save(old)
    names: dict[str, Any] = {}
    for block in blocks:
        # the one line that is refused; what follows it is the reason, as a comment
        refused = re.search(r'^ *(.*"DONE")$', block, re.MULTILINE)
        exec(block.replace(refused[1], "wrong = model.copy()") if refused else block, names)
        if refused:
            said = " ".join(line.strip("# ") for line in block[refused.end() :].splitlines() if line.strip()[:1] == "#")
            with pytest.raises(rcm.ValidationError) as caught:
                exec(refused[1], {"model": names["wrong"]})
            assert " ".join(said.split()) == f"ValidationError: {caught.value}"


# -- what the table says of the peer ---------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "image.asdf"
    image = peer.ImageModel.create_fake_data(shape=(8, 8))
    image.meta.cal_step = dict(rcm.L2CalStep.create_minimal())
    image.save(path)
    return path


def test_a_forbidden_flag(path: Path) -> None:
    with rcm.open(path) as model, pytest.raises(rcm.ValidationError):
        model.meta.cal_step.flat_field = "DONE"
    with peer.open(path) as model:
        model.meta.cal_step.flat_field = "DONE"
        with pytest.raises(Exception, match="is not one of"):
            model.save(path.with_name("other.asdf"))


def test_a_misspelt_name(path: Path) -> None:
    with rcm.open(path) as model, pytest.warns(rcm.UnknownAttributeWarning, match="did you mean 'flat_field'"):
        model.meta.cal_step.flat_feld = "COMPLETE"
    with peer.open(path) as model:
        model.meta.cal_step.flat_feld = "COMPLETE"
        assert model.meta.cal_step.flat_feld == "COMPLETE"


def test_names_in_an_editor(path: Path) -> None:
    with rcm.open(path) as model:
        assert "flat_field" in dir(type(model.meta.cal_step))
        assert "flat_field" in type(model.meta.cal_step).__annotations__
    with peer.open(path) as model:
        assert "flat_field" not in dir(type(model.meta.cal_step))


def test_a_save_that_fails(path: Path) -> None:
    other = path.with_name("other.asdf")
    for module, stays in ((rcm, "image.asdf"), (peer, "other.asdf")):
        with module.open(path) as model:
            with rcm.config(validate_assignment="off"):
                model.meta.cal_step.flat_field = "DONE"
            with pytest.raises(Exception, match="is not one of"):
                model.save(other)
            assert model.meta.filename == stays
        assert not other.exists()


def test_a_file_that_was_renamed(path: Path) -> None:
    renamed = path.rename(path.with_name("renamed.asdf"))
    with pytest.warns(rcm.FilenameMismatchWarning), rcm.open(renamed) as model:
        assert model.meta.filename == "image.asdf"
    with pytest.warns(Warning), peer.open(renamed) as model:
        assert model.meta.filename == "renamed.asdf"


def test_nodes(path: Path) -> None:
    def is_dict(node: Any) -> bool:
        return isinstance(node, dict)

    with rcm.open(path) as model:
        assert is_dict(model.meta)
        assert model.meta is model.meta
        assert pickle.loads(pickle.dumps(model.meta.cal_step)) == model.meta.cal_step
    with peer.open(path) as model:
        assert not is_dict(model.meta)
        assert model.meta is not model.meta
        with pytest.raises(TypeError):
            pickle.dumps(model.meta.cal_step)
