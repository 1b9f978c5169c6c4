"""The questions that are asked of a kind of foreign objects, and their answers for an object of any other kind."""

from __future__ import annotations

import copy
import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..yaml import TaggedScalar

if TYPE_CHECKING:
    from ..outline.entry import Entry
    from .protocols import Comparison, Wanted

__all__ = [
    "NOTHING",
    "Head",
    "Kind",
    "kind_name",
    "mapping_of",
    "plain",
    "text_of",
    "unit_text",
]

NOTHING: Any = object()
"""The answer of a kind that has none."""


class Head(NamedTuple):
    """What an outline says of an object wherever it stands.

    Parameters
    ----------
    name, path : str
        What it is called and where it stands.
    title, unit : str or None
        What the schemas call it, and the unit that they give it.
    """

    name: str
    path: str
    title: str | None = None
    unit: str | None = None

    def entry(self, kind: str, value: Any = None, **facts: Any) -> Entry:
        """Return the entry of the object."""
        from ..outline.entry import Entry  # the class takes a millisecond, and few ask for an outline

        return Entry(self.name, self.path, kind, self.title, value, **facts)


class Kind:
    """A kind of foreign objects: how they are recognised, and what is to be known of them.

    The answers here are those for an object of no kind that is known. Where a method is given YAML, nothing is built
    for its answer.
    """

    name = "an object"
    """What an error calls one."""

    tags: tuple[str, ...] = ()
    """What its tags begin with."""

    given: str | None = None
    """What is to be given where one is missing: ``an astropy Time``."""

    example: str | None = None
    """Python that makes one, for the error that one is missing."""

    text_example: str | None = None
    """A text that `from_text` takes; None where it takes none."""

    fake_tag: str | None = None
    """Tag of a made-up object, which is then made at first use; None where it is made at once."""

    record: str | None = None
    """Class that an outline names, where the object is nothing but a mapping under a tag, shown with its members."""

    is_scalar = False
    """Whether it counts as one value, which a flat header holds though it is no plain one."""

    is_leaf = False
    """Whether the checks of a tree do not look inside."""

    datatypes: frozenset[str] = frozenset()
    """The database types that `database_value` is for."""

    # -- which objects are of this kind

    def has_tag(self, tag: str) -> bool:
        """Return whether objects under a tag, or under those of a pattern, are of this kind."""
        return tag.startswith(self.tags)

    def has_type(self, cls: type) -> bool:
        """Return whether objects of a type are of this kind; its library is not imported for it."""
        return False

    # -- reading and making

    def check(self, raw: Any) -> None:
        """Refuse the YAML of an object that asks for too much, see `bounds`; what it holds is checked apart."""

    def from_header(self, raw: Any) -> Any:
        """Return what a header gives in place of the object, by its YAML alone; NOTHING where asdf is to build it."""
        return NOTHING

    def from_text(self, text: str) -> Any:
        """Return the object that a user writes as text.

        Raises
        ------
        ValueError
            The text stands for none.
        """
        raise ValueError(f"{text!r} is not {self.name}")

    def fake(self, wanted: Wanted, shape: Sequence[int]) -> Any:
        """Return a made-up object for a place; NOTHING where none is made up.

        Parameters
        ----------
        wanted : Wanted
            What the schema asks for.
        shape : sequence of int
            Shape of arrays, as far as it is given.
        """
        return NOTHING

    def instead(self, value: Any) -> str:
        """Return what is to be given in place of a value that is of another kind."""
        return self.given or f"{self.name} that asdf writes as one"

    # -- showing

    def outline_raw(self, head: Head, raw: Any) -> Entry:
        """Return the entry of an object that was not built, by its YAML."""
        return head.entry(kind_name(raw.tag), str(raw) if isinstance(raw, TaggedScalar) else None)

    def outline(self, head: Head, value: Any) -> Entry:
        """Return the entry of an object."""
        return head.entry(type(value).__name__, str(value) if isinstance(value, datetime.date) else None)

    def as_json(self, raw: Any) -> Any:
        """Return what JSON has for the YAML of an object: values of YAML, which may hold others."""
        return str(raw) if isinstance(raw, TaggedScalar) else {"tag": raw.tag}

    def short(self, value: Any) -> str:
        """Return an object in a few characters."""
        return repr(value)

    def flat(self, value: Any) -> Any:
        """Return what a flat dictionary has for an object."""
        return value.isoformat() if isinstance(value, datetime.datetime) else value

    # -- comparing

    def equal(self, one: Any, two: Any) -> bool | None:
        """Return whether two objects are equal, one of which is of this kind; None if that is what ``==`` says."""
        return None

    def differences(self, path: str, one: Any, two: Any, comparison: Comparison) -> Iterator[Any] | None:
        """Return the differences of an object of this kind and another; None if they are just equal or not."""
        return None

    # -- archiving

    def deepcopied(self, value: Any, memo: dict[int, Any]) -> Any:
        """Return a deep copy, as `copy.deepcopy` makes it."""
        return copy.deepcopy(value, memo)

    def database_value(self, value: Any) -> Any:
        """Return what a database of one of the `datatypes` holds for an object or its YAML; NOTHING: build it first.

        Raises
        ------
        ValueError
            It holds none for it; the message says why.
        """
        return NOTHING


def kind_name(tag: str) -> str:
    """Return the last word of a tag, without its version: ``wcs`` for ``tag:stsci.edu:gwcs/wcs-1.4.0``."""
    return tag.rpartition("/")[2].rpartition("-")[0] or tag


def plain(value: Any) -> Any:
    """Return a plain value, or a list of them, as JSON has it: a number that is infinite or NaN is text."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return str.__str__(value)
    is_plain = value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value))
    return value if is_plain else str(value)


def text_of(value: Any) -> str:
    """Return what should be a text, and in a file may be anything."""
    try:
        return str(value)
    except ValueError:  # Python writes no number of that many digits
        return f"<{type(value).__name__}>"


def unit_text(unit: Any) -> str | None:
    """Return a unit as text; None for none, which catalogues write out as well."""
    text = "" if unit is None else text_of(unit)
    return None if text.lower() in ("", "none") else text


def mapping_of(raw: Any) -> Mapping[str, Any]:
    """Return the members of the YAML of an object; none where it is not a mapping."""
    return raw if isinstance(raw, Mapping) else {}
