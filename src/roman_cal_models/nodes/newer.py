"""Families of an installed RAD that is newer than the generated classes: theirs are made when one is first needed.

All are made at once. Nothing is read for it while the installed RAD has no other families than the generated classes
know, and otherwise only the schemas of these families.
"""

from __future__ import annotations

import warnings
from importlib import import_module

from ..errors import NewerVersionWarning, SchemaError
from ..installation import VERSION, rad_version
from ..locks import FIRST_USE, MOMENT
from ..schema import installed, uris
from ..schema.families import Family
from ..schema.uris import ROMAN
from .classes import NEWER, REGISTERED_MODELS, newer_families
from .generated._index import CLASSES, MANIFEST, RAD_VERSION, WITHOUT_NODES
from .making import Names, families_to_make, make_classes, names_for

__all__ = ["is_known", "make", "tell"]

_BEGUN, _DONE, _TOLD = "begun", "done", "told"

_state: set[str] = set()


def make() -> None:
    """Make the classes, once a process.

    Raises
    ------
    SchemaError
        A schema cannot be read.
    """
    if _DONE in _state:
        return
    with FIRST_USE:
        # what is being made asks for the classes of its parts, and so comes back here
        if _state.isdisjoint((_BEGUN, _DONE)):
            _state.add(_BEGUN)
            try:
                _make()
                _state.add(_DONE)
            finally:
                _state.remove(_BEGUN)


def _make() -> None:
    registry = installed()
    new = [str(uri) for family in newer_families() for uri in registry.store.versions(family)]
    taken = set(dir(import_module(__name__.partition(".")[0])))
    made: list[tuple[Family, Names]] = []
    for family in families_to_make(registry, ROMAN, without=CLASSES.keys() | WITHOUT_NODES, start=new):
        try:
            names = names_for([family], ROMAN, taken, models_beside=taken)
        except SchemaError:
            continue  # without a name for a class: its nodes are plain ones, checked all the same
        taken.update(names.nodes.values(), names.models.values())
        made.append((family, names))
    nodes = {key: name for _, names in made for key, name in names.nodes.items()}
    tops = {name: model for _, names in made for name, model in names.models.items()}
    make_classes([family for family, _ in made], ROMAN, Names(nodes, tops))
    NEWER.update(nodes.values())


def is_known(tag: str) -> bool:
    """Return whether a tag was there when the classes were generated, so that all that is written by hand knows it.

    So are those of third parties, whom no release of this package knows better.
    """
    newest = uris.parse(f"{ROMAN}/manifests/{MANIFEST}").numbers
    return any(
        tag in each.schema_uris
        for each in installed().store.manifests
        if each.is_static or each.is_registered or each.uri.numbers <= newest
    )


def tell(name: str) -> None:
    """Warn, once a process, that a class of top nodes is one of these."""
    if name not in REGISTERED_MODELS:
        return
    with MOMENT:
        if _TOLD in _state:
            return
        _state.add(_TOLD)
    try:
        _warn(name)
    except NewerVersionWarning:  # who makes an error of it is told each time
        _state.remove(_TOLD)
        raise


def _warn(name: str) -> None:
    warnings.warn(
        f"{REGISTERED_MODELS[name]} is a kind of file of the installed rad {rad_version()}, which is newer than "
        f"the rad {RAD_VERSION} that roman-cal-models {VERSION} knows: it is read, checked and written by its schema "
        "alone. To update: pip install --upgrade roman-cal-models",
        NewerVersionWarning,
        stacklevel=2,
    )
