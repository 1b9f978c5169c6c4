"""Where a ``$ref`` leads: joining URIs, and walking a document by a JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

__all__ = ["join", "pointer_parts", "split", "walk"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def split(uri: str) -> tuple[str, str]:
    """Return a URI without its fragment, and the fragment."""
    return urldefrag(uri)[:2]


def join(base: str, reference: str) -> str:
    """Resolve a reference against the URI of the document that it stands in.

    The standard library joins only schemes that it knows; ``asdf://`` is joined as ``http://`` is.
    """
    if _SCHEME.match(reference) or not base:
        return reference
    if reference.startswith("#"):
        return split(base)[0] + reference
    scheme, separator, rest = base.partition("://")
    if not separator:
        return reference
    return scheme + urljoin(f"http://{rest}", reference).removeprefix("http")


def pointer_parts(fragment: str) -> tuple[str, ...]:
    """Return the steps of a JSON pointer, written as a fragment with or without its ``#``."""
    path = unquote(fragment.removeprefix("#")).strip("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path.split("/")) if path else ()


def walk(document: Any, parts: tuple[str, ...], base: str) -> tuple[Any, str]:
    """Follow `parts` into a document; return what is there and the base URI that holds there.

    Raises
    ------
    LookupError
        It leads nowhere.
    """
    here = document
    for part in parts:
        if isinstance(here, list):
            here = here[int(part)] if part.isdigit() else None
        elif isinstance(here, Mapping):
            here = here[part]
        else:
            raise LookupError(part)
        base = base_of(here, base)
    return here, base


def base_of(schema: Any, base: str) -> str:
    """Return the URI that references in `schema` are resolved against."""
    own = schema.get("id") if isinstance(schema, Mapping) and "$ref" not in schema else None
    return split(join(base, own))[0] if isinstance(own, str) and own else base
