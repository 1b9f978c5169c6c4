"""``help`` and ``dir`` of classes, nodes and models."""

from __future__ import annotations

import pydoc
import subprocess
import sys

import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.generated._index import ALIASES, MODEL_NAMES, MODULES

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


def test_properties_come_first() -> None:
    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    step = rcm.L2CalStep.create_minimal({"flat_field": "COMPLETE"})
    step["mine"] = "x"
    assert dir(step)[: len(step)] == sorted(step)
    assert dir(model)[: len(model.keys())] == sorted(dir(model.node)[: len(model.keys())])
    for one in (step, model, model.meta):
        names = dir(one)
        assert {"validate", "__class__"} <= {*names[len(one) :]}
        assert len({*names}) == len(names)


def test_properties_of_a_header_come_first(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "image.asdf"
    rcm.ImageModel.create_fake_data(shape=(8, 8)).save(path)
    header = rcm.read_header(path)
    names = dir(header)
    assert {*header.keys()} <= {*names[: len(header.node.schema_properties())]}
    assert "to_flat_dict" in names
