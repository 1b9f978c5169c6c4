"""What a file is, from its first bytes."""

from __future__ import annotations

import json
import pickle
from importlib.metadata import version
from pathlib import Path

import pytest

import roman_cal_models as rcm
from tests.header.conftest import header_of
from tests.header.test_header import ALL, content_with
from tests.peer import TAGS, WriteFile, our_class, short


@pytest.mark.newest_rad
@pytest.mark.parametrize("tag", ALL, ids=short)
def test_every_kind_of_file_is_identified(tag: str, peer_file: WriteFile) -> None:
    path = peer_file(tag)
    identity = rcm.identify(path)
    family, _, number = short(tag).rpartition("-")
    assert (identity.file, identity.tag, identity.family, identity.version) == (str(path), tag, family, number)
    assert identity.model_type == our_class(tag).__name__
    assert identity.is_known
    assert identity.software == f"roman_datamodels {version('roman_datamodels')}"
    assert identity.rad == f"rad {version('rad')}"
    assert identity.asdf == f"asdf {version('asdf')}"


def test_the_first_bytes_are_enough(image: Path) -> None:
    identity = rcm.identify(header_of(image.read_bytes()))
    assert identity.file is None
    assert identity.model_type == "ImageModel"
    assert identity.software == f"roman-cal-models {version('roman-cal-models')}"


def test_the_pipeline_is_named_as_meta_names_it() -> None:
    content = content_with("meta: {calibration_software_name: RomanCAL, calibration_software_version: 0.16.0}")
    assert rcm.identify(content).calibration_software == "RomanCAL 0.16.0"


def test_the_first_schemas_had_no_name_for_the_pipeline() -> None:
    tag = "asdf://stsci.edu/datamodels/roman/tags/calibration_software_version-1.0.0"
    content = content_with(f"meta: {{calibration_software_version: !<{tag}> 0.16.0}}")
    assert rcm.identify(content).calibration_software == "romancal 0.16.0"


def test_a_version_that_is_not_installed_is_identified_nonetheless() -> None:
    content = content_with("meta: {}").replace(b"wfi_image-1.0.0", b"wfi_image-99.1.0")
    identity = rcm.identify(content)
    assert (identity.model_type, identity.version, identity.is_known) == ("ImageModel", "99.1.0", False)
    with pytest.raises(rcm.UnknownTagError, match="not known to the installed rad"):
        rcm.read_header(content)


def test_a_newer_minor_version_is_told_without_a_warning_and_read_with_one() -> None:
    content = content_with("meta: {}").replace(b"wfi_image-1.0.0", b"wfi_image-1.99.0")
    identity = rcm.identify(content)
    assert (identity.model_type, identity.version, identity.is_known) == ("ImageModel", "1.99.0", False)
    with pytest.warns(rcm.NewerVersionWarning, match=r"wfi_image-1\.99\.0 is not known"):
        header = rcm.read_header(content)
    assert (header.model_type, header.tag) == ("ImageModel", identity.tag)


def test_a_family_that_is_not_known_is_identified_nonetheless() -> None:
    identity = rcm.identify(content_with("meta: {}").replace(b"wfi_image-1.0.0", b"wfi_hologram-1.0.0"))
    assert (identity.model_type, identity.family, identity.is_known) == (None, "wfi_hologram", False)


def test_what_the_file_does_not_say_is_none() -> None:
    identity = rcm.identify(content_with("meta: 5"))
    assert (identity.software, identity.rad, identity.asdf, identity.calibration_software) == (None,) * 4


@pytest.mark.parametrize(
    "history",
    [
        *("5", "[]", "{extensions: 5}", "{extensions: [5, {}, {extension_uri: 5}]}", "{extensions: [{software: []}]}"),
        "{extensions: [{extension_uri: asdf://stsci.edu/datamodels/roman/extensions/a-1.0.0, software: {name: [1]}}]}",
    ],
)
def test_a_history_may_be_anything(history: str) -> None:
    content = content_with("meta: {}").replace(
        b"roman:", f"asdf_library: {history}\nhistory: {history}\nroman:".encode()
    )
    assert rcm.identify(content).model_type == "ImageModel"


BAD = {
    "FITS": (b"SIMPLE  =                    T", rcm.NotAsdfError, "a FITS file, not an ASDF file"),
    "no ASDF": (b"SIMPLER = T", rcm.NotAsdfError, "not an ASDF file: it begins with"),
    "empty": (b"", rcm.NotAsdfError, "it is empty"),
    "cut": (content_with("meta: {}")[:-10], rcm.TruncatedFileError, "ends inside of its header"),
    "not Roman": (content_with("meta: {}").replace(b"roman:", b"other:"), rcm.NotRomanError, "no key 'roman'"),
    "no tag": (
        content_with("meta: {}").replace(b"!<" + TAGS.encode() + b"wfi_image-1.0.0>", b""),
        rcm.UnknownTagError,
        "no tag",
    ),
    "another tag": (
        content_with("meta: {}").replace(TAGS.encode(), b"asdf://e.org/tags/"),
        rcm.UnknownTagError,
        "asdf://e.org/tags/wfi_image-1.0.0, which is not of Roman",
    ),
    "a schema for a tag": (
        content_with("meta: {}").replace(b"/tags/", b"/schemas/"),
        rcm.UnknownTagError,
        "schemas/wfi_image-1.0.0, which is not of Roman",
    ),
    "a tag without version": (
        content_with("meta: {}").replace(b"wfi_image-1.0.0", b"wfi_image"),
        rcm.UnknownTagError,
        "wfi_image, which is not of Roman",
    ),
}


@pytest.mark.parametrize(("content", "kind", "words"), BAD.values(), ids=BAD)
def test_what_is_no_roman_file_is_told(content: bytes, kind: type[Exception], words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.asdf"
    path.write_bytes(content)
    with pytest.raises(kind) as caught:
        rcm.identify(path)
    assert type(caught.value) is kind
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)


def test_a_piece_of_a_file_is_no_file() -> None:
    content = content_with("a: b").replace(b"wfi_image-1.0.0", b"exposure-1.0.0")
    assert rcm.identify(content).model_type is None
    with pytest.raises(rcm.UnknownTagError, match="is not a tag of a file: Exposure stands inside of others"):
        rcm.read_header(content)


def test_an_identity_is_a_record(image: Path) -> None:
    identity = rcm.identify(image)
    assert pickle.loads(pickle.dumps(identity)) == identity
    with pytest.raises(AttributeError):
        identity.tag = "another"  # type: ignore[misc]
    assert json.dumps(identity.family) == '"wfi_image"'


def test_a_file_under_a_name_that_was_given_up_is_of_the_model_of_today() -> None:
    former = content_with("meta: {}").replace(b"wfi_image-1.0.0", b"source_catalog-1.0.0")
    assert rcm.identify(former).model_type == "ImageSourceCatalogModel"
    section = content_with("a: 1").replace(b"wfi_image-1.0.0", b"source_catalog-1.0.0")
    assert rcm.identify(section).model_type is None
