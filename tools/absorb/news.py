"""The news fragment of a release of RAD."""

from __future__ import annotations

import textwrap
from typing import Any

__all__ = ["fragment"]


def fragment(found: dict[str, Any]) -> str:
    """Return what users can do now."""
    text = f"RAD {found['rad']} is supported"
    models = [f"``{name}``" for name in found["new_models"]]
    if models:
        text += f", with {'a class' if len(models) == 1 else 'classes'} for its new kinds of files: {', '.join(models)}"
    versions = [f"``{name}``" for name in found["new_versions"]]
    if versions:
        text += f". Files of {', '.join(versions)} are read, checked and written, and older ones upgraded to them"
    return textwrap.fill(f"{text}.", 120, break_on_hyphens=False, break_long_words=False) + "\n"
