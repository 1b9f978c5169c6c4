"""Method of models: the same in a newer version."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from .data_model import DataModel

    _Model = TypeVar("_Model", bound=DataModel)

__all__ = ["upgrade"]


def upgrade(self: _Model, version: str | None = None) -> _Model:
    """Return a model of a newer version of what this one holds.

    Parameters
    ----------
    version : str, optional
        The version to go to; the newest by default.

    Returns
    -------
    DataModel
        Of the same class; this one is not changed. What the old version does not say is listed in `assumed`.

    Raises
    ------
    UpgradeError
        The version is older, or it requires something for which no value is declared.
    """
    from ..migration.upgrade_node import tag_of_version, upgrade_node
    from .integrity import refuse_wrong_blocks

    target = tag_of_version(self._node, version)
    if target != self.tag:
        refuse_wrong_blocks(self._node, in_memory=True)
    node, changes = upgrade_node(self._node, target)
    return self._of(node, self._source, owns_source=False, history=(*self._history, *changes))
