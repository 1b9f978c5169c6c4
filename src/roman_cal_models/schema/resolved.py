"""Schemas with their references resolved, for users who read them. Nothing in this package needs them so."""

from __future__ import annotations

import re
from typing import Any

from ..asdf_bridge import resolved_schema
from ..errors import SchemaNotFoundError
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
    SchemaNotFoundError
        No version is installed.
    """
    from . import installed

    parsed = uris.parse(uri if re.search(r"-\d+\.\d+\.\d+$", uri) else f"{uri}-0.0.0")
    versions = installed().store.versions(parsed.family, base=parsed.base)
    if not versions:
        raise SchemaNotFoundError(f"no version of {uri} is installed")
    return str(versions[-1]), resolved_schema(str(versions[-1]))
