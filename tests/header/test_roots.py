"""What Roman put into the tree of a file, and what else may stand there."""

from __future__ import annotations

from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.header.roots import history_entries, named
from roman_cal_models.yaml import TaggedMapping, TaggedSequence
from tests.header.test_header import content_with
from tests.peer import TAGS

ENTRY = TaggedMapping({"description": "made"}, "tag:stsci.edu:asdf/core/history_entry-1.0.0")


@pytest.mark.parametrize("history", [[ENTRY], {"entries": [ENTRY]}], ids=["a list", "a mapping"])
def test_entries_of_the_history_are_found(history: Any) -> None:
    assert history_entries({"history": history}) == (ENTRY,)


@pytest.mark.parametrize(
    "other",
    [
        "made",
        {"description": "made"},
        TaggedMapping({}, "tag:stsci.edu:asdf/core/software-1.0.0"),
        TaggedSequence([], "tag:stsci.edu:asdf/core/history_entry-1.0.0"),
    ],
    ids=["text", "no tag", "another tag", "no mapping"],
)
def test_nothing_else_is_taken_for_an_entry(other: Any) -> None:
    assert history_entries({"history": [other, ENTRY]}) == (ENTRY,)


@pytest.mark.parametrize("tree", [{}, {"history": None}, {"history": {"entries": 5}}, {"history": "made"}])
def test_a_file_without_a_history_has_no_entries(tree: Any) -> None:
    assert history_entries(tree) == ()


def test_a_software_without_a_name_is_none() -> None:
    assert named({"version": "1.0"}) is None
    assert named({"name": "asdf", "version": "1.0"}) == "asdf 1.0"


def test_text_under_the_tag_of_an_image_is_told() -> None:
    content = content_with("meta: {}").replace(b"\n  meta: {}", b" text")
    with pytest.raises(rcm.UnknownTagError, match=rf"{TAGS}wfi_image-1\.0\.0, but is not a mapping"):
        rcm.read_header(content)


def test_a_tag_of_an_unknown_writer_is_told_without_one() -> None:
    content = content_with("meta: {}").replace(b"wfi_image", b"wfi_imago")
    with pytest.raises(rcm.UnknownTagError, match=rf"^the tag {TAGS}wfi_imago-1\.0\.0 is not known to the installed"):
        rcm.read_header(content)


def test_a_tag_that_is_unknown_is_told_with_the_rad_that_it_was_written_with() -> None:
    extension = "asdf://stsci.edu/datamodels/roman/extensions/datamodels-9.0"
    software = "{name: rad, version: '9.0'}"
    history = f"extensions: [{{extension_uri: {extension}, manifest_software: {software}}}]"
    content = content_with("meta: {}").replace(b"wfi_image", b"wfi_imago")
    content = content.replace(b"roman:", f"history: {{{history}}}\nroman:".encode())
    with pytest.raises(rcm.UnknownTagError, match=r"wfi_imago-1\.0\.0, which was written with rad 9\.0, is not known"):
        rcm.read_header(content)


def test_a_version_of_thousands_of_digits_is_told_by_its_type() -> None:
    assert named({"name": "x", "version": 10**5000}) == "x <int>"
