"""The tree of a file -> what Roman put into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import NotRomanError, UnknownTagError
from ..installation import rad_version
from ..schema import installed
from ..schema.store import remedy
from ..schema.uris import ROMAN
from ..yaml import TaggedMapping, opened

__all__ = ["history_entries", "name_and_version", "named", "roman_part", "roman_tag", "value_of", "writers"]

_ENTRY = "core/history_entry-"


def roman_tag(tree: Mapping[Any, Any], name: str | None) -> str:
    """Return the tag of what stands under ``roman``.

    Raises
    ------
    NotRomanError
        There is nothing.
    UnknownTagError
        It bears no tag.
    """
    if "roman" not in tree:
        raise NotRomanError(name, "an ASDF file, but not of Roman: there is no key 'roman'")
    tag: str | None = getattr(opened(tree["roman"]), "tag", None)
    if tag is None:
        raise UnknownTagError(name, "what stands under 'roman' bears no tag, so its schema is unknown")
    return tag


def roman_part(tree: Mapping[Any, Any], name: str | None) -> tuple[TaggedMapping, str]:
    """Return what stands under ``roman``, and the URI of its schema.

    Raises
    ------
    NotRomanError, UnknownTagError
        There is nothing, or it is of no schema that is installed.
    """
    tag = roman_tag(tree, name)
    raw = opened(tree["roman"])
    uri = installed().store.schema_of_file(tag, raw)
    if not isinstance(raw, TaggedMapping):
        raise UnknownTagError(name, f"what stands under 'roman' bears the tag {tag}, but is not a mapping")
    if uri is None:
        raise UnknownTagError(name, _unknown(tag, tree))
    return raw, uri


def writers(tree: Mapping[Any, Any]) -> tuple[str | None, str | None]:
    """Return the software that wrote the Roman nodes of a file, and its release of RAD, as ``"rad 1.2.1"``."""
    extensions = value_of(value_of(tree, "history"), "extensions")
    for extension in extensions if isinstance(extensions, list) else ():
        if _text(value_of(extension, "extension_uri")).partition("/extensions/")[0] in installed().store.bases:
            return named(value_of(extension, "software")), named(value_of(extension, "manifest_software"))
    return None, None


def history_entries(tree: Mapping[Any, Any]) -> tuple[TaggedMapping, ...]:
    """Return the entries of the history of a file, as they stand there (ASDF standard, "history")."""
    history = value_of(tree, "history")
    # the first files of ASDF held nothing but the list
    entries = history if isinstance(history, list) else value_of(history, "entries")
    found = entries if isinstance(entries, list) else ()
    return tuple(entry for entry in found if isinstance(entry, TaggedMapping) and _ENTRY in entry.tag)


def named(software: Any) -> str | None:
    """Return name and version of what a file calls a software; None where it has no name."""
    name = value_of(software, "name")
    return None if name is None else name_and_version(name, value_of(software, "version"))


def name_and_version(name: Any, version: Any) -> str:
    """Return both in one text, whatever a file has in their places."""
    return f"{_text(name)} {_text(version)}"


def _text(value: Any) -> str:
    try:
        return str(value)
    except ValueError:  # an integer somewhere in it has more digits than Python writes
        return f"<{type(value).__name__}>"


def value_of(mapping: Any, key: str) -> Any:
    """Return what stands under a key; None for what is not a mapping: a file may hold anything there."""
    return opened(mapping.get(key)) if isinstance(mapping, dict) else None


def _unknown(tag: str, tree: Mapping[Any, Any]) -> str:
    """Say by what a tag was written that is not known here, and how to know it."""
    rad = writers(tree)[1]
    written = "" if rad is None else f", which was written with {rad},"
    known_to = f"the installed rad {rad_version()}" if tag.startswith(f"{ROMAN}/") else "the registered schemas"
    return f"the tag {tag}{written} is not known to {known_to}. {remedy(tag)}"
