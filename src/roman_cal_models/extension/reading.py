"""Files of ASDF that no model is made of, as examples of what somebody has."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from ..errors import NotAsdfError

__all__ = ["read_tree"]

_OF_ASDF = ("asdf_library", "history")


def read_tree(path: Path) -> dict[str, Any]:
    """Return what a file holds, all arrays loaded: what stands under ``roman``, or all where nothing does.

    Raises
    ------
    NotAsdfError
        It cannot be read as an ASDF file.
    OSError
        It cannot be opened.
    """
    import asdf

    with warnings.catch_warnings():
        # tags that are not known stay plain, and are described so
        warnings.simplefilter("ignore", asdf.exceptions.AsdfWarning)
        try:
            with asdf.open(path, lazy_load=False, memmap=False) as file:
                tree = {key: value for key, value in file.tree.items() if key not in _OF_ASDF}
        except (ValueError, asdf.exceptions.ValidationError) as error:
            raise NotAsdfError(path, f"cannot be read as ASDF: {error}") from None
    top = tree.get("roman", tree)
    return dict(top) if isinstance(top, dict) else tree
