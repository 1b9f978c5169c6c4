"""Anything that a model can be opened from -> its model, upgraded."""

from __future__ import annotations

from .class_opening import Openable
from .data_model import DataModel

__all__ = ["upgrade"]


def upgrade(source: Openable, version: str | None = None) -> DataModel:
    """Return a model of a newer version of what an old file holds.

    Parameters
    ----------
    source : DataModel, str, path-like or other
        The model, or anything that `roman_cal_models.open` takes. Nothing of it is changed.
    version : str, optional
        The version to go to; the newest by default.

    Returns
    -------
    DataModel
        Of the same class. Arrays that are as they were are shared, and not read yet if they were not. Every value
        that the old file does not hold is listed in ``assumed``, and goes into the history of the file when it is
        saved. What the newer schema does not know is kept under its old name.

    Raises
    ------
    UpgradeError
        The version is older, or the newer version requires something for which no value is declared.
    SchemaNotFoundError
        There is no such version.
    ChecksumError
        An array that is to be converted is not what was written.
    """
    if isinstance(source, DataModel):
        return source.upgrade(version)
    opened = DataModel.open(source)
    upgraded = opened.upgrade(version)
    upgraded._owns_source = opened._owns_source
    return upgraded
