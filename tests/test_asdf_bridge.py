"""What asdf is asked for: each answer is asdf's own."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asdf
import astropy.units as u
import numpy as np
import pytest
from asdf.extension import Converter, Extension
from asdf.yamlutil import custom_tree_to_tagged_tree
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models import asdf_bridge
from tests.skies import sky_of_detector

TIME_TAG = "tag:stsci.edu:asdf/time/time-"


class Thing:
    """An object that asdf has no converter for, unless one is given."""


class ThingConverter(Converter):  # type: ignore[misc]
    tags = ("asdf://example.org/tags/thing-1.0.0",)
    types = (Thing,)

    def to_yaml_tree(self, obj: object, tag: str, ctx: object) -> dict[str, int]:
        return {"answer": 42}

    def from_yaml_tree(self, node: object, tag: str, ctx: object) -> Thing:
        return Thing()


class ThingExtension(Extension):  # type: ignore[misc]
    extension_uri = "asdf://example.org/extensions/thing-1.0.0"
    converters = (ThingConverter(),)
    tags = ThingConverter.tags


EXTENSIONS = """
from roman_cal_models.asdf_bridge import settled_config

with settled_config() as first:
    found = first.extensions
with settled_config() as second:
    print(second.extensions is found)
"""


def test_extensions_are_looked_for_once() -> None:
    done = subprocess.run([sys.executable, "-c", EXTENSIONS], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_threads_that_convert_at_once_do_not_mix_up_their_trees(tmp_path: Path) -> None:
    image = rcm.ImageModel.create_fake_data(shape=(30, 30))
    image.meta.wcs = sky_of_detector((30, 30))
    path = image.save(tmp_path / "image.asdf")

    def inverted(_: int) -> tuple[float, float]:
        with rcm.open(path) as model:
            wcs: Any = model["meta"]["wcs"]
            x, y = wcs.backward_transform(*wcs(3.0, 5.0))
            return round(float(x), 3), round(float(y), 3)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as threads:
            assert set(threads.map(inverted, range(60))) == {(3.0, 5.0)}
    finally:
        sys.setswitchinterval(before)


def test_an_answer_is_kept_until_the_extensions_are_others() -> None:
    asked: list[type] = []

    @asdf_bridge.cached_by_extensions
    def has_converter(cls: type) -> bool:
        asked.append(cls)
        return asdf_bridge.converter_of_type(cls) is not None

    assert [has_converter(Thing), has_converter(Thing)] == [False, False]
    with asdf.config_context() as config:
        config.add_extension(ThingExtension())
        assert [has_converter(Thing), has_converter(Thing)] == [True, True]
    assert len(asked) == 2


def test_a_converter_is_found_by_type() -> None:
    assert asdf_bridge.converter_of_type(Time) is not None
    assert asdf_bridge.converter_of_type(Thing) is None


def test_a_tag_has_the_schemas_that_asdf_binds_to_it() -> None:
    (tag,) = {str(asdf_bridge.tagged_tree(Time(["2027-01-31"], format="iso", scale="utc"))._tag)}
    assert tag.startswith(TIME_TAG)
    assert asdf_bridge.schema_uris_of_tag(tag) == (f"http://stsci.edu/schemas/asdf/time/time-{tag.rpartition('-')[2]}",)
    assert asdf_bridge.schema_uris_of_tag("asdf://example.org/tags/nothing-1.0.0") == ()


def test_a_resource_is_found_or_missed_by_its_uri() -> None:
    uri = "http://stsci.edu/schemas/asdf/core/ndarray-1.0.0"
    assert uri.encode() in asdf_bridge.resource(uri)
    with pytest.raises(rcm.SchemaNotFoundError, match=r"no schema is installed under asdf://example\.org/nothing"):
        asdf_bridge.resource("asdf://example.org/nothing-1.0.0")


def test_a_resolved_schema_is_the_callers_own() -> None:
    uri = "http://stsci.edu/schemas/asdf/core/ndarray-1.0.0"
    schema = asdf_bridge.resolved_schema(uri)
    schema.clear()
    assert asdf_bridge.resolved_schema(uri)["id"] == uri


def test_a_value_is_tagged() -> None:
    tagged = asdf_bridge.tagged("asdf://example.org/tags/text-1.0.0", "text")
    assert (str(tagged), tagged._tag) == ("text", "asdf://example.org/tags/text-1.0.0")


def test_a_time_with_a_format_of_its_own_is_read() -> None:
    time = asdf_bridge.time_of_yaml({"value": "2027-01-31", "base_format": "iso", "scale": "tai"})
    assert time == Time("2027-01-31", scale="tai")


def test_arrays_of_a_file_may_stand_in_the_yaml() -> None:
    with asdf_bridge.new_file_of_inline_arrays() as context:
        tree = asdf_bridge.tagged_tree(np.arange(3), asdf_bridge.Conversion(context))
    assert tree["data"] == [0, 1, 2]


def test_a_conversion_goes_on_after_one_that_failed() -> None:
    class Failing(ThingConverter):
        def to_yaml_tree(self, obj: object, tag: str, ctx: object) -> dict[str, int]:
            raise ValueError("cannot be converted")

    class FailingExtension(ThingExtension):
        converters = (Failing(),)

    held: dict[str, Any] = {"thing": Thing()}
    conversion = asdf_bridge.Conversion(asdf_bridge.new_file(extensions=[FailingExtension()]))
    with pytest.raises(ValueError, match="cannot be converted"):
        conversion.tree(held)
    held["thing"] = Time("2027-01-31")
    # what was being converted then is converted again, and not taken for an object that holds itself
    assert conversion._tree(held)["thing"].data == "2027-01-31 00:00:00.000"


def test_a_value_without_a_converter_is_named_where_it_stands() -> None:
    file = asdf_bridge.new_file({"roman": Thing()})
    message = f"x.asdf: roman cannot be written: asdf has no converter for {__name__}.Thing"
    with pytest.raises(rcm.ForeignValueError, match=f"^{re.escape(message)}$"):
        asdf_bridge.write_file(file, io.BytesIO(), name="x.asdf", where=lambda value: "roman", options={})


def test_what_asdf_refuses_is_an_error_of_ours() -> None:
    file = asdf_bridge.new_file({})
    file.tree["x"] = asdf_bridge.tagged("tag:stsci.edu:asdf/core/complex-1.0.0", "not a number")
    with pytest.raises(rcm.ValidationError, match=r"^x\.asdf: ") as caught:
        asdf_bridge.write_file(file, io.BytesIO(), name="x.asdf", where=str, options={})
    assert len(caught.value.problems) == 1


# ---- conversion


class Deferring:
    """Leaves its tree to the converter of something else."""


class DeferringConverter(Converter):  # type: ignore[misc]
    tags = ()
    types = (Deferring,)

    def select_tag(self, obj: object, tags: object, ctx: object) -> None:
        return None

    def to_yaml_tree(self, obj: object, tag: object, ctx: object) -> object:
        return Time("2020-01-01T00:00:00")

    def from_yaml_tree(self, node: object, tag: object, ctx: object) -> object:
        raise TypeError


class Growing:
    """Holds itself."""


class GrowingConverter(Converter):  # type: ignore[misc]
    tags = ("asdf://example.org/tags/growing-1.0.0",)
    types = (Growing,)

    def to_yaml_tree(self, obj: object, tag: object, ctx: object) -> object:
        content: dict[str, object] = {}
        yield content
        content["itself"] = "later"

    def from_yaml_tree(self, node: object, tag: object, ctx: object) -> object:
        raise TypeError


class OfText(str):
    """A text of its own."""


class MoreExtension(ThingExtension):
    extension_uri = "asdf://example.org/extensions/more-1.0.0"
    converters = (ThingConverter(), DeferringConverter(), GrowingConverter())
    tags = (*ThingConverter.tags, *GrowingConverter.tags)


def _wcs() -> object:
    return rcm.ImageModel.create_fake_data(shape=(2, 2)).meta.wcs


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: [1, 1.5, "a", None, True, (1, [2])], id="plain"),
        pytest.param(_wcs, id="a WCS"),
        pytest.param(lambda: {"a": Time("2020-01-01"), "b": 3 * u.m}, id="astropy's"),
        pytest.param(lambda: [Thing(), [Thing()]], id="things"),
        pytest.param(Deferring, id="one that defers"),
        pytest.param(lambda: [Growing()], id="one that is made in two steps"),
        pytest.param(lambda: OrderedDict(a=Thing()), id="another mapping"),
        pytest.param(lambda: asdf_bridge.tagged("tag:x", {"a": [Thing()]}), id="a tagged tree"),
        pytest.param(lambda: asdf_bridge.tagged("tag:x", "text"), id="a tagged text"),
        pytest.param(lambda: [OfText("a"), np.float64(1.5)], id="kinds of plain values"),
    ],
)
def test_a_tree_is_converted_as_asdf_converts_it(make: Callable[[], object]) -> None:
    with asdf.config_context() as config:
        config.add_extension(MoreExtension())
        value = make()
        found = asdf_bridge.tagged_tree(value)
        expected = custom_tree_to_tagged_tree(value, asdf.AsdfFile())
    assert found == expected
    assert repr(_typed(found)) == repr(_typed(expected))


def _typed(tree: object) -> object:
    content = tree.data if hasattr(tree, "_tag") else tree
    if isinstance(content, dict):
        content = [(key, _typed(value)) for key, value in content.items()]
    elif isinstance(content, (list, tuple)):
        content = [_typed(value) for value in content]
    return type(tree), getattr(tree, "_tag", None), content


def test_what_is_shared_stays_so_and_what_holds_itself_too() -> None:
    shared = {"a": Time("2020-01-01")}
    tree = asdf_bridge.tagged_tree([shared, shared])
    assert tree[0] is tree[1]
    assert tree[0] is not shared
    shared["b"] = shared
    tree = asdf_bridge.tagged_tree(shared)
    assert tree["b"] is tree


def test_a_converter_of_plain_values_is_asked() -> None:
    class Texts(ThingConverter):
        types = (list,)

    class OfTexts(ThingExtension):
        converters = (Texts(),)

    with asdf.config_context() as config:
        config.add_extension(OfTexts())
        assert asdf_bridge.tagged_tree({"a": []})["a"]._tag == ThingConverter.tags[0]
    assert asdf_bridge.tagged_tree({"a": []}) == {"a": []}


def test_the_extensions_that_are_used_are_noted() -> None:
    conversion = asdf_bridge.Conversion(asdf_bridge.new_file())
    conversion.tree([1, "a"])
    assert not conversion.context._extensions_used
    conversion.tree([Time("2020-01-01")])
    assert [each.extension_uri for each in conversion.context._extensions_used] != []
    assert not conversion.has_blocks
    conversion.tree(np.arange(3))
    assert conversion.has_blocks
