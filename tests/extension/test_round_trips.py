"""Every node round-trips on its own through asdf, with the class and the version that it had."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.classes import named
from roman_cal_models.nodes.generated._index import MODULES
from roman_cal_models.schema import installed
from tests.peer import TAGS, differences

NEWEST = sorted(installed().store.newest_manifest.schema_uris)


def object_classes() -> list[str]:
    """Return the names of the generated classes of objects that have a schema document of their own."""
    names = [
        name
        for name in MODULES
        if isinstance(named(name), type) and issubclass(named(name), rcm.ObjectNode) and not named(name)._path
    ]
    assert len(names) > 80
    return sorted(names)


def some_versions() -> list[tuple[str, str]]:
    """Return every class at its newest and, where there are more, at its oldest version."""
    return [
        (name, version)
        for name in object_classes()
        if named(name).versions()
        for version in sorted({*named(name).versions()[:: 10**6], named(name).versions()[-1]})
    ]


def written(node: Any, extensions: Any = None) -> bytes:
    content = io.BytesIO()
    asdf.AsdfFile({"x": node}, extensions=extensions).write_to(content)
    return content.getvalue()


def header(content: bytes) -> str:
    return content.partition(b"\n...\n")[0].decode()


@pytest.mark.parametrize(("name", "version"), some_versions())
def test_a_node_on_its_own_comes_back(name: str, version: str) -> None:
    cls = named(name)
    node = cls.create_fake_data(version=version, shape=(2, 2, 2))
    with asdf.open(io.BytesIO(written(node)), extensions=rcm.get_asdf_extensions()) as file:
        again = file["x"]
        assert type(again) is cls
        assert again.version == version
        assert differences(node, again) == []
        assert again.problems() == node.problems() == []


@pytest.mark.parametrize("name", ["L2CalStep", "Exposure", "Guidestar"])
def test_every_version_of_a_fragment_comes_back_as_that_version(name: str) -> None:
    cls = named(name)
    for version in cls.versions():
        node = cls.create_fake_data(version=version)
        with asdf.open(io.BytesIO(written(node))) as file:
            assert (type(file["x"]), file["x"].version) == (cls, version)


def test_a_fragment_on_its_own_bears_the_tag_of_rads_convention() -> None:
    step = rcm.L2CalStep.create_minimal(version="1.1.0")
    assert f"x: !<{TAGS}meta/l2_cal_step-1.1.0>" in header(written(step))


def test_the_history_names_the_extension_of_a_node() -> None:
    for node, uri in (
        (rcm.WfiImage.create_fake_data(), installed().store.newest_manifest.extension_uri),
        (rcm.L2CalStep.create_minimal(), f"{TAGS.removesuffix('/tags/')}/extensions/fragments-1.0.0"),
    ):
        assert f"extension_uri: {uri}\n" in header(written(node))


def test_a_fragment_inside_a_parent_that_refers_to_it_is_untagged() -> None:
    image = rcm.WfiImage.create_fake_data({"meta": {"cal_step": rcm.L2CalStep.create_minimal()}})
    assert image.meta.cal_step.flat_field == "INCOMPLETE"
    tags = re.findall(r"!<asdf://stsci[^>]+>", header(written(image, rcm.get_asdf_extensions())))
    assert tags == [f"!<{image.tag}>"]


def test_a_fragment_inside_an_old_parent_is_tagged() -> None:
    image = rcm.WfiImage.create_fake_data(tag=f"{TAGS}wfi_image-1.0.0")
    image.meta.cal_step = rcm.L2CalStep.create_fake_data()
    text = header(written(image, rcm.get_asdf_extensions()))
    assert f"cal_step: !<{TAGS}l2_cal_step-1.0.0>" in text
    assert f"exposure: !<{TAGS}exposure-1.0.0>" in text


def test_a_list_of_nodes_comes_back() -> None:
    steps = [rcm.L2CalStep.create_minimal(), rcm.L2CalStep.create_fake_data()]
    with asdf.open(io.BytesIO(written(steps))) as file:
        assert [type(step) for step in file["x"]] == [rcm.L2CalStep, rcm.L2CalStep]
        assert list(file["x"]) == steps


def test_an_object_that_is_described_in_place_is_written_as_a_plain_mapping() -> None:
    meta = rcm.WfiImage.create_fake_data().meta
    assert meta.tag is None
    with asdf.open(io.BytesIO(written(meta))) as file:
        assert type(file["x"]) is dict
        assert file["x"]["filename"] == meta.filename


def test_asdf_refuses_an_invalid_node() -> None:
    step = rcm.L2CalStep.create_minimal()
    with rcm.config(validate_assignment="off"):
        step.flat_field = "DONE"
    with pytest.raises(asdf.ValidationError, match="DONE"):
        written(step)


def test_asdf_refuses_an_incomplete_node() -> None:
    with pytest.raises(asdf.ValidationError, match="required"):
        written(rcm.L2CalStep(flat_field="COMPLETE"))


def test_asdf_refuses_an_invalid_model() -> None:
    image = rcm.WfiImage.create_fake_data()
    image.data = np.zeros((2, 2), "f8")
    with pytest.raises(asdf.ValidationError, match="datatype"):
        written(image)


def test_arrays_of_a_node_that_asdf_opened_are_numpys() -> None:
    image = rcm.WfiImage.create_fake_data(shape=(4, 4))
    with asdf.open(io.BytesIO(written(image)), extensions=rcm.get_asdf_extensions()) as file:
        assert type(file["x"].data) is np.ndarray
        assert file["x"].data is file["x"].data


def test_an_array_that_asdf_has_not_read_says_so_after_its_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "image.asdf"
    path.write_bytes(written(rcm.WfiImage.create_fake_data(shape=(64, 64))))
    with asdf.open(path, extensions=rcm.get_asdf_extensions()) as file:
        node = file["x"]
    with pytest.raises(rcm.ModelClosedError, match="data was not loaded"):
        _ = node.data


def test_asdf_tells_what_the_schemas_say_of_nodes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mode = rcm.WfiMode.create_fake_data()
    tree = {"image": rcm.WfiImage.create_fake_data(), "mode": mode, "logs": rcm.CalLogs(["begin"])}
    file: Any = asdf.AsdfFile(tree, extensions=rcm.get_asdf_extensions())
    file.info()
    printed = capsys.readouterr().out
    assert "(WfiImage) # Level 2 (L2) Calibrated" in printed
    assert "mode (WfiMode) # " in printed
    told = file.schema_info("archive_catalog")["mode"]["detector"]["archive_catalog"]
    assert "WFIExposure.detector" in told.info["destination"]
    assert told.value == mode.detector
