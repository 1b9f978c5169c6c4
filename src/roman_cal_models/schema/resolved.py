"""Schemas with their references resolved, for users who read them. Nothing in this package needs them so."""

from __future__ import annotations

import re
from typing import Any

from ..asdf_bridge import resolved_schema
from ..errors import SchemaError, SchemaNotFoundError
from ..spelling import did_you_mean, meant
from . import uris

__all__ = ["get_latest_schema"]


def get_latest_schema(uri: str) -> tuple[str, dict[str, Any]]:
    """Return the newest version of a schema.

    Parameters
    ----------
    uri : str
        URI of a schema, with a version or without: ``asdf://stsci.edu/datamodels/roman/schemas/basic``.

    Returns
    -------
    uri : str
        That of the newest version that is installed.
    schema : dict
        The schema, with its references resolved. It is the caller's own.

    Raises
    ------
    SchemaError
        It is no URI.
    SchemaNotFoundError
        No version is installed.
    """
    from . import installed

    store = installed().store
    if "://" not in uri:
        families = store.families()
        family = uri if uri in families else meant(uri, families) or "wfi_image"
        example = f"{uris.ROMAN}/schemas/{family}"
        raise SchemaError(f"{uri!r} is not the URI of a schema, as {example!r} is")
    parsed = uris.parse(uri if re.search(r"-\d+\.\d+\.\d+$", uri) else f"{uri}-0.0.0")
    versions = store.versions(parsed.family, base=parsed.base)
    if not versions:
        hint = did_you_mean(parsed.family, store.families(parsed.base))
        raise SchemaNotFoundError(f"no version of {uri} is installed{hint and '.'}{hint}")
    return str(versions[-1]), resolved_schema(str(versions[-1]))
