"""``help`` and ``dir`` of classes, nodes and models."""

from __future__ import annotations

import inspect
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import Deferred
from roman_cal_models.nodes.generated._index import ALIASES, MODEL_NAMES, MODULES
from roman_cal_models.nodes.lazy_dict import raw_items
from roman_cal_models.nodes.object_node import property_types
from roman_cal_models.schema import installed

OLD = "asdf://stsci.edu/datamodels/roman/tags/l2_cal_step-1.0.0"


def helped(thing: object) -> str:
    return pydoc.render_doc(thing, renderer=pydoc.plaintext)


@pytest.mark.once
@pytest.mark.parametrize("name", sorted({*MODULES, *MODEL_NAMES.values()} - {*ALIASES}))
def test_every_class_can_be_helped_with(name: str) -> None:
    cls = getattr(rcm, name)
    assert helped(cls)
    if issubclass(cls, (rcm.ObjectNode, rcm.DataModel)):
        assert "Attributes\n----------" in cls.__doc__


@pytest.mark.parametrize("cls", [rcm.ObjectNode, rcm.TaggedObjectNode, rcm.DataModel, rcm.Header, rcm.ListNode])
def test_classes_without_a_schema_have_their_own_docstring(cls: type) -> None:
    assert helped(cls)
    assert "Attributes\n" not in str(cls.__doc__)


def test_a_class_tells_of_its_properties() -> None:
    text = str(rcm.L2CalStep.__doc__)
    assert text.startswith("Level 2 Calibration Status.\n")
    assert (
        "flat_field : {'INCOMPLETE', 'N/A', 'COMPLETE', 'FAILED', 'SKIPPED'}\n    Flat Field Correction Step; in"
        in text
    )
    # `help` sets them in, each Python in its own way
    assert {*text.split()} <= {*helped(rcm.L2CalStep).split()}
    meta = str(rcm.WfiImage.__doc__)
    assert "\ndata : ndarray\n    Science Data (DN/s) or (MJy/sr); in DN / s or MJy.sr**-1." in meta
    assert "\nvar_flat : ndarray, optional\n" in meta


def test_a_node_tells_of_those_of_its_version() -> None:
    assert "wfi18_transient" in str(rcm.L2CalStep.create_minimal().__doc__)
    text = helped(rcm.L2CalStep.create_minimal(tag=OLD))
    assert "Properties by l2_cal_step-1.0.0" in text
    assert "dark : {'N/A', 'COMPLETE', 'SKIPPED', 'INCOMPLETE'}" in text
    assert "wfi18_transient" not in text


def test_a_model_tells_what_its_node_does() -> None:
    tag = "asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.0.0"
    model = rcm.ImageModel.create_fake_data(tag=tag, shape=(8, 8))
    assert "Properties by wfi_image-1.0.0" in helped(model)
    assert "Properties by wfi_image-1.0.0" in helped(model.meta)
    assert "\n |  data : ndarray\n" in helped(rcm.ImageModel)


def test_a_class_of_a_user_keeps_its_docstring() -> None:
    class Mine(rcm.L2CalStep):
        """Steps of mine."""

    assert str(Mine.__doc__).startswith("Steps of mine.\n\nProperties by meta/l2_cal_step-")


def test_without_docstrings_there_is_none() -> None:
    program = "import roman_cal_models as rcm; print(rcm.L2CalStep.__doc__, rcm.ImageModel.__doc__)"
    done = subprocess.run([sys.executable, "-OO", "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "None None\n"


def test_dir_has_properties_and_methods_once_in_the_order_of_their_names(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    header = rcm.read_header(model.save(tmp_path / "image.asdf"))
    step = rcm.L2CalStep.create_minimal({"flat_field": "COMPLETE"})
    step["mine"] = "x"
    for one in (step, model, header, model.meta):
        names = dir(one)
        assert {*one.keys(), "to_flat_dict", "__class__"} <= {*names}
        assert names == sorted({*names})


# -- properties --------------------------------------------------------------------------------------------------------


def test_a_property_tells_what_the_schemas_say_of_it() -> None:
    schema = installed().document(rcm.L2CalStep().schema_uri or "")
    place = schema.properties["flat_field"]
    text = str(inspect.getdoc(rcm.L2CalStep.flat_field))
    assert text.startswith(f"{place.title}.\n\n")
    assert " ".join(text.split()).count(str(place.description)) == 1
    assert f"\nType: string\nAllowed: {', '.join(map(repr, place.enum or ()))}\n" in text
    assert "\nArchive: ScienceRefData.s_flat_field\nRequired: yes\n" in text
    assert text.endswith(f"\nSchema: {schema.parsed.short}")
    assert str(rcm.ImageModel.data.__doc__) == str(rcm.WfiImage.data.__doc__)
    assert "\nType: ndarray of float32, 2 dimensions\nUnit: DN / s or MJy.sr**-1\n" in str(rcm.ImageModel.data.__doc__)
    assert "\nType: time\n" in str(rcm.Exposure.start_time.__doc__)
    assert "Type: integer" in str(rcm.Observation.pass_.__doc__)


def test_a_property_that_gives_a_node_tells_its_class() -> None:
    for prop in (rcm.ImageModel.meta, rcm.WfiImage.meta):
        assert str(prop.__doc__).startswith("Common metadata properties.\n")
        assert "\nType: WfiImageMeta\n" in str(prop.__doc__)
    assert repr(rcm.ImageModel.meta) == "<property ImageModel.meta>"


def test_a_property_of_older_versions_tells_what_the_newest_of_them_say() -> None:
    assert str(rcm.ImageModel.reset_read.__doc__).endswith("Required: no\nSchema: wfi_image-1.3.0")


@pytest.mark.once
@pytest.mark.newest_rad
def test_every_property_of_every_class_tells_something() -> None:
    silent = [
        f"{name}.{attribute}"
        for name in sorted({*MODULES, *MODEL_NAMES.values()} - {*ALIASES})
        for attribute in property_types(getattr(rcm, name))
        if "\nSchema: " not in str(getattr(getattr(rcm, name), attribute).__doc__)
    ]
    assert silent == []


def test_a_property_of_a_user_says_what_he_wrote() -> None:
    class Mine(rcm.L2CalStep):
        mine: str

        @property
        def other(self) -> str:
            """Something else."""
            return ""

    assert Mine.mine.__doc__ is None
    assert Mine.other.__doc__ == "Something else."
    assert Mine.dark.__doc__ == rcm.L2CalStep.dark.__doc__


def test_help_lists_properties_with_what_they_are() -> None:
    text = helped(rcm.WfiImage)
    assert "|  data\n |      Science Data (DN/s) or (MJy/sr)." in text
    assert "|  meta = <property WfiImage.meta>\n |      Common metadata properties." in text
    assert "Step in romancal in which a science image is flat-fielded" in helped(rcm.L2CalStep.flat_field)


def test_docstrings_are_made_when_they_are_asked_for() -> None:
    program = """
import sys
from roman_cal_models import ImageModel
from roman_cal_models.schema import installed
assert not installed.cache_info().currsize
assert ImageModel.data.__doc__
assert installed.cache_info().currsize
assert "asdf" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_nothing_is_built_to_be_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("IPython")
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setattr(sys, "ps1", "", raising=False)  # which a shell sets and leaves
    path = rcm.ImageModel.create_fake_data(shape=(8, 8)).save(tmp_path / "image.asdf")
    shell = InteractiveShell()
    with rcm.open(path) as model:
        shell.user_ns["m"] = model
        for name, wanted in (
            ("m.data", "Science Data (DN/s) or (MJy/sr)."),
            ("m.meta.wcs", "WCS object."),
            ("m.meta.exposure.start_time", "Exposure Start Time (UTC)."),
            ("m.meta.exposure", "Exposure Information."),
            ("m.meta", "Object ``meta`` of `WfiImage`."),
        ):
            told = shell.object_inspect(name)
            assert str(told["docstring"]).startswith(wanted)
        for node in (model.node, model.meta, model.meta.exposure):
            assert not any(value.is_built for _, value in raw_items(node) if isinstance(value, Deferred))
