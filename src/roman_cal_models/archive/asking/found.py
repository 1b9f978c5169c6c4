"""The table of what was found. Importing it imports astropy's tables, so it is imported at the first answer."""

from __future__ import annotations

from typing import Any

from astropy.table import Column, Table
from astropy.time import Time

__all__ = ["FoundTable"]


class FoundTable(Table):  # type: ignore[misc, unused-ignore]
    """A table of astropy, which pandas takes without rows as well."""

    def to_pandas(self, *arguments: Any, **options: Any) -> Any:
        """Return it as a table of pandas, as every table of astropy does."""
        if len(self):
            return super().to_pandas(*arguments, **options)
        # astropy gives pandas times of no unit where there are none
        plain = Table(self, copy=False)
        for name in self.colnames:
            if isinstance(self[name], Time):
                plain[name] = Column([], dtype="datetime64[us]")
        return plain.to_pandas(*arguments, **options)
