"""Type checkers and editors know every property: mypy and pyright, both strict, and IPython's completer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

import roman_cal_models
from roman_cal_models.errors import SchemaError
from roman_cal_models.models.data_model import DataModel
from roman_cal_models.models.generated import _index as models
from roman_cal_models.nodes.generated import _index as nodes
from roman_cal_models.nodes.names import attribute_name
from roman_cal_models.nodes.object_node import ObjectNode, property_types
from roman_cal_models.schema import installed
from roman_cal_models.schema.properties import ObjectSchema

pytestmark = pytest.mark.newest_rad

TYPING = Path(__file__).parent / "typing"

# checkers do not follow the hook by which an editable install is imported
SOURCE = Path(roman_cal_models.__file__).parents[1]
PATHS = [] if Path(sysconfig.get_path("purelib")) == SOURCE else [str(SOURCE)]

IMPORTS = """\
from typing import Any, Literal, assert_type

import numpy as np
from astropy.modeling import Model
from astropy.table import Table
from astropy.time import Time
from astropy.units import Quantity, UnitBase
from gwcs.wcs import WCS
from numpy.typing import NDArray

from roman_cal_models import ListNode, ObjectNode
"""

COMPLETE = """
import roman_cal_models as rcm
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.completer import provisionalcompleter
shell = InteractiveShell.instance()
shell.user_ns["model"] = rcm.ImageModel.create_fake_data()
shell.user_ns["step"] = shell.user_ns["model"].meta.cal_step = rcm.L2CalStep.create_minimal()
# on a busy machine its guess of types would run out of time
shell.Completer.jedi_compute_type_timeout = 60_000
shell.Completer.debug = True  # an error of its parser is told, and not an empty answer
with provisionalcompleter():
    print(*(found.text for found in shell.Completer.completions({text!r}, len({text!r}))))
"""


@dataclass
class Sample:
    """A module that uses every property of every generated class; which lines a checker must refuse."""

    path: Path
    lines: list[str] = field(default_factory=list)
    wrong: set[int] = field(default_factory=set)
    classes: list[str] = field(default_factory=list)

    def add(self, line: str, *, is_wrong: bool = False) -> None:
        self.lines.append(line)
        if is_wrong:
            self.wrong.add(len(self.lines))


@dataclass
class Checked:
    """What a checker says of the sample: line -> errors; and of the file about images."""

    sample: Sample
    errors: dict[int, list[str]]
    of_image: list[str]

    def unexpected(self) -> list[str]:
        """The lines that should have passed, with the errors."""
        return [
            f"{self.sample.lines[line - 1].strip()}: {text}"
            for line, texts in sorted(self.errors.items())
            if line not in self.sample.wrong
            for text in texts
        ]

    def unnoticed(self) -> list[str]:
        """The lines that should have been refused."""
        return [self.sample.lines[line - 1].strip() for line in sorted(self.sample.wrong - self.errors.keys())]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    made = Sample(tmp_path_factory.mktemp("typing") / "sample.py")
    for line in IMPORTS.splitlines():
        made.add(line)
    for name, module in nodes.MODULES.items():
        made.add(f"from roman_cal_models.nodes.generated.{module} import {name}")
    for name, module in models.MODULES.items():
        made.add(f"from roman_cal_models.models.generated.{module} import {name}")
    for cls in _classes():
        made.classes.append(cls.__name__)
        made.add("")
        made.add(f"def use_{cls.__name__}(value: {cls.__name__}) -> None:")
        made.add(f"    assert_type(value, {cls.__name__})")
        for attribute, type_ in property_types(cls).items():
            made.add(f"    assert_type(value.{attribute}, {type_})")
        for attribute, word in _flags(cls):
            made.add(f"    value.{attribute} = {word!r}")
            made.add(f"    value.{attribute} = 'no such word'", is_wrong=True)
        made.add("    print(value.no_such_name)", is_wrong=not _has_patterns(cls))
        made.add("    value.no_such_name = 1", is_wrong=not _has_patterns(cls))
    made.path.write_text("\n".join(made.lines) + "\n")
    return made


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def checked(request: pytest.FixtureRequest, sample: Sample) -> Checked:
    found = _mypy(sample.path) if request.param == "mypy" else _pyright(sample.path)
    errors: dict[int, list[str]] = {}
    of_image = []
    for file, line, text in found:
        if file == sample.path.name:
            errors.setdefault(line, []).append(text)
        else:
            of_image.append(f"{file}:{line}: {text}")
    return Checked(sample, errors, of_image)


def test_the_sample_has_every_generated_class(sample: Sample) -> None:
    assert sample.classes
    assert {*models.MODULES} <= {*sample.classes}
    others = [_named(nodes, "nodes", name) for name in nodes.MODULES if name not in sample.classes]
    assert [other for other in others if isinstance(other, type) and issubclass(other, ObjectNode)] == []


def test_the_sample_sets_wrong_flags(sample: Sample) -> None:
    assert "    value.flat_field = 'no such word'" in sample.lines
    assert len(sample.wrong) > 100


def test_every_property_of_every_class_has_its_type(checked: Checked) -> None:
    assert checked.unexpected() == []


def test_a_wrong_word_is_an_error_for_every_flag(checked: Checked) -> None:
    assert checked.unnoticed() == []


def test_a_misspelt_name_is_an_error_for_every_class_but_those_of_patterns(sample: Sample) -> None:
    lines = [line for line, text in enumerate(sample.lines, start=1) if text == "    value.no_such_name = 1"]
    assert len(lines) == len(sample.classes)
    assert len(lines) - len(sample.wrong.intersection(lines)) < 10


def test_an_image_is_typed_all_the_way(checked: Checked) -> None:
    assert checked.of_image == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("model.meta.cal_step.fla", "flat_field"),
        ("model.meta.expos", "exposure"),
        ("model.da", "data"),
        ("step.fla", "flat_field"),
        ("step['fla", "flat_field"),
        ("model.create_mini", "create_minimal"),
    ],
)
def test_ipython_completes(text: str, wanted: str, tmp_path: Path) -> None:
    if find_spec("IPython") is None:
        pytest.skip("IPython is not installed")
    # its parser's cache is not safe against two processes that fill it at once
    folders = {"XDG_CACHE_HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path)}
    command = [sys.executable, "-c", COMPLETE.format(text=text)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | folders)
    assert done.returncode == 0, done.stderr
    assert wanted in {word.strip("'].") for word in done.stdout.split()}


def _classes() -> Iterator[type]:
    for index, room, base in ((nodes, "nodes", ObjectNode), (models, "models", DataModel)):
        for name in index.MODULES:
            value = _named(index, room, name)
            if isinstance(value, type) and issubclass(value, base):
                yield value


def _has_patterns(cls: type) -> bool:
    """Whether a version of the class has names by a pattern, which are in no class."""
    if not issubclass(cls, ObjectNode):
        return False
    uris = [str(uri) for family in cls._families for uri in installed().store.versions(family)]
    return any(schema.patterns for uri in uris if (schema := _found(uri, cls._path)) is not None)


def _found(uri: str, path: tuple[str, ...]) -> ObjectSchema | None:
    try:
        return installed().find(uri, path)
    except (KeyError, SchemaError):
        return None


def _named(index: object, room: str, name: str) -> object:
    module = index.MODULES[name]  # type: ignore[attr-defined]
    return getattr(import_module(f"roman_cal_models.{room}.generated.{module}"), name)


def _flags(cls: type) -> Iterator[tuple[str, str]]:
    """The properties that the newest schema limits to some words, each with the first of them."""
    if not issubclass(cls, ObjectNode):
        return
    family, path = cls._families[0], cls._path
    uri = str(installed().store.versions(family)[-1])
    for key, place in installed().find(uri, path).properties.items():
        words = place.enum
        if words and all(type(word) is str for word in words) and not place.tags:
            yield attribute_name(key), words[0]


def _mypy(sample: Path) -> Iterator[tuple[str, int, str]]:
    if find_spec("mypy") is None:
        pytest.skip("mypy is not installed: tox -e types has it")
    command = [sys.executable, "-m", "mypy", "--config-file", str(TYPING / "mypy.ini"), "--no-error-summary"]
    command += ["--cache-dir", str(sample.parent / "cache"), "--output", "json", str(sample), *map(str, _files())]
    environment = os.environ | {"MYPYPATH": os.pathsep.join(PATHS)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode in (0, 1), done.stderr
    for line in done.stdout.splitlines():
        said = json.loads(line)
        if said["severity"] == "error":
            yield Path(said["file"]).name, said["line"], f"{said['message']} [{said['code']}]"


def _pyright(sample: Path) -> Iterator[tuple[str, int, str]]:
    program = shutil.which("pyright", path=str(Path(sys.executable).parent)) or shutil.which("pyright")
    if program is None:
        pytest.skip("pyright is not installed: tox -e types has it")
    # pyright takes its files by the settings only, and from below the folder that these stand in
    folder = sample.parent
    for file in _files():
        shutil.copy(file, folder)
    settings = {"extraPaths": PATHS, "typeCheckingMode": "strict", "reportMissingTypeStubs": False}
    settings |= {"reportUnusedImport": False}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [program, "--pythonpath", sys.executable, "--outputjson", "--project", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    for said in json.loads(done.stdout)["generalDiagnostics"]:
        if said["severity"] == "error":
            text = said["message"].partition("\n")[0]
            yield Path(said["file"]).name, said["range"]["start"]["line"] + 1, f"{text} [{said.get('rule')}]"


def _files() -> list[Path]:
    found = sorted(TYPING.glob("*.py"))
    assert found
    return found
