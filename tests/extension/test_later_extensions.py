"""An extension that asdf is given after the first question is known to all that asks asdf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asdf
import pytest
from asdf.extension import Converter, Extension, TagDefinition

import roman_cal_models as rcm
from roman_cal_models.schema.values import is_plain, tag_of

TAG = "asdf://example.org/tags/frame-1.0.0"
SCHEMA = "asdf://example.org/schemas/frame-1.0.0"

pytestmark = pytest.mark.newest_rad


class Frame:
    """What a third party keeps in files."""

    def __init__(self, number: int) -> None:
        self.number = number


class FrameConverter(Converter):  # pyright: ignore[reportMissingTypeArgument]
    """Writes and reads it."""

    tags = (TAG,)
    types = (Frame,)

    def to_yaml_tree(self, obj: Any, tag: Any, ctx: Any) -> Any:
        return {"number": obj.number}

    def from_yaml_tree(self, node: Any, tag: Any, ctx: Any) -> Any:
        return Frame(node["number"])


class FrameExtension(Extension):
    """Knows its tag and its schema."""

    extension_uri = "asdf://example.org/extensions/frame-1.0.0"
    tags = (TagDefinition(TAG, schema_uris=[SCHEMA]),)
    converters = (FrameConverter(),)


@pytest.fixture
def config() -> Iterator[Any]:
    with asdf.config_context() as config:
        yield config


def add_extension(config: Any) -> None:
    config.add_resource_mapping(
        {SCHEMA: f"%YAML 1.1\n---\nid: {SCHEMA}\nproperties: {{number: {{minimum: 0}}}}\n...".encode()}
    )
    config.add_extension(FrameExtension())


def test_its_tag_is_known(config: Any) -> None:
    frame = Frame(3)
    assert tag_of(frame) is None
    add_extension(config)
    assert tag_of(frame) == TAG


def test_its_objects_are_no_longer_plain(config: Any) -> None:
    frame = Frame(3)
    assert is_plain(frame)
    add_extension(config)
    assert not is_plain(frame)


def test_a_schema_that_was_asked_before_accepts_its_objects(config: Any) -> None:
    schema = rcm.compile_schema({"tag": TAG})
    assert not schema.accepts(Frame(3))
    add_extension(config)
    assert schema.accepts(Frame(3))


def test_its_schema_is_asked(config: Any) -> None:
    schema = rcm.compile_schema({"type": "object"})
    tree = {"frame": Frame(-3)}
    schema.problems(tree)
    add_extension(config)
    assert [problem.kind for problem in schema.problems(tree)] == ["minimum"]


def test_open_gives_its_objects(config: Any, tmp_path: Path) -> None:
    path = tmp_path / "image.asdf"
    model = rcm.ImageModel.create_fake_data()
    with asdf.config_context() as writing:
        add_extension(writing)
        model.meta["frame"] = Frame(3)
        model.save(path)
    with rcm.open(path) as before, pytest.warns(asdf.exceptions.AsdfConversionWarning):
        assert not isinstance(before.meta.frame, Frame)
    add_extension(config)
    with rcm.open(path) as after:
        assert after.meta.frame.number == 3


def test_save_writes_its_objects(config: Any, tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data()
    model.save(tmp_path / "before.asdf")
    add_extension(config)
    model.meta["frame"] = Frame(3)
    model.save(tmp_path / "after.asdf")
    with asdf.open(tmp_path / "after.asdf") as file:
        assert file["roman"]["meta"]["frame"].number == 3


def test_what_holds_in_one_context_is_forgotten_outside_of_it(config: Any) -> None:
    with asdf.config_context() as inner:
        add_extension(inner)
        assert tag_of(Frame(3)) == TAG
    assert tag_of(Frame(3)) is None
