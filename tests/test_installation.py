"""The package where it is not installed as usual: in a zip, without metadata, in a frozen program."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.installation import UNKNOWN, VERSION, rad_version, version_of
from roman_cal_models.schema.store import rad_folder
from tests.newer_rad import installed_package


def test_the_version_is_that_of_the_distribution(repository: Path) -> None:
    assert rcm.__version__ == VERSION == version("roman-cal-models")
    with (repository / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "roman_cal_models.installation.VERSION"}
    assert rad_version() == version("rad")
    assert version_of("no-such-distribution") == UNKNOWN


def test_advice_in_a_frozen_program_is_about_its_data_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(rcm.SchemaError, match=r"holds no schemas under .*PyInstaller: --collect-data rad"):
        rad_folder(tmp_path)


@pytest.mark.once
def test_all_works_from_a_zip_and_without_metadata(tmp_path: Path, repository: Path) -> None:
    archive, others = tmp_path / "packages.zip", tmp_path / "others"
    with zipfile.ZipFile(archive, "w") as made:
        for folder, name in [
            (installed_package(), "rad"),
            (repository / "src/roman_cal_models", "roman_cal_models"),
            (repository / "schemas", "roman_cal_models/schemas"),
        ]:
            for file in folder.rglob("*"):
                if file.is_file() and "__pycache__" not in file.parts:
                    made.write(file, f"{name}/{file.relative_to(folder).as_posix()}")
    # everything that is installed but the two, whose metadata asdf would find, and roman_datamodels, which needs theirs
    others.mkdir()
    for entry in installed_package().parent.iterdir():
        if not entry.name.startswith(("rad", "roman", "__editable", "_roman")) and entry.suffix != ".pth":
            (others / entry.name).symlink_to(entry)
    script = """
import roman_cal_models as rcm
assert ".zip" in rcm.__file__
model = rcm.ImageModel.create_fake_data(shape=(4, 4))
path = model.save("image.asdf")
with rcm.open(path, validate=True) as again:
    assert again.node.version == model.node.version
    assert "<style>" in again._repr_html_()
    again.upgrade().save("again.asdf")
found = rcm.identify(path)
assert found.software == f"roman-cal-models {rcm.__version__}", found
assert found.rad.startswith("rad "), found
rcm.archive.rows(path)
assert "ScienceRefData" in {column.table for column in rcm.archive.columns("wfi_image")}
assert rcm.DarkRefModel.create_fake_data(version="1.0.0", shape=(2, 3, 3)).upgrade().problems() == []
print(found.rad)
"""
    done = subprocess.run(
        [sys.executable, "-S", "-W", "error", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (archive, others)))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"rad {rad_version()}"
