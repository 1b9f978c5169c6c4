"""Files of versions that are newer than the installed schemas."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from tests.peer import TAGS, WriteFile, header_text, newest_tags, peer_fake, short

NEWEST = next(tag for tag in newest_tags() if short(tag).startswith("wfi_image-"))
UPDATE = r"To update: pip install --upgrade rad roman-cal-models"


def renumbered(path: Path, tag: str, version: str) -> None:
    """Give a tag of a file another version, which takes as many bytes."""
    new = f"{tag.rpartition('-')[0]}-{version}"
    content = path.read_bytes()
    assert f"!<{tag}>".encode() in content
    assert len(new) == len(tag)
    path.write_bytes(content.replace(f"!<{tag}>".encode(), f"!<{new}>".encode()))


def test_a_newer_minor_version_is_read_by_the_nearest_schema(tmp_path: Path) -> None:
    theirs = peer_fake(NEWEST)
    theirs.meta["novelty"] = "8.8.8"
    path = Path(theirs.save(tmp_path / "image.asdf"))
    renumbered(path, NEWEST, "2.9.1")
    with pytest.warns(
        rcm.NewerVersionWarning, match=rf"wfi_image-2\.9\.1 is not known.*{short(NEWEST)} is used.*{UPDATE}"
    ):
        model: Any = rcm.open(path)
    assert type(model) is rcm.ImageModel
    assert model.tag == f"{TAGS}wfi_image-2.9.1"
    assert model.schema_uri.endswith(short(NEWEST))
    assert model.meta.novelty == "8.8.8"
    with pytest.raises(rcm.ValidationError, match="is not one of"):
        model.meta.instrument.detector = "WFI99"
    saved = model.save(tmp_path / "saved.asdf")
    model.close()
    assert re.findall(r"roman: !<(.*)>", header_text(saved)) == [f"{TAGS}wfi_image-2.9.1"]
    with warnings.catch_warnings():
        # it was told once
        warnings.simplefilter("error")
        again: Any = rcm.open(saved)
    assert again.meta.novelty == "8.8.8"
    again.close()


def test_a_newer_section_of_an_old_file_keeps_its_tag(peer_file: WriteFile, tmp_path: Path) -> None:
    old, section = TAGS + "wfi_image-1.0.0", TAGS + "exposure-1.0.0"
    path = tmp_path / peer_file(old).name
    path.write_bytes(peer_file(old).read_bytes())
    renumbered(path, section, "1.9.2")
    with rcm.open(path) as model, pytest.warns(rcm.NewerVersionWarning, match=r"exposure-1\.9\.2 is not known"):
        assert model.meta.exposure.tag == f"{TAGS}exposure-1.9.2"


@pytest.mark.parametrize("name", ["wfi_image-9.0.0", "wfi_novelty-1.0.0"])
def test_a_newer_major_version_and_a_new_family_are_refused(name: str, peer_file: WriteFile, tmp_path: Path) -> None:
    path = tmp_path / "new.asdf"
    path.write_bytes(peer_file(NEWEST).read_bytes().replace(f"!<{NEWEST}>".encode(), f"!<{TAGS}{name}>".encode()))
    wanted = (
        rf"new\.asdf: the tag {TAGS}{name}, which was written with rad [\d.]+, is not known .* rad [\d.]+\. {UPDATE}"
    )
    with pytest.raises(rcm.UnknownTagError, match=wanted):
        rcm.open(path)


@pytest.fixture
def newer_rad(tmp_path: Path) -> Path:
    """Return a folder with a `rad` that has one more version of the image, in a manifest of its own."""
    package = tmp_path / "newer" / "rad"
    shutil.copytree(Path(str(find_spec("rad").submodule_search_locations[0])), package)  # type: ignore[union-attr, index]
    image, manifest = newest("schemas/wfi_image", package), newest("manifests/datamodels", package)
    old = image.stem.partition("-")[2]
    text = image.read_text().replace(image.stem, "wfi_image-2.9.0")
    added = "properties:\n  novelty:\n    title: What only the newer one has\n    type: string\n    enum: [A, B]\n"
    image.with_stem("wfi_image-2.9.0").write_text(text.replace("properties:\n", added, 1))
    text = (
        manifest.read_text().replace(manifest.stem, "datamodels-2.9.0").replace(f"wfi_image-{old}", "wfi_image-2.9.0")
    )
    manifest.with_stem("datamodels-2.9.0").write_text(text)
    return package.parent


def newest(stem: str, package: Path) -> Path:
    found = (package / "resources").glob(f"{stem}-*.yaml")
    return max(found, key=lambda file: [int(part) for part in file.stem.partition("-")[2].split(".")])


def test_a_newer_rad_than_the_classes_were_made_of_works(newer_rad: Path, tmp_path: Path) -> None:
    script = """
import asdf
import roman_cal_models as rcm
assert rcm.WfiImage.versions()[-1] == "2.9.0"
model = rcm.ImageModel.create_fake_data()
model.novelty = "B"
assert "novelty" in dir(model)
try:
    model.novelty = "C"
except rcm.ValidationError as error:
    print(error)
model.save("image.asdf")
with rcm.open("image.asdf", validate=True) as again:
    assert type(again) is rcm.ImageModel and again.tag.endswith("wfi_image-2.9.0") and again.novelty == "B"
assert rcm.read_header("image.asdf").novelty == "B"
with rcm.ImageModel.create_fake_data(version="1.0.0").upgrade() as upgraded:
    assert upgraded.tag.endswith("wfi_image-2.9.0")
    upgraded.validate()
"""
    variables = {**os.environ, "PYTHONPATH": str(newer_rad)}
    command = [sys.executable, "-W", "error:::roman_cal_models", "-c", script]
    done = subprocess.run(
        command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "novelty: 'C' is not one of 'A', 'B' (wfi_image-2.9.0)" in done.stdout
