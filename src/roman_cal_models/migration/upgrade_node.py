"""One upgrade of a node, from beginning to end."""

from __future__ import annotations

from ..changes import Change, Changes
from ..errors import SchemaNotFoundError, UpgradeError
from ..nodes.classes import model_name, schema_for
from ..nodes.copying import as_version
from ..nodes.object_node import ObjectNode
from ..schema import installed, uris
from ..settings import config
from .arrays import convert_arrays
from .assumptions import assume
from .catalogs import complete_catalog
from .moves import move
from .quantities import convert_quantities

__all__ = ["tag_of_version", "upgrade_node"]


def upgrade_node(node: ObjectNode, target: str) -> tuple[ObjectNode, tuple[Change, ...]]:
    """Return a top node of a newer version of what an old one holds, and what was changed for it.

    Parameters
    ----------
    node : ObjectNode
        The top node of a file. Nothing of it is changed; arrays that stay as they were are shared, and not read.
    target : str
        The tag to go to, as `tag_of_version` gives it.

    Returns
    -------
    node : ObjectNode
        Of the same class. What the newer schema does not know is kept under its old name.
    changes : tuple of Change
        One record for each value that the old version does not hold, or holds in another form.

    Raises
    ------
    UpgradeError
        The newer version requires something for which no value is declared: all of it is named, and which version
        is the newest that there are rules for, if the installed RAD is newer than this package.
    ChecksumError
        An array that is to be converted is not what was written.
    """
    changes = Changes()
    schema = schema_for(type(node), None, target)
    assert schema is not None
    # what is converted is written under a checksum of its own
    with config(validate_assignment="on", unknown="ignore", check_arrays=False, verify_checksums=True):
        upgraded = as_version(node, schema)
        if target != node.tag:
            move(upgraded, changes)
            complete_catalog(upgraded, changes)
            convert_quantities(upgraded, changes)
            convert_arrays(upgraded, changes)
            assume(upgraded, changes)
    return upgraded, tuple(changes.made)


def tag_of_version(node: ObjectNode, version: str | None) -> str:
    """Return the tag of a version that a top node can be upgraded to; of the newest for None.

    Raises
    ------
    SchemaNotFoundError
        There is no such version.
    UpgradeError
        It is older than the node.
    """
    cls = type(node)
    target, tag = cls._default_tag, node.tag
    assert target is not None and tag is not None
    if version is not None:
        if version not in cls.versions():
            known = ", ".join(cls.versions())
            raise SchemaNotFoundError(f"{model_name(cls.__name__)} has no version {version!r}. There are {known}")
        target = str(uris.parse(target).with_version(version))
    # the family of an old file may have had another name
    if uris.parse(target).numbers < uris.parse(tag).numbers:
        note = installed().store.newer_note(tag) if version is None else None
        back = "a model cannot go back to an older version"
        raise UpgradeError(f"{tag} is newer than {target}: {back}" + (f". {note}" if note else ""))
    return target
