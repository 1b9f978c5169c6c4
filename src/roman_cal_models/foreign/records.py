"""What the ASDF standard gives a tag though it holds nothing but plain values."""

from __future__ import annotations

from .kind import Kind

__all__ = ["RECORDS"]


class _Record(Kind):
    """Records of one class of the standard."""

    def __init__(self, word: str, record: str) -> None:
        self.name = f"a {word}"
        self.tags = (f"tag:stsci.edu:asdf/core/{word}-",)
        self.record = record


RECORDS = (
    _Record("extension_metadata", "ExtensionMetadata"),
    _Record("history_entry", "HistoryEntry"),
    _Record("software", "Software"),
)
