"""A kind that nobody knows but the test of new kinds: durations, in seconds. It is one module and one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from roman_cal_models.foreign.demands import DisproportionError
from roman_cal_models.foreign.kind import NOTHING, Head, Kind
from roman_cal_models.foreign.protocols import Wanted
from roman_cal_models.outline.entry import Entry

TAG = "tag:example.org:durations/duration-1.0.0"


class Duration:
    """Some seconds. It knows no equality, as a file holds it in an object of its own."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Durations(Kind):
    """Durations."""

    name = "a duration"
    tags = ("tag:example.org:durations/duration-",)
    example: ClassVar[str] = "Duration(...)"
    text_example = "90 s"
    fake_tag = TAG
    is_scalar = True
    datatypes = frozenset({"float"})

    def has_type(self, cls: type) -> bool:
        return cls.__name__ == "Duration"

    def check(self, raw: Any) -> None:
        if raw["seconds"] > 1e9:
            raise DisproportionError("it lasts too long")

    def from_header(self, raw: Any) -> Any:
        return Duration(raw["seconds"])

    def from_text(self, text: str) -> Any:
        return Duration(float(text.removesuffix(" s")))

    def fake(self, wanted: Wanted, shape: Any) -> Any:
        return Duration(1.0)

    def outline_raw(self, head: Head, raw: Any) -> Entry:
        return head.entry("Duration", raw["seconds"], unit="s")

    def outline(self, head: Head, value: Any) -> Entry:
        return head.entry("Duration", value.seconds, unit="s")

    def as_json(self, raw: Any) -> Any:
        return raw["seconds"]

    def short(self, value: Any) -> str:
        return f"{value.seconds} s"

    def flat(self, value: Any) -> Any:
        return value.seconds

    def equal(self, one: Any, two: Any) -> bool | None:
        return isinstance(one, Duration) and isinstance(two, Duration) and one.seconds == two.seconds

    def differences(self, path: str, one: Any, two: Any, comparison: Any) -> Iterator[Any] | None:
        if isinstance(two, Duration) and comparison.are_close(one.seconds, two.seconds):
            return iter(())
        return None

    def database_value(self, value: Any) -> Any:
        return (
            value["seconds"] if isinstance(value, dict) else value.seconds if isinstance(value, Duration) else NOTHING
        )
