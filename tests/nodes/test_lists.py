"""Lists take the indexes that a list takes, and know where their items stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.list_node import ListNode

pytestmark = pytest.mark.newest_rad


@pytest.fixture
def numbers() -> Any:
    return rcm.Exposure.create_minimal({"read_pattern": [[1, 2, 3, 4]]}).read_pattern[0]


WRONG: dict[str, Callable[[list[int]], Any]] = {
    "text": lambda items: items.__setitem__("a", 1),  # type: ignore[call-overload]
    "a float": lambda items: items.__setitem__(1.5, 1),  # type: ignore[call-overload]
    "none": lambda items: items.__setitem__(None, 1),  # type: ignore[call-overload]
    "insert at text": lambda items: items.insert("a", 1),  # type: ignore[arg-type]
    "insert at a float": lambda items: items.insert(1.5, 1),  # type: ignore[arg-type]
    "out of range": lambda items: items.__setitem__(9, 1),
    "below the range": lambda items: items.__setitem__(-9, 1),
    "a slice of another size": lambda items: items.__setitem__(slice(None, None, 2), [1]),
    "no items for a slice": lambda items: items.__setitem__(slice(1), 1),  # type: ignore[call-overload]
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_index_is_told_as_a_list_tells_it(what: str, numbers: Any) -> None:
    with pytest.raises(Exception) as expected:
        WRONG[what]([1, 2, 3, 4])
    with pytest.raises(expected.type):
        WRONG[what](numbers)
    assert numbers == [1, 2, 3, 4]


def test_what_stands_for_an_index_is_one(numbers: Any) -> None:
    numbers[np.int64(1)] = 7
    numbers.insert(np.uint8(0), 9)
    numbers[True] = 8
    assert numbers == [9, 8, 7, 3, 4]


@pytest.mark.parametrize(("index", "value", "path"), [
    (-1, "a", (3,)),
    (0, "a", (0,)),
    (slice(0, 2), [5, "a"], (1,)),
    (slice(1, None, 2), [5, "a"], (3,)),
    (slice(None, None, -1), [5, "a", 6, 7], (2,)),
])  # fmt: skip
def test_an_error_names_the_index(index: Any, value: Any, path: tuple[int], numbers: Any) -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        numbers[index] = value
    assert [problem.path[-1:] for problem in caught.value.problems] == [path]


def test_an_item_that_is_right_asks_for_no_path(numbers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ListNode, "path", None)
    numbers.append(5)
    assert numbers[-1] == 5


def test_paths_follow_the_items() -> None:
    node = rcm.ObjectNode({"many": [{"n": 0}, {"n": 1}, {"n": 2}]})
    items = node["many"]
    first, second, third = items
    assert [item.path() for item in items] == [("many", 0), ("many", 1), ("many", 2)]
    items.reverse()
    items.insert(0, {"n": 3})
    assert [item.path() for item in (third, second, first)] == [("many", 1), ("many", 2), ("many", 3)]
    items.remove(second)
    assert [item.path() for item in (third, second, first)] == [("many", 1), (), ("many", 2)]


def test_the_paths_of_all_items_are_found_in_a_few_walks() -> None:
    walks = 0

    class Counted(ListNode[Any]):
        def _index_of(self, item: Any) -> int | None:
            nonlocal walks
            before = getattr(self, "_indexes", None)
            found = super()._index_of(item)
            walks += self._indexes is not before
            return found

    items = Counted([{"n": number} for number in range(3000)])
    assert [item.path() for item in items] == [(number,) for number in range(3000)]
    assert walks == 1


def test_the_path_of_a_node_that_holds_itself_ends() -> None:
    node = rcm.ObjectNode()
    node["inner"] = {}
    node["inner"]["outer"] = node
    assert node["inner"].path() == ("outer", "inner")
