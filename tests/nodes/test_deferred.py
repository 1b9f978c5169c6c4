"""What is not built yet says what it will be, is built once, and is tried again when it could not be."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.foreign.datatypes import NDARRAY_TAG
from roman_cal_models.foreign.tables import TABLE_TAG
from roman_cal_models.nodes.deferred import AsdfArray, Deferred, FakeValue, FileValue, deferred_array
from roman_cal_models.nodes.lazy_dict import raw_get
from roman_cal_models.yaml import TaggedMapping, TaggedScalar, TaggedSequence

NDARRAY = f"{NDARRAY_TAG}1.1.0"
TIME = "tag:stsci.edu:asdf/time/time-1.4.0"


class Counting:
    """A source that counts what it builds."""

    name = None
    read_only = False

    def __init__(self) -> None:
        self.built: list[Any] = []

    def newest_tag(self, stem: str) -> str:
        return f"{stem}1.0.0"

    def build(self, raw: Any, where: Callable[[], str]) -> Any:
        self.built.append((raw, where()))
        return object()


def waiting(raw: Any) -> FileValue:
    return FileValue(Counting(), raw)


def array(**facts: Any) -> FileValue:
    return waiting(TaggedMapping(facts, NDARRAY))


# -- what it says ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shape", "text"),
    [
        (array(source=0, datatype="float32", shape=[2, 3]), (2, 3), "<array float32 (2, 3)>"),
        (array(source=0, datatype="int8", shape=[]), (), "<array int8 ()>"),
        (array(source=0, datatype="float32", shape=["*", 3]), None, "<ndarray-1.1.0>"),
        (array(source=0, datatype="float32"), None, "<ndarray-1.1.0>"),
        (array(source=0, datatype="int5", shape=[2]), (2,), "<array of unknown type (2,)>"),
        (waiting(TaggedSequence([[1, 2]], NDARRAY)), (1, 2), "<array int64 (1, 2)>"),
        (waiting(TaggedMapping({"shape": [2]}, TABLE_TAG)), None, f"<{TABLE_TAG.rpartition('/')[2]}>"),
        (waiting(TaggedScalar("2020-01-01", TIME)), None, "<time-1.4.0>"),
    ],
)
def test_it_says_what_it_will_be(value: FileValue, shape: Any, text: str) -> None:
    assert value.shape == shape
    assert repr(value) == text
    assert not value.is_built


def test_it_bears_its_tag_and_is_written_as_its_yaml() -> None:
    raw = TaggedScalar("2020-01-01", TIME)
    value = waiting(raw)
    assert (value.tag, value.__roman_tag__()) == (TIME, TIME)
    assert value.raw is raw
    assert value.__roman_lower__() is raw


def test_what_is_made_up_is_made_once_and_then_written() -> None:
    made = []
    value = FakeValue(TABLE_TAG, lambda: made.append(1) or "made")
    assert (value.is_built, repr(value), made) == (False, f"<{TABLE_TAG.rpartition('/')[2]}>", [])
    assert value.get(str) == value.get(str) == value.__roman_lower__() == "made"
    assert (value.is_built, made) == (True, [1])


# -- when it is built ------------------------------------------------------------------------------------------------


def test_it_is_built_once_by_its_source_which_is_told_where() -> None:
    source = Counting()
    raw = TaggedScalar("2020-01-01", TIME)
    value = FileValue(source, raw)
    assert value.get(lambda: "meta.file_date") is value.get(lambda: "elsewhere")
    assert source.built == [(raw, "meta.file_date")]
    assert value.is_built


def test_what_could_not_be_built_is_tried_again() -> None:
    outcomes = iter([ValueError("no"), OSError("no"), "yes"])

    def make() -> Any:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    value = FakeValue(TABLE_TAG, make)
    for error in (ValueError, OSError):
        with pytest.raises(error):
            value.get(str)
        assert not value.is_built
    assert value.get(str) == "yes"


def test_one_that_needs_itself_stays_as_it_was_first() -> None:
    built: list[Any] = []

    def make() -> Any:
        if not built:
            built.append(None)
            built[0] = value.get(str)
        return object()

    value = FakeValue(TABLE_TAG, make)
    assert value.get(str) is built[0]
    assert value.get(str) is built[0]


@pytest.mark.parametrize("fails", [False, True])
def test_a_thread_waits_for_the_one_that_builds_and_tries_itself_when_that_failed(fails: bool) -> None:
    started, go_on = threading.Event(), threading.Event()
    makers: list[str] = []

    def make() -> Any:
        makers.append(threading.current_thread().name)
        if len(makers) > 1:
            return "second"
        started.set()
        go_on.wait(120)
        if fails:
            raise ValueError("no")
        return "first"

    value = FakeValue(TABLE_TAG, make)
    taken: dict[str, Any] = {}

    def take() -> None:
        try:
            taken[threading.current_thread().name] = value.get(str)
        except ValueError as error:
            taken[threading.current_thread().name] = str(error)

    first, second = (threading.Thread(target=take, name=name, daemon=True) for name in ("first", "second"))
    first.start()
    assert started.wait(120)
    second.start()
    second.join(0.1)
    assert second.is_alive()
    assert makers == ["first"]
    go_on.set()
    first.join(120)
    second.join(120)
    assert not second.is_alive()
    if fails:
        assert (taken, makers) == ({"first": "no", "second": "second"}, ["first", "second"])
    else:
        assert (taken, makers) == ({"first": "first", "second": "first"}, ["first"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_does_not_wait_for_a_thread_that_it_has_not() -> None:
    started, go_on = threading.Event(), threading.Event()

    def make() -> Any:
        if not started.is_set():
            started.set()
            go_on.wait(300)
        return "made"

    value = FakeValue(TABLE_TAG, make)
    thread = threading.Thread(target=value.get, args=(str,), daemon=True)
    thread.start()
    assert started.wait(120)
    child = os.fork()
    if child == 0:
        taker = threading.Thread(target=value.get, args=(str,), daemon=True)
        taker.start()
        taker.join(120)
        os._exit(0 if value.is_built else 1)
    _, status = os.waitpid(child, 0)
    go_on.set()
    thread.join(120)
    assert os.waitstatus_to_exitcode(status) == 0
    assert value.get(str) == "made"


def test_what_nobody_says_how_to_build_cannot_be() -> None:
    with pytest.raises(NotImplementedError):
        Deferred(TIME).get(str)


# -- arrays of asdf ----------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Any:
    path = tmp_path / "array.asdf"
    asdf.AsdfFile({"one": np.arange(1000.0).reshape(10, 100)}).write_to(path)
    with asdf.open(path) as opened:
        yield opened


def test_an_array_of_asdf_is_read_at_first_use(file: Any) -> None:
    value = deferred_array(file["one"])
    assert type(value) is AsdfArray
    assert (value.shape, value.tag, value.is_built) == ((10, 100), NDARRAY, False)
    found = value.get(str)
    assert type(found) is np.ndarray
    assert (found == np.arange(1000.0).reshape(10, 100)).all()
    assert value.get(str) is found


def test_an_array_of_asdf_whose_file_is_closed_is_told_with_its_place(file: Any) -> None:
    value = AsdfArray(file["one"])
    file.close()
    value.file = "a.asdf"
    with pytest.raises(rcm.ModelClosedError, match=r"^a\.asdf: .*meta\.one was not loaded: ") as caught:
        value.get(lambda: "meta.one")
    assert caught.value.file == "a.asdf"
    assert not value.is_built


def test_an_array_of_asdf_is_written_as_it_is(file: Any) -> None:
    content = io.BytesIO()
    asdf.AsdfFile({"x": AsdfArray(file["one"]).__roman_lower__()}).write_to(content)
    with asdf.open(io.BytesIO(content.getvalue())) as again:
        assert again["x"].shape == (10, 100)


def test_an_array_of_asdf_in_a_mapping_that_is_given_stays_unread(file: Any) -> None:
    node = rcm.ObjectNode(inner={"one": file["one"]})
    assert type(raw_get(node["inner"], "one")) is AsdfArray
    assert node["inner"]["one"].shape == (10, 100)


def test_anything_else_is_left_as_it_is() -> None:
    for value in (np.zeros(2), 3, "a", None):
        assert deferred_array(value) is value
