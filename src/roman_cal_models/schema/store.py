"""Where schemas come from: URI -> parsed document.

This package's own ``schemas/`` comes first, then the installed ``rad``, then whatever asdf knows. Documents are
parsed when they are first asked for and kept; nobody may change them.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..asdf_bridge import resource
from ..errors import NewerVersionWarning, SchemaError
from ..installation import rad_version
from ..lazily import cached_property
from . import retired_tags, uris
from .uris import ROMAN, URI

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["CCSP", "Manifest", "Store", "remedy", "store"]

# The newest manifest of rad 1.1, the oldest that the classes are tested with.
OLDEST_MANIFEST = "datamodels-2.1.0"

UPDATE = "pip install --upgrade rad roman-cal-models"

CCSP = "CCSP/"
"""The folder of RAD for the products of the community (RAD's documentation, "CCSP schemas")."""

_REGISTER = "register its schemas by register_schemas(FOLDER), or --schemas FOLDER of a command"


def remedy(tag: str) -> str:
    """Say how to know a tag that is not known: whose schemas it is of tells its authority."""
    if not tag.startswith(f"{ROMAN}/"):
        return f"{_REGISTER[0].upper()}{_REGISTER[1:]}"
    update = f"To update: {UPDATE}"
    return f"{update}; or, for a draft, {_REGISTER}" if f"/{CCSP}" in tag else update


class Manifest:
    """One RAD manifest: which tags there are, and the schema of each.

    Parameters
    ----------
    document : mapping
        The parsed manifest (ASDF standard, "extension manifests").
    is_registered : bool
        Whether it is a third party's, be it under RAD's authority.
    """

    def __init__(self, document: Mapping[str, Any], *, is_registered: bool = False) -> None:
        self.document = document
        self.is_registered = is_registered
        self.uri = uris.parse(document["id"])
        self.extension_uri: str = document["extension_uri"]
        self.schema_uris: dict[str, str] = {tag["tag_uri"]: tag["schema_uri"] for tag in document["tags"]}

    @property
    def is_static(self) -> bool:
        """Whether it only keeps old tags readable."""
        return self.uri.family == "static"


class Store:
    """The schemas and manifests that are installed.

    Parameters
    ----------
    folders : sequence of (str, Traversable)
        Base URI and the folder, of a disk or in a zip, that holds its ``schemas`` and, beside it, its ``manifests``.
        An earlier folder wins.
    """

    def __init__(self, folders: Iterable[tuple[str, Traversable]]) -> None:
        self._folders = list(folders)
        self.registered: list[tuple[str, Path]] = []
        """Authority and folder of the schemas of third parties; an authority may have several folders."""
        self._documents: dict[str, Any] = {}
        self._files: dict[str, Traversable | None] = {}

    @property
    def bases(self) -> tuple[str, ...]:
        """The authorities of the schemas, RAD's first."""
        return tuple(dict.fromkeys(base for base, _ in self._folders))

    def home_of(self, uri: str) -> Traversable | None:
        """Return the folder of RAD that holds a document, or None."""
        folders = (folder for base, folder in self._folders if base == ROMAN)
        return next((folder for folder in folders if Store([(ROMAN, folder)])._find(uri) is not None), None)

    def with_folder(self, base: str, folder: Path) -> Store:
        """Return a store that holds the schemas of one more folder. Nothing of this one is changed."""
        store = Store(self._folders)
        store.registered = [*self.registered]
        store.add_folder(base, folder)
        return store

    def add_folder(self, base: str, folder: Path) -> None:
        """Take in the schemas of one more folder. What is there already under one of its URIs stays what it is."""
        self._folders.append((base, folder))
        self.registered.append((base, folder))
        self._files = {uri: file for uri, file in self._files.items() if file is not None}
        for name in ("_families", "manifests", "_manifests_by_tag", "_nodes_by_tag", "_tags_by_schema"):
            self.__dict__.pop(name, None)

    def load(self, uri: str) -> Any:
        """Return the parsed document under a URI (without fragment).

        Raises
        ------
        SchemaNotFoundError
            Nothing is installed under it.
        """
        document = self._documents.get(uri)
        if document is None:
            document = self._documents[uri] = self._parse(uri)
        return document

    def __contains__(self, uri: str) -> bool:
        """Whether one of the folders holds the document; what only asdf knows is not of this store."""
        return self._file(uri) is not None

    def _parse(self, uri: str) -> Any:
        from .. import yaml

        file = self._file(uri)
        return yaml.load(resource(uri) if file is None else file.read_bytes())

    def _file(self, uri: str) -> Traversable | None:
        if uri not in self._files:
            self._files[uri] = self._find(uri)
        return self._files[uri]

    def _find(self, uri: str) -> Traversable | None:
        for base, folder in self._folders:
            if uri.startswith(f"{base}/"):
                parts = f"{uri.removeprefix(f'{base}/')}.yaml".split("/")
                # a URI may come from a file: it must not lead out of the folder
                if ".." in parts:
                    continue
                file = folder.joinpath(*parts)
                if file.is_file():
                    return file
        return None

    def versions(self, family: str, *, base: str = ROMAN) -> tuple[URI, ...]:
        """Return the installed schema URIs of a family, oldest first.

        Parameters
        ----------
        family : str
            For instance ``meta/l2_cal_step``.
        """
        return self._families.get((base, family), ())

    def families(self, base: str = ROMAN) -> list[str]:
        """Return the families of schemas of an authority."""
        return [family for home, family in self._families if home == base]

    @cached_property
    def _families(self) -> dict[tuple[str, str], tuple[URI, ...]]:
        found: dict[tuple[str, str], set[URI]] = {}
        for uri in self.schema_uris():
            found.setdefault((uri.base, uri.family), set()).add(uri)
        return {family: tuple(sorted(members)) for family, members in found.items()}

    def schema_uris(self) -> Iterator[URI]:
        """Yield the URI of every installed schema."""
        for base, folder in self._folders:
            for relative in _documents_in(folder.joinpath("schemas")):
                # RAD's SSC folder holds drafts that RAD itself does not register
                if not relative.startswith("SSC/"):
                    yield uris.parse(f"{base}/schemas/{relative}")

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """The installed manifests: RAD's before all others, those in use before the static ones, the newest first."""
        manifests = [
            Manifest(self.load(f"{base}/manifests/{name}"), is_registered=(base, folder) in self.registered)
            for base, folder in self._folders
            for name in _documents_in(folder.joinpath("manifests"))
        ]
        if not manifests:
            raise SchemaError(f"the installed rad holds no manifest: {_repair('rad')}")
        return tuple(
            sorted(
                manifests,
                key=lambda manifest: (not manifest.is_registered, not manifest.is_static, manifest.uri.numbers),
                reverse=True,
            )
        )

    @property
    def newest_manifest(self) -> Manifest:
        """The manifest of the newest tags."""
        return self.manifests[0]

    @cached_property
    def _manifests_by_tag(self) -> dict[str, Manifest]:
        return {tag: manifest for manifest in reversed(self.manifests) for tag in manifest.schema_uris}

    def manifest_of(self, tag: str) -> Manifest | None:
        """Return the newest manifest that knows a tag, or None."""
        return self._manifests_by_tag.get(tag)

    def schema_of(self, tag: str) -> str | None:
        """Return the schema URI that a manifest binds to a tag, or None for a tag that none of them knows."""
        manifest = self._manifests_by_tag.get(tag)
        return None if manifest is None else manifest.schema_uris[tag]

    def schema_of_node(self, tag: str) -> str | None:
        """Return the schema URI of a tag of a node: a manifest's, or that of a fragment written on its own.

        For a tag that is newer than what is installed, that of the nearest version with the same major number, with a
        warning, once a tag. None for the tag of a foreign object.
        """
        if tag in self._nodes_by_tag:
            return self._nodes_by_tag[tag]
        uri = self.schema_of(tag) or retired_tags.RENAMED.get(tag)
        if uri is None and tag.startswith("asdf://") and "/tags/" in tag:
            uri = self._by_convention(tag) or self._nearest(tag)
        self._nodes_by_tag[tag] = uri
        return uri

    def schema_of_file(self, tag: str, top: object) -> str | None:
        """Return the schema URI of the top node of a file, by its tag."""
        return retired_tags.schema_of_file(tag, top) or self.schema_of_node(tag)

    def is_node(self, tag: str) -> bool:
        """Return True if what bears a tag is a node of ours, and not a foreign object.

        So is what has a tag of the mission that no installed schema describes: it is kept as it is. That is said
        once, unless the tag is one that the mission has given up.
        """
        if self.schema_of_node(tag) is not None or tag in self._undescribed:
            return True
        if not retired_tags.is_roman(tag):
            return False
        self._undescribed.add(tag)
        if tag not in retired_tags.GONE:
            warnings.warn(
                f"{tag} is not known to the installed rad {rad_version()}: what bears it is kept as it is, unchecked. "
                f"{remedy(tag)}",
                NewerVersionWarning,
                stacklevel=2,
            )
        return True

    @cached_property
    def _undescribed(self) -> set[str]:
        return set()

    def _by_convention(self, tag: str) -> str | None:
        try:
            uri = str(uris.parse(tag).as_schema())
        except SchemaError:
            return None  # a file may bear tags of any form
        return uri if uri in self else None

    def _nearest(self, tag: str) -> str | None:
        try:
            parsed = uris.parse(tag)
        except SchemaError:
            return None
        family = {"family": parsed.family, "base": parsed.base}
        # a schema need not have the version of its tag
        known = {uri.numbers: uris.parse(str(self.schema_of(str(uri)))) for uri in self.newest_tags(**family)}
        known = known or {uri.numbers: uri for uri in self.versions(**family)}
        alike = [numbers for numbers in known if numbers[0] == parsed.numbers[0]]
        if not alike:
            return None
        nearest = known[max((numbers for numbers in alike if numbers < parsed.numbers), default=alike[0])]
        known_to = f"the installed rad {rad_version()}" if parsed.base == ROMAN else "the registered schemas"
        update = f" To update: {UPDATE}" if parsed.base == ROMAN else ""
        warnings.warn(
            f"{tag} is not known to {known_to}: {nearest.short} is used for it.{update}",
            NewerVersionWarning,
            stacklevel=2,
        )
        return str(nearest)

    def newer_note(self, tag: str | None) -> str | None:
        """Return what to say of a problem of a node whose tag is newer than the schema that is used for it, or None."""
        uri = None if tag is None or tag in retired_tags.RENAMED else self.schema_of_node(tag)
        if uri is None or tag is None or self.schema_of(tag) is not None or self._by_convention(tag) is not None:
            return None
        known = uris.parse(self.tag_of(uri) or uri)
        if known.numbers > uris.parse(tag).numbers:
            return None
        rad = f"the installed rad {rad_version()}" if known.base == ROMAN else "the registered schemas"
        update = f" To update: {UPDATE}" if known.base == ROMAN else ""
        return f"{uris.parse(tag).short} is newer than {rad}, and was checked by {uris.parse(uri).short}.{update}"

    def manifest_of_node(self, tag: str) -> Manifest | None:
        """Return the manifest by which a node is written: that of its tag, or of the nearest that is known."""
        manifest = self.manifest_of(tag)
        uri = None if manifest is not None else self.schema_of_node(tag)
        known = None if uri is None else self.tag_of(uri)
        return manifest if known is None else self.manifest_of(known)

    @cached_property
    def _nodes_by_tag(self) -> dict[str, str | None]:
        return {}

    @cached_property
    def _tags_by_schema(self) -> dict[str, str]:
        return {schema: tag for manifest in reversed(self.manifests) for tag, schema in manifest.schema_uris.items()}

    def tag_of(self, schema_uri: str) -> str | None:
        """Return the tag that a manifest binds to a schema URI, or None for a fragment's."""
        return self._tags_by_schema.get(schema_uri)

    def newest_tags(self, family: str, *, base: str = ROMAN) -> tuple[URI, ...]:
        """Return every tag of a family of tags, oldest first."""
        found = [uris.parse(tag) for tag in self._manifests_by_tag]
        return tuple(sorted(uri for uri in found if (uri.base, uri.family) == (base, family)))


def _documents_in(folder: Traversable) -> list[str]:
    """Return the YAML files in a folder and below, sorted: as paths without ending; none for a folder that is not."""
    if isinstance(folder, Path):  # nearly always, and quicker
        found = [file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*.yaml"))]
    else:
        found = sorted(_walk(folder, ""))
    return [name.removesuffix(".yaml") for name in found]


def _walk(folder: Traversable, before: str) -> Iterator[str]:
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_dir():
            yield from _walk(entry, f"{before}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield before + entry.name


@cache
def store() -> Store:
    """Return the store of what is installed, made at first use."""
    own = _package("roman_cal_models.schemas")
    # in a checkout, they stand beside the package and not in it
    home = own.parent if isinstance(own, Path) else _package("roman_cal_models")
    return Store([(ROMAN, home), (ROMAN, rad_folder(_package("rad")))])


def rad_folder(package: Traversable) -> Traversable:
    """Return the folder of the schemas of a ``rad``.

    Raises
    ------
    SchemaError
        It has none, or is too old.
    """
    folder = package.joinpath("resources")
    if not folder.joinpath("schemas").is_dir():
        raise SchemaError(f"the installed rad holds no schemas under {folder}: {_repair('rad')}")
    if not folder.joinpath("manifests", f"{OLDEST_MANIFEST}.yaml").is_file():
        raise SchemaError(f"the installed rad is older than 1.1, it has no manifest {OLDEST_MANIFEST}: {UPDATE}")
    return folder


def _package(name: str) -> Traversable:
    """Return the folder of a package, which may stand in a zip.

    Raises
    ------
    SchemaError
        There is no such package.
    """
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SchemaError(f"the package {name} is not installed: {_repair(name)}")
    folder = Path(next(iter(spec.submodule_search_locations)))
    if folder.is_dir():
        return folder
    from importlib.resources import files

    return files(name)


def _repair(package: str) -> str:
    """Say how a package comes to have its schemas."""
    if getattr(sys, "frozen", False):
        return f"have the program that was frozen hold its data files (PyInstaller: --collect-data {package})"
    return f"pip install --force-reinstall {package.partition('.')[0].replace('_', '-')}"
