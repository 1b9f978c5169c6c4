"""One upgrade, from beginning to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import SchemaNotFoundError, UpgradeError
from ..models.changes import Changes
from ..models.data_model import DataModel
from ..models.integrity import refuse_wrong_blocks
from ..models.opening import open as open_model
from ..nodes.classes import schema_for
from ..nodes.copying import as_version
from ..schema import uris
from ..settings import config
from .arrays import convert_arrays
from .assumptions import assume
from .catalogs import complete_catalog
from .moves import move
from .quantities import convert_quantities

if TYPE_CHECKING:
    from ..schema.places import ObjectSchema

__all__ = ["upgrade"]


def upgrade(source: Any, version: str | None = None) -> DataModel:
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
        that the old file does not tell is listed in ``assumed``, and goes into the history of the file when it is
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
    model = source if isinstance(source, DataModel) else open_model(source)
    target = _target(model, version)
    # the family of an old file may have had another name
    if uris.parse(target).numbers < uris.parse(model.tag).numbers:
        raise UpgradeError(f"{model.tag} is newer than {target}: a model cannot go back to an older version")
    changes = Changes()
    if target != model.tag:
        refuse_wrong_blocks(model.node, in_memory=True)
    # what is converted is written under a checksum of its own
    with config(validate_assignment="on", unknown="ignore", check_arrays=False, verify_checksums=True):
        node = as_version(model.node, _schema(model, target))
        if target != model.tag:
            move(node, changes)
            complete_catalog(node, changes)
            convert_quantities(node, changes)
            convert_arrays(node, changes)
            assume(node, changes)
    return type(model)._of(
        node, model._source, owns_source=model is not source, history=(*model._history, *changes.made)
    )


def _schema(model: DataModel, tag: str) -> ObjectSchema:
    schema = schema_for(model._node_class(), None, tag)
    assert schema is not None
    return schema


def _target(model: DataModel, version: str | None) -> str:
    newest = model._node_type._default_tag
    assert newest is not None
    if version is None:
        return newest
    wanted = str(uris.parse(newest).with_version(version))
    if version not in model._node_type.versions():
        known = ", ".join(model._node_type.versions())
        raise SchemaNotFoundError(f"{type(model).__name__} has no version {version!r}. There are {known}")
    return wanted
