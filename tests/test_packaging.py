"""What reaches a user: the wheel, the editable install, and what the repository promises about both."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# one worker builds for all, and what it builds is for all Pythons
pytestmark = [pytest.mark.xdist_group("packaging"), pytest.mark.once]

SCHEMAS = {"rad_schema-1.0.0.yaml", "enums/cal_step_flag-1.0.0.yaml", "meta/l2_cal_step-1.0.0.yaml"}

READ_SCHEMAS = f"""
import json
from importlib.resources import files
from roman_cal_models.extension.resources import get_resource_mappings

folder = files("roman_cal_models.schemas")
(mapping,) = get_resource_mappings()
print(json.dumps({{
    "read": {{name: folder.joinpath(name).read_text() for name in {sorted(SCHEMAS)}}},
    "mapped": {{uri: content.decode() for uri, content in mapping.items()}},
    "folder": str(folder),
}}))
"""


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def source(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is built, so that building leaves nothing in the repository."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(repository / name, copy)
    for name in ("src", "schemas"):
        shutil.copytree(repository / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist as package indexes get it."""
    target = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--outdir", target, source)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def read_from_wheel(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return _read_schemas(_fresh_install(tmp_path_factory.mktemp("wheel"), wheel))


@pytest.fixture(scope="module")
def read_from_editable(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return _read_schemas(_fresh_install(tmp_path_factory.mktemp("editable"), "--editable", source))


def test_a_wheel_carries_the_schemas(read_from_wheel: dict[str, Any], repository: Path) -> None:
    assert read_from_wheel["read"] == _schemas_of(repository)


def test_an_editable_install_reads_the_schemas_of_its_source_tree(
    read_from_editable: dict[str, Any], repository: Path, source: Path
) -> None:
    assert read_from_editable["read"] == _schemas_of(repository)
    assert Path(read_from_editable["folder"]).samefile(source / "schemas")


@pytest.mark.parametrize("install", ["read_from_wheel", "read_from_editable"])
def test_the_resource_mapping_offers_the_schemas_by_uri(install: str, request: pytest.FixtureRequest) -> None:
    answer = request.getfixturevalue(install)
    base = "asdf://stsci.edu/datamodels/roman/schemas/"
    assert answer["mapped"] == {base + name.removesuffix(".yaml"): text for name, text in answer["read"].items()}


def test_a_wheel_says_that_the_package_is_typed(wheel: Path) -> None:
    assert "roman_cal_models/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_a_wheel_carries_what_is_no_python(wheel: Path, repository: Path) -> None:
    src = repository / "src"
    others = {file.relative_to(src).as_posix() for file in src.rglob("*.*") if file.suffix in (".css", ".js", ".pyi")}
    assert len(others) > 2
    assert others <= set(zipfile.ZipFile(wheel).namelist())


def test_a_wheel_carries_the_licence(wheel: Path) -> None:
    assert any(name.endswith("/licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


def test_a_wheel_holds_this_package_and_nothing_else(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"roman_cal_models"}


def test_the_packages_listed_are_the_packages_there_are(project: dict[str, Any], repository: Path) -> None:
    src = repository / "src"
    folders = {".".join(file.parent.relative_to(src).parts) for file in src.rglob("*.py")}
    assert len(folders) > 1
    assert sorted(project["tool"]["setuptools"]["packages"]) == sorted({*folders, "roman_cal_models.schemas"})


def test_every_package_has_an_init_file(project: dict[str, Any], repository: Path) -> None:
    places = {**project["tool"]["setuptools"]["package-dir"]}
    for package in project["tool"]["setuptools"]["packages"]:
        folder = repository / places.get(package, f"src/{package.replace('.', '/')}")
        assert (folder / "__init__.py").is_file(), package


def test_every_dependency_has_its_reason_beside_it(repository: Path) -> None:
    lines = list(_dependency_lines((repository / "pyproject.toml").read_text()))
    assert len(lines) > 5
    without = [line for line in lines if "#" not in line]
    assert without == []


def test_news_fragments_are_named_as_their_readme_teaches(repository: Path) -> None:
    names = [file.name for file in (repository / "changes").iterdir() if file.name != "README.rst"]
    pattern = re.compile(r"\d+\.(feature|bugfix|removal|general)(\.\d+)?\.rst")
    assert [name for name in names if not pattern.fullmatch(name)] == []


def test_ci_runs_the_test_command_of_the_readme(repository: Path) -> None:
    commands = [line for line in _readme_commands(repository) if "tox" in line]
    assert len(commands) == 1
    assert (repository / ".ci" / "run").read_text().splitlines()[-1] == commands[0]


def _schemas_of(repository: Path) -> dict[str, str]:
    folder = repository / "schemas"
    found = {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*.yaml")}
    assert set(found) == SCHEMAS
    return found


def _fresh_install(folder: Path, *what: str | Path) -> Path:
    """Install into a new environment that holds nothing else, and return its Python."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    _run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", *what)
    return python


def _read_schemas(python: Path) -> dict[str, Any]:
    # from the environment's folder: the repository must not be what is imported
    answer: dict[str, Any] = json.loads(_run(python, "-c", READ_SCHEMAS, cwd=python.parent))
    return answer


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _dependency_lines(pyproject: str) -> Iterator[str]:
    inside = False
    for line in map(str.strip, pyproject.splitlines()):
        if line in ("dependencies = [", "test = ["):
            inside = True
        elif line == "]":
            inside = False
        elif inside:
            yield line


def _readme_commands(repository: Path) -> Iterator[str]:
    inside = False
    for line in (repository / "README.md").read_text().splitlines():
        if line.startswith("```"):
            inside = line == "```bash"
        elif inside:
            yield line
