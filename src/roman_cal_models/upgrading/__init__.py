"""Models of old files as models of a newer version.

What a file of an old version holds is taken over by the structure of the newer schema. Then, in this order:

- ``moves``: what stands elsewhere now, or is written otherwise;
- ``catalogs``: columns of source catalogues that were renamed or came later;
- ``quantities``: arrays and numbers that were kept with their unit;
- ``arrays``: arrays of another data type;
- ``assumptions``: what the newer schema requires and no old file tells.

``running`` puts them together. Nothing is filled in that is not declared in one of these.
"""

from __future__ import annotations

from .running import upgrade

__all__ = ["upgrade"]
