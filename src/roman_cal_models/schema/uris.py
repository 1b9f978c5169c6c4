"""The URIs of schemas, tags, manifests and extensions: the only place that takes one apart.

All are of the form ``asdf://<authority>/<kind>/<family>-<version>``; RAD's authority is ``stsci.edu/datamodels/roman``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from ..errors import SchemaError

__all__ = ["ROMAN", "URI", "Kind", "parse", "parse_version", "tag_matcher"]

ROMAN = "asdf://stsci.edu/datamodels/roman"

Kind = Literal["schemas", "tags", "manifests", "extensions"]

# as many digits as fit any number that a version may mean
_VERSION = r"[0-9]{1,18}(?:\.[0-9]{1,18})*"
_PATTERN = re.compile(
    r"(?P<base>asdf://.+?)/(?P<kind>schemas|tags|manifests|extensions)/(?P<family>.+)-"
    rf"(?P<version>{_VERSION})"
)


@dataclass(frozen=True, order=True, slots=True)
class URI:
    """One URI, parsed. Ordered by authority, kind, family and then version as numbers, so that 1.10.0 follows 1.9.0.

    Parameters
    ----------
    base : str
        Scheme and authority: ``asdf://stsci.edu/datamodels/roman``.
    kind : {"schemas", "tags", "manifests", "extensions"}
        What it is the URI of.
    family : str
        The path without its version: ``meta/l2_cal_step``.
    numbers : tuple of int
        The version, for comparison.
    version : str
        The version as it is written: ``1.0.0``.
    """

    base: str
    kind: Kind
    family: str
    numbers: tuple[int, ...]
    version: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.base}/{self.kind}/{self.family}-{self.version}"

    @property
    def short(self) -> str:
        """Family and version, as error messages name a schema: ``meta/l2_cal_step-1.0.0``."""
        return f"{self.family}-{self.version}"

    @property
    def name(self) -> str:
        """Last part of the family: ``l2_cal_step``."""
        return self.family.rpartition("/")[2]

    def as_tag(self) -> URI:
        """Return the tag that follows from a schema URI by RAD's convention."""
        return replace(self, kind="tags")

    def as_schema(self) -> URI:
        """Return the schema URI that a tag has by RAD's convention. A manifest may say otherwise."""
        return replace(self, kind="schemas")

    def with_version(self, version: str) -> URI:
        """Return the same family at another version."""
        return replace(self, version=version, numbers=parse_version(version))


@lru_cache(maxsize=4096)
def parse(uri: str) -> URI:
    """Take a URI apart.

    Parameters
    ----------
    uri : str
        For instance ``asdf://stsci.edu/datamodels/roman/schemas/meta/l2_cal_step-1.0.0``.

    Returns
    -------
    URI

    Raises
    ------
    SchemaError
        It is not of that form.
    """
    match = _PATTERN.fullmatch(uri)
    if match is None:
        raise SchemaError(f"{uri!r} is not of the form asdf://<authority>/schemas/<family>-<version>")
    version = match["version"]
    return URI(match["base"], match["kind"], match["family"], parse_version(version), version)  # type: ignore[arg-type]


def parse_version(version: str) -> tuple[int, ...]:
    """Return a version as numbers: ``"1.10.0"`` as ``(1, 10, 0)``."""
    if not re.fullmatch(_VERSION, version):
        raise SchemaError(f"{version!r} is not a version of the form 1.2.3")
    return tuple(int(number) for number in version.split("."))


def tag_matcher(pattern: str) -> Callable[[str], bool]:
    """Return the test for a tag pattern: ``*`` stands for anything but a slash, ``**`` for anything."""
    if "*" not in pattern:
        return pattern.__eq__
    expression = re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    fullmatch = re.compile(expression).fullmatch
    known: dict[str, bool] = {}

    def matches(tag: str) -> bool:
        answer = known.get(tag)
        if answer is None:
            answer = known[tag] = fullmatch(tag) is not None
        return answer

    return matches
