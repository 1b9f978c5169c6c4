"""The header of a saved model is what asdf would have written."""

from __future__ import annotations

import io
from collections import OrderedDict
from pathlib import Path
from typing import Any, ClassVar

import asdf
import astropy.units as u
import numpy as np
import pytest
from asdf.extension import Converter, Extension
from astropy.table import QTable, Table
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models import asdf_bridge
from roman_cal_models.asdf_bridge import settled_config
from roman_cal_models.errors import ForeignValueError, ValidationError
from roman_cal_models.extension.array_writing import ArraysOfFile, lent_extensions
from roman_cal_models.extension.header_text import header_text
from roman_cal_models.extension.trees import tagged_tree
from roman_cal_models.models.classes import model_class
from roman_cal_models.nodes.classes import class_of
from roman_cal_models.schema import installed

MANIFEST = str(installed().store.newest_manifest.uri)
_URIS = installed().store.newest_manifest.schema_uris.values()
KINDS = sorted(
    cls.__name__ for uri in _URIS if (cls := model_class(class_of(installed().document(uri)).__name__)) is not None
)


def written(tree: Any, *, by_us: bool, entries: tuple[str, ...] = (), inline: int | None = None) -> bytes | None:
    stream = io.BytesIO()
    with ArraysOfFile(None, {}, inline) as arrays, settled_config(), lent_extensions(MANIFEST, arrays) as extensions:
        file = asdf_bridge.new_file({"roman": tree}, extensions)
        for entry in entries:
            file.add_history_entry(entry, {"name": "a: b", "version": "1.0"})
        if by_us:
            return header_text(file)
        file.write_to(stream)
    return stream.getvalue()


def assert_same_header(tree: Any, **options: Any) -> None:
    ours, theirs = (written(tree, by_us=by_us, **options) for by_us in (True, False))
    assert ours is not None
    assert theirs is not None
    before, roman = ours.split(b"\nroman:")
    expected, roman_expected = theirs.split(b"\nroman:")
    assert roman == roman_expected
    # the extensions are in the order of a set there
    assert sorted(before.splitlines()) == sorted(expected.splitlines())
    assert before.split(b"\nhistory:")[0] == expected.split(b"\nhistory:")[0]
    assert _by_name(ours) == _by_name(theirs)


def _by_name(header: bytes) -> Any:
    tree = asdf.util.load_yaml(io.BytesIO(header), tagged=True)
    extensions = tree["history"].pop("extensions")
    assert len({each["extension_uri"] for each in extensions}) == len(extensions) > 0
    return tree, {each["extension_uri"]: (each._tag, each) for each in extensions}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_is_written_as_asdf_writes_it(kind: str) -> None:
    node = getattr(rcm, kind).create_fake_data(shape=(3, 3, 3)).node
    assert_same_header(tagged_tree(node, node.tag), inline=20)


def test_so_is_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")  # asdf's clock
    assert_same_header({"a": 1}, entries=("made", "a longer one: " + "it's done " * 20, "two\nlines"))


_SHARED = np.arange(3.0)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(Time("2020-01-01T00:00:00"), id="a time"),
        pytest.param(Time(58000.5, format="mjd"), id="a time of another format"),
        pytest.param(1.5 * u.m / u.s, id="a quantity"),
        pytest.param(np.arange(6).reshape(2, 3) * u.DN, id="quantities"),
        pytest.param(np.ma.masked_array([1, 2], [True, False]), id="a masked array"),
        pytest.param(np.array(["a", "b c"]), id="texts"),
        pytest.param(np.array([np.nan, np.inf, 1e-30, 1e22]), id="numbers out of the common"),
        pytest.param([_SHARED, {"again": _SHARED}], id="one array twice"),
        pytest.param(Table({"a": [1, 2], "b": ["x", "y"]}), id="a table"),
        pytest.param(QTable({"a": [1, 2] * u.m}), id="a table of quantities"),
        pytest.param((1, (2.0, None)), id="tuples"),
        pytest.param({"nothing": {}, "none": [], "empty": ""}, id="what is empty"),
    ],
)
@pytest.mark.parametrize("inline", [None, 100])
def test_foreign_objects_are_written_as_asdf_writes_them(value: Any, inline: int | None) -> None:
    assert_same_header({"value": value}, inline=inline)


class Thing:
    """Something that a library of its own writes."""


class _Things(Converter):  # type: ignore[misc]
    tags = ("asdf://example.org/tags/thing-1.0.0",)
    types = (Thing,)

    def to_yaml_tree(self, obj: Thing, tag: str, ctx: Any) -> dict[str, Any]:
        return {"source": ctx.find_available_block_index(lambda: np.zeros(3, np.uint8))}

    def from_yaml_tree(self, node: Any, tag: str, ctx: Any) -> Thing:
        return Thing()


class _ThingExtension(Extension):  # type: ignore[misc]
    extension_uri = "asdf://example.org/extensions/thing-1.0.0"
    converters = (_Things(),)
    tags = _Things.tags


class _Handles(_ThingExtension):
    yaml_tag_handles: ClassVar = {"!thing!": "asdf://example.org/tags/"}

    class _Plain(_Things):
        def to_yaml_tree(self, obj: Thing, tag: str, ctx: Any) -> dict[str, Any]:
            return {"answer": 42}

    converters = (_Plain(),)


def test_an_object_that_asks_for_blocks_is_left_to_asdf() -> None:
    with asdf.config_context() as config:
        config.add_extension(_ThingExtension())
        assert written({"thing": Thing()}, by_us=True) is None


def test_handles_of_tags_are_left_to_asdf() -> None:
    with asdf.config_context() as config:
        config.add_extension(_Handles())
        assert written({"thing": Thing()}, by_us=True) is None
        assert b"!thing!thing-1.0.0" in (written({"thing": Thing()}, by_us=False) or b"")


def test_what_the_emitter_leaves_to_asdf_is_saved_by_asdf(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data({"meta": {"filename": "?"}}, shape=(2, 2))
    model.meta["more"] = {"long" * 50: 1, "times": OrderedDict(a=1)}
    model.data = np.arange(1024, dtype="f4").reshape(32, 32)
    model.err = np.ones((32, 32), "f2")
    with rcm.open(model.save(tmp_path / "a.asdf")) as read:
        assert read.meta.more == model.meta.more
        assert (read.data == model.data).all()
        assert (read.err == model.err).all()


@pytest.mark.parametrize("value", [2**63, -(2**63)])
def test_a_number_that_no_header_may_hold_is_refused_by_asdf(value: int, tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(2, 2))
    model.meta["more"] = value
    with pytest.raises(ValidationError, match="too large"):
        model.save(tmp_path / "a.asdf")


def test_an_object_without_converter_is_named(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(2, 2))
    model.meta["more"] = [{"a": object()}]
    with pytest.raises(ForeignValueError, match=r"meta\.more"):
        model.save(tmp_path / "a.asdf")
