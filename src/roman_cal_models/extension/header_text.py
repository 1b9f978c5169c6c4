"""The header of a file as `asdf.AsdfFile.write_to` writes it, by our own emitter."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from ..asdf_bridge import Conversion, cached_by_extensions
from ..yaml.emitter import document
from ..yaml.scalars import Unusual

if TYPE_CHECKING:
    from asdf import AsdfFile

__all__ = ["header_text"]

_HANDLES = {"!": "tag:stsci.edu:asdf/"}


def header_text(file: AsdfFile) -> bytes | None:
    """Return the header of a file, up to its three dots; None where asdf must write it.

    asdf's own validation would have nothing to say to it: who calls this has checked the tree, and numbers that no
    header may hold, and keys that are no text, are left to asdf, which refuses them.

    Parameters
    ----------
    file : asdf.AsdfFile
        A file in memory, with nothing in its history but entries.
    """
    from asdf._io import get_asdf_library_info

    tree: Any = copy.copy(file.tree)
    tree["asdf_library"] = get_asdf_library_info()
    # asdf notes there whom it has to thank
    history = dict(tree.get("history", {}))
    conversion = Conversion(file)
    tagged = conversion.tree(tree)
    if "entries" in history:
        history["entries"] = conversion.tree(history["entries"])
    used = conversion.context._extensions_used
    if conversion.has_blocks or any(extension.yaml_tag_handles for extension in used):
        return None
    tagged["history"] = history | {"extensions": _metadata(frozenset(used), file.version_string)}
    try:
        text = document(tagged, _HANDLES)
    except Unusual:
        return None
    return f"#ASDF {file.file_format_version}\n#ASDF_STANDARD {file.version_string}\n{text}".encode()


@cached_by_extensions
def _metadata(used: frozenset[Any], standard: str) -> Any:
    """Return what a history says of the extensions by which a file was written."""
    from asdf import AsdfFile

    file: Any = AsdfFile(version=standard)
    conversion = Conversion(file)
    for extension in used:
        conversion.context._mark_extension_used(extension)
    tree: dict[str, Any] = {}
    file._update_extension_history(tree, conversion.context)
    # asdf's order is that of a set: another one in each process
    extensions = tree["history"]["extensions"]
    return conversion.tree(sorted(extensions, key=lambda each: str(each.get("extension_uri"))))
