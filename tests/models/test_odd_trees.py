"""Trees that no writer of Roman files makes: only errors of ours, whatever is asked of them."""

from __future__ import annotations

import gc
import io
import pickle
import re
import sys
import threading
import time
from pathlib import Path
from typing import Any

import asdf
import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.lazy_dict import raw_items

# the files of these tests bear tags of the newest RAD
pytestmark = pytest.mark.newest_rad

TAGS = "asdf://stsci.edu/datamodels/roman/tags/"
DIGITS = 5000  # more than Python reads or writes in tens


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return (
        rcm.ImageModel.create_fake_data(shape=(2, 2)).save(tmp_path_factory.mktemp("odd") / "image.asdf").read_bytes()
    )


def file_of(roman: str) -> bytes:
    """Return a file with a tree of this."""
    head = "#ASDF 1.0.0\n#ASDF_STANDARD 1.6.0\n%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n--- !core/asdf-1.1.0\n"
    return f"{head}roman: {roman}\n...\n".encode()


def image_of(text: str) -> bytes:
    return file_of(f"!<{TAGS}wfi_image-2.2.0> {text}")


read = pytest.mark.parametrize("read", [rcm.open, rcm.read_header])


# ---- the tag of the root


@read
@pytest.mark.parametrize("name", ["telescope-1.0.0", "cal_logs-1.0.0", "file_date-1.0.0", "origin-1.0.0"])
@pytest.mark.parametrize("value", ["{meta: {}}", "[]", "text"])
def test_the_tag_of_what_is_no_object_is_not_that_of_a_file(read: Any, name: str, value: str) -> None:
    with pytest.raises(rcm.UnknownTagError, match=re.escape(name)):
        read(file_of(f"!<{TAGS}{name}> {value}"))


@pytest.mark.parametrize("name", ["telescope-1.0.0", "file_date-1.0.0", "origin-1.0.0"])
def test_it_is_not_that_of_an_open_asdf_file_either(name: str) -> None:
    with asdf.config_context() as config:
        config.validate_on_read = False
        file = asdf.open(io.BytesIO(file_of(f"!<{TAGS}{name}> '2020-01-01T00:00:00.000'")))
    with pytest.raises(rcm.UnknownTagError):
        rcm.open(file)


def test_a_version_of_very_many_digits_is_no_version() -> None:
    with pytest.raises(rcm.UnknownTagError, match="not of Roman"):
        rcm.identify(file_of(f"!<{TAGS}wfi_image-2.{'9' * DIGITS}.0> {{}}"))


def test_versions_of_software_of_very_many_digits_are_told_by_their_type() -> None:
    number = f"0x{'f' * DIGITS}"
    text = f"{{meta: {{calibration_software_version: {number}}}}}\nasdf_library: {{name: asdf, version: {number}}}"
    found = rcm.identify(image_of(text))
    assert (found.calibration_software, found.asdf) == ("romancal <int>", "asdf <int>")


@read
def test_a_file_of_such_a_version_is_of_an_unknown_tag(read: Any) -> None:
    with pytest.raises(rcm.UnknownTagError):
        read(file_of(f"!<{TAGS}wfi_image-2.{'9' * DIGITS}.0> {{}}"))


# ---- meta, keys and numbers


@read
@pytest.mark.parametrize("meta", ["5", "null", "text", "2020-01-01", "!time/time-1.4.0 2020-01-01T00:00:00.000", "[]"])
def test_a_meta_that_holds_nothing_tells_no_parameters(read: Any, meta: str) -> None:
    assert read(image_of(f"{{meta: {meta}}}")).get_crds_parameters() == {}


@read
@pytest.mark.parametrize("key", ["1", "null", "2020-01-01", "true", "1.5"])
def test_a_key_that_is_no_text_is_shown(read: Any, key: str) -> None:
    model = read(image_of(f"{{meta: {{}}, {key}: x}}"))
    name = {"null": "None", "true": "True"}.get(key, key)
    assert name in repr(model)
    assert name in model._repr_html_()


@read
@pytest.mark.parametrize("key", ["1", "null", "1.5"])
def test_a_missing_name_is_told_beside_a_key_that_is_no_text(read: Any, key: str) -> None:
    with pytest.raises(rcm.MissingKeyError, match="flat_fields"):
        _ = read(image_of(f"{{meta: {{}}, {key}: x}}"))["flat_fields"]


@pytest.mark.parametrize("data", ["5", "text", "{a: 1}", "null"])
def test_what_is_no_array_has_no_shape(data: str) -> None:
    assert rcm.open(image_of(f"{{meta: {{}}, data: {data}}}")).shape is None


def test_arrays_under_keys_that_are_no_text_are_compared() -> None:
    content = image_of("{meta: {}, 1: !core/ndarray-1.1.0 [1, 2], a.b: !core/ndarray-1.1.0 [1, 2]}")
    assert not list(rcm.diff(content, content))


@read
def test_a_number_of_very_many_digits_is_shown(read: Any) -> None:
    model = read(image_of(f"{{meta: {{}}, n: 0x{'f' * DIGITS}, m: [0x{'f' * DIGITS}]}}"))
    assert "0x" + "f" * 20 in model._repr_html_()
    assert "'n': <int>" in repr(model.node)


def test_a_number_of_very_many_digits_stands_in_the_tree(capsys: pytest.CaptureFixture[str]) -> None:
    rcm.open(image_of(f"{{meta: {{}}, n: 0x{'f' * DIGITS}, m: [0x{'f' * DIGITS}]}}")).info()
    assert "0x" + "f" * 20 in capsys.readouterr().out


@read
@pytest.mark.parametrize("key", ["1", "null", "2020-01-01"])
def test_a_key_that_is_no_text_stands_beside_an_array(read: Any, key: str) -> None:
    array = "!core/ndarray-1.1.0 {source: 0, datatype: float32, byteorder: little, shape: [2, 2]}"
    assert read(image_of(f"{{meta: {{}}, data: {array}, {key}: {array}}}")).problems()


@read
def test_a_table_without_a_list_of_columns_is_shown(read: Any) -> None:
    model = read(image_of("{meta: {}, t: !<tag:astropy.org:astropy/table/table-1.2.0> {columns: 5}}"))
    assert "Table" in model._repr_html_()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="older ones write all digits")
def test_this_python_does_not_write_all_digits() -> None:
    with pytest.raises(ValueError, match="digits"):
        str(int("f" * DIGITS, 16))


@read
def test_a_meta_that_cannot_be_built_leaves_the_unit_open(read: Any) -> None:
    model = read(image_of("{meta: !core/ndarray-1.1.0 {}, data: !core/ndarray-1.1.0 [1]}"))
    assert "int64 (1)" in model._repr_html_()


# ---- streams that are closed


@read
def test_a_closed_file_is_told(read: Any, image: bytes, tmp_path: Path) -> None:
    path = tmp_path / "image.asdf"
    path.write_bytes(image)
    with path.open("rb") as stream:
        pass
    with pytest.raises(rcm.SourceTypeError, match=re.escape(f"{path}: the stream is closed")):
        read(stream)


@pytest.mark.parametrize("read", [rcm.open, rcm.read_header, rcm.identify])
def test_closed_bytes_are_told(read: Any, image: bytes) -> None:
    stream = io.BytesIO(image)
    stream.close()
    with pytest.raises(rcm.SourceTypeError, match="the stream is closed"):
        read(stream)


@read
def test_a_file_that_is_written_is_told(read: Any, tmp_path: Path) -> None:
    path = tmp_path / "image.asdf"
    message = re.escape(f"{path}: the stream is open for writing alone: open it with mode 'rb'")
    with path.open("wb") as stream, pytest.raises(rcm.SourceTypeError, match=message):
        read(stream)


# ---- other threads


class _Half:
    """What a module is before its import has ended."""


def test_a_file_is_opened_while_another_thread_imports_asdf(image: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asdf", _Half())
    assert type(rcm.open(image)) is rcm.ImageModel


@pytest.mark.parametrize(
    "look",
    [
        lambda model: model.to_flat_dict(),
        lambda model: list(model.items()),
        lambda model: model._repr_html_(),
        lambda model: repr(model.node),
        lambda model: model.copy(),
        lambda model: model.get_crds_parameters(),
        lambda model: model.problems(),
        pickle.dumps,
    ],
    ids=["flat", "items", "html", "repr", "copy", "crds", "problems", "pickle"],
)
def test_it_can_be_looked_at_while_another_thread_adds_and_removes_keys(look: Any) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(2, 2))
    for number in range(200):
        model.meta[f"fixed_{number}"] = number
    is_over = threading.Event()
    failures: list[BaseException] = []

    def change() -> None:
        number = 0
        while not is_over.is_set():
            model.meta[f"passing_{number % 7}"] = number
            model.meta.pop(f"passing_{(number - 3) % 7}", None)
            number += 1

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(30):
            look(model)
    except RuntimeError as error:
        failures.append(error)
    finally:
        is_over.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert not failures


def test_it_can_be_looked_at_where_collecting_garbage_lets_another_thread_change_it() -> None:
    node: Any = rcm.ObjectNode()
    for number in range(300):
        node[f"fixed_{number}"] = number
    is_over = threading.Event()

    def change() -> None:
        number = 0
        while not is_over.is_set():
            node[f"passing_{number % 7}"] = number
            node.pop(f"passing_{(number - 3) % 7}", None)
            number += 1

    def wait(phase: str, info: object) -> None:
        time.sleep(1e-6)

    thread = threading.Thread(target=change)
    before = gc.get_threshold()
    gc.callbacks.append(wait)
    gc.set_threshold(50)
    thread.start()
    try:
        # all are kept, so that each takes memory of its own
        kept = [raw_items(node) for _ in range(50)]
    finally:
        is_over.set()
        thread.join()
        gc.callbacks.remove(wait)
        gc.set_threshold(*before)
    assert all(len(items) in range(300, 308) for items in kept)
