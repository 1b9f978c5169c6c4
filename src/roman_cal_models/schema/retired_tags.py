"""Tags that RAD has given up: files written before its release 0.23 bear them, and no manifest holds them any more.

Found in the files that every release of ``roman_datamodels`` wrote, see ``tools/old_files``.
"""

from __future__ import annotations

from collections.abc import Mapping

from .uris import ROMAN

__all__ = ["FILES", "GONE", "RENAMED", "is_roman", "schema_of_file"]

_TAGS = f"{ROMAN}/tags/"
_SCHEMAS = f"{ROMAN}/schemas/"

RENAMED = {
    f"{_TAGS}cal_step-1.0.0": f"{_SCHEMAS}l2_cal_step-1.0.0",
    f"{_TAGS}reference_files/inverse_linearity-1.0.0": f"{_SCHEMAS}reference_files/inverselinearity-1.0.0",
}
"""Tag -> schema of what is the same under another name."""

FILES = {
    # the name was later given to a section inside of others, under the same tag
    f"{_TAGS}source_catalog-1.0.0": f"{_SCHEMAS}image_source_catalog-1.0.0",
}
"""Tag of a whole file -> schema, where the tag means something else further down."""

GONE = frozenset(
    f"{_TAGS}{name}-1.0.0"
    for name in (
        "aperture",
        "base_exposure",
        "base_guidestar",
        "groundtest",
        "prd_software_version",
        "source_detection",
        "target",
        "tvac_groundtest",
    )
)
"""Tags of sections that no schema describes any more. Their content is kept, and cannot be checked."""


def schema_of_file(tag: str, top: object) -> str | None:
    """Return the schema URI of a whole file whose kind has another name now; None for any other.

    Parameters
    ----------
    tag : str
        The tag of its top node.
    top : object
        The top node: one of a file has ``meta``, which tells it from a section of the same tag.
    """
    is_file = isinstance(top, Mapping) and "meta" in top
    return (FILES.get(tag) if is_file else None) or RENAMED.get(tag)


def is_roman(tag: str) -> bool:
    """Return True if a tag is of the mission, known or not."""
    return tag.startswith(_TAGS)
