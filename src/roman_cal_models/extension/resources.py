"""The schemas that this package ships, as asdf asks for them.

``rad`` offers the same URIs and asdf takes whichever package comes first; both say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ROMAN_SCHEMAS, SchemaNotFoundError
from ..installation import rad_version
from ..schema import installed
from ..schema.uris import ROMAN

if TYPE_CHECKING:
    from asdf.config import AsdfConfig

__all__ = ["SchemaFolder", "get_resource_mappings", "lend", "register"]

_SUFFIX = ".yaml"

_registered: list[SchemaFolder] = []


def get_resource_mappings() -> list[Mapping[str, bytes]]:
    """Return what the entry point ``asdf.resource_mappings`` offers.

    Returns
    -------
    list of mapping
        Mappings of schema URI to the bytes of its YAML: of this package's own, and one for each folder of
        ``register_schemas``.

    Raises
    ------
    SchemaNotFoundError
        The package was installed without its schemas.
    """
    try:
        mapping = SchemaFolder(files("roman_cal_models.schemas"), ROMAN_SCHEMAS)
    except ModuleNotFoundError:
        mapping = None
    if not mapping:
        raise SchemaNotFoundError(
            "roman-cal-models is installed without its schemas: pip install --force-reinstall roman-cal-models"
        )
    return [mapping, *_registered]


def register(base: str, folder: Path) -> SchemaFolder:
    """Return the schemas and manifests of a third party, which are offered to asdf from now on."""
    mapping = SchemaFolder(folder, f"{base}/")
    _registered.append(mapping)
    return mapping


def lend(config: AsdfConfig, manifest: str) -> None:
    """Let asdf find a manifest of RAD where it knows nothing of the installed ``rad``: in a frozen program.

    asdf looks for it to note in a file by which release of RAD it was written.

    Parameters
    ----------
    config : asdf.config.AsdfConfig
        The settings of asdf that hold meanwhile.
    manifest : str
        Its URI.
    """
    if manifest in config.resource_manager:
        return
    folder = installed().store.home_of(manifest)
    if folder is not None:
        from asdf.resource import ResourceMappingProxy

        mapping = SchemaFolder(folder, f"{ROMAN}/")
        config.add_resource_mapping(ResourceMappingProxy(mapping, "rad", rad_version()))


class SchemaFolder(Mapping[str, bytes]):
    """A folder of YAML files, read only when one is asked for.

    Parameters
    ----------
    folder : Traversable
        It and the folders within it hold the files.
    prefix : str
        A file's URI is this and its path in the folder, without ``.yaml``.
    """

    def __init__(self, folder: Traversable, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix

    def __getitem__(self, uri: str) -> bytes:
        # only what was listed: a made-up URI must not lead out of the folder
        if uri not in self._uris():
            raise KeyError(uri)
        return self._folder.joinpath(uri.removeprefix(self._prefix) + _SUFFIX).read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._uris())

    def __len__(self) -> int:
        return len(self._uris())

    def _uris(self) -> list[str]:
        return [self._prefix + path for path in _paths(self._folder)]


def _paths(folder: Traversable) -> Iterator[str]:
    """Yield the path of every YAML file in a folder, without suffix."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from (f"{entry.name}/{path}" for path in _paths(entry))
        elif entry.name.endswith(_SUFFIX):
            yield entry.name.removesuffix(_SUFFIX)
