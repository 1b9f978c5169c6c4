"""Files of versions that are newer than the installed schemas."""

from __future__ import annotations

import re
import warnings
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
