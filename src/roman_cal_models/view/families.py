"""What a family of schemas is, as records: its properties, its versions, and what changed between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..archive.definitions.mapping import schemas_of_files
from ..archive.definitions.products import FAMILIES
from ..archive.definitions.releases import Change, compare_versions
from ..errors import SchemaNotFoundError, UnknownAttributeError
from ..nodes.classes import class_name_of_family, model_name
from ..nodes.descriptions import Description, describe
from ..schema import installed, uris
from ..schema.properties import ITEMS, walk
from ..schema.uris import ROMAN, URI
from ..spelling import did_you_mean

__all__ = ["Family", "changes_of", "family", "family_names", "family_with"]


_METASCHEMA = "rad_schema"
"""The schema of schemas, and so of itself: no family of data."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family of schemas at one version.

    Parameters
    ----------
    name : str
        ``"wfi_image"``, ``"meta/l2_cal_step"``.
    schema_uri : str
        Its schema at this version.
    tag : str or None
        The tag that a manifest binds to it.
    title, description : str or None
        What it is, in a few words and in more.
    class_name : str or None
        The class of its nodes: ``"WfiImage"``.
    model_name : str or None
        The model of its files: ``"ImageModel"``; None for a section of files.
    versions : tuple of str
        All that are installed, oldest first.
    types : tuple of str
        JSON types of its values: ``("object",)``, or of a scalar ``("string",)``.
    allowed : tuple or None
        The values that a scalar may have, if they are listed.
    properties : tuple of Description
        All properties at any depth, those of items of lists with the name of the list.
    """

    name: str
    schema_uri: str
    tag: str | None
    title: str | None
    description: str | None
    class_name: str | None
    model_name: str | None
    versions: tuple[str, ...]
    types: tuple[str, ...]
    allowed: tuple[object, ...] | None
    properties: tuple[Description, ...]


def family(name: str, version: str | None = None) -> Family:
    """Return what a family is.

    Parameters
    ----------
    name : str
        Of the family (``"wfi_image"``; the folder may be left out), of a class (``"ImageModel"``, ``"L2CalStep"``), or
        the URI of a schema or tag, which names a version as well.
    version : str, optional
        The newest by default.

    Raises
    ------
    SchemaNotFoundError
        The family or the version does not exist.
    """
    uri = _uri(name, version)
    registry = installed()
    root = registry.root(str(uri))
    schema = root.object
    class_name = class_name_of_family(uri)
    return Family(
        name=uri.family,
        schema_uri=str(uri),
        tag=registry.store.tag_of(str(uri)),
        title=root.title,
        description=root.description,
        class_name=class_name,
        model_name=model_name(class_name or ""),
        versions=tuple(each.version for each in registry.store.versions(uri.family, base=uri.base)),
        types=tuple(sorted(root.types)) or (("object",) if schema is not None else ()),
        allowed=root.enum,
        properties=()
        if schema is None
        else tuple(describe(schema, path.replace(ITEMS, "")) for path, _ in walk(registry.document(str(uri)))),
    )


def changes_of(name: str) -> dict[str, list[Change]]:
    """Return what changed with each version of a family, newest first: ``{"2.2.0": [...], "2.1.0": [...]}``.

    Parameters
    ----------
    name : str
        As for `family`.
    """
    uri = _uri(name, None)
    found = installed().store.versions(uri.family, base=uri.base)
    pairs = zip(found[1:], found[:-1], strict=True)
    return {new.version: compare_versions(str(old), str(new)) for new, old in reversed(list(pairs))}


def family_names() -> list[str]:
    """Return the names of all families that are installed, third parties' included."""
    return sorted({uri.family for uri in _schema_uris()})


def family_with(path: str) -> str | None:
    """Return a family of files that has a property, None if there is none: of images first, as most ask for them.

    Parameters
    ----------
    path : str
        Dotted name of the property: ``"meta.cal_step"``.
    """
    found = {uris.parse(uri).family: uri for uri in schemas_of_files(installed())}
    images_first = sorted(found, key=lambda name: (name != "wfi_image", name not in FAMILIES, name))
    return next((name for name in images_first if _has(found[name], path)), None)


def _has(uri: str, path: str) -> bool:
    try:
        describe(installed().root(uri).object, path)
    except UnknownAttributeError:
        return False
    return True


def _schema_uris() -> Iterator[URI]:
    return (uri for uri in installed().store.schema_uris() if uri.family != _METASCHEMA)


def _uri(name: str, version: str | None) -> URI:
    store = installed().store
    if "://" in name:
        uri = uris.parse(store.schema_of_node(name) or name)
        version = version or uri.version
        found = () if uri.family == _METASCHEMA else store.versions(uri.family, base=uri.base)
    else:
        found = next((found for key in _families(name) if (found := store.versions(key[1], base=key[0]))), ())
    if not found:
        raise SchemaNotFoundError(
            f"there is no family or class {name!r}.{did_you_mean(name, [*family_names(), *_classes()])}"
        )
    chosen = [uri for uri in found if version in (None, uri.version)]
    if not chosen:
        known = ", ".join(uri.version for uri in found)
        raise SchemaNotFoundError(f"there is no version {version} of {found[-1].family}. There are: {known}")
    return chosen[-1]


def _families(name: str) -> list[tuple[str, str]]:
    """Return authority and name of the families that a name may mean, the likeliest first."""
    every = list(dict.fromkeys((uri.base, uri.family) for uri in _schema_uris()))
    exact = [key for key in every if key[1] == name]
    short = [key for key in every if key[1].rpartition("/")[2] == name]
    return [*exact, *_classes().get(name, []), *short]


def _classes() -> dict[str, list[tuple[str, str]]]:
    """Return the families by the names of their classes and models, newest home first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for uri in _schema_uris():
        class_name = class_name_of_family(uri)
        for each in (class_name, model_name(class_name or "")):
            if each is not None and (uri.base, uri.family) not in found.setdefault(each, []):
                found[each].append((uri.base, uri.family))
    for keys in found.values():
        # a family of old versions may have moved to a folder
        keys.sort(key=lambda key: (key[0] != ROMAN, -_newest(key)[0], key))
    return found


def _newest(key: tuple[str, str]) -> tuple[int, ...]:
    base, name = key
    return uris.parse_version(installed().store.versions(name, base=base)[-1].version)
