"""The asdf face: how asdf writes nodes and gives them back.

By level:

- ``resources``: the schemas of this package, for asdf;
- ``reading``: files of any tree, of which no model is made;
- ``trees``: nodes as the trees that asdf writes;
- ``array_writing``: their arrays;
- ``header_text``: the header as asdf writes it;
- ``converters``: the two steps from a node to its tag, and back;
- ``preference``: whose classes a plain `asdf.open` gives, by the setting of each thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ..asdf_bridge import cached_by_extensions
from ..installation import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from asdf.extension import Extension

__all__ = ["get_asdf_extensions", "get_extensions", "writing_extensions"]


def get_asdf_extensions() -> list[Extension]:
    """Return extensions that give this package's nodes for every Roman tag.

    They are what every `asdf.open` of a process uses once they are added, whatever else is installed::

        for extension in roman_cal_models.get_asdf_extensions():
            asdf.get_config().add_extension(extension)

    Returns
    -------
    list of asdf.extension.Extension
        One for each manifest, and one for the nodes that no manifest gives a tag.
    """
    return extensions_for("given", reads=True)


def get_extensions() -> list[Extension]:
    """Return the extensions for asdf's entry point.

    While ``roman_datamodels`` is installed, RAD's own tags are left to it: nodes are written, but a plain `asdf.open`
    gives its classes, unless ``config.asdf_classes`` prefers ours.
    """
    from .preference import has_roman_datamodels

    return extensions_for("installed", reads=not has_roman_datamodels())


@cached_by_extensions
def writing_extensions(manifest: str) -> list[Any]:
    """Return the extensions by which a model is saved.

    Everything has been checked by then, foreign objects included, and by the very schemas that asdf would check it
    by again. So the tags of all extensions are made known without their schemas.

    Parameters
    ----------
    manifest : str
        URI of the manifest that knows the model's tag.
    """
    import asdf
    from asdf.extension import Extension, ExtensionProxy, ManifestExtension, TagDefinition

    from ..schema import installed
    from .converters import SerialisedConverter

    extensions = asdf.AsdfFile().extension_manager.extensions
    known = tuple(TagDefinition(tag.tag_uri) for extension in extensions for tag in extension.tags)

    class Unchecked(Extension):
        @property
        def extension_uri(self) -> str:
            return "asdf://stsci.edu/datamodels/roman/extensions/unchecked-1.0.0"

        @property
        def tags(self) -> tuple[Any, ...]:
            return known

    document = next(each.document for each in installed().store.manifests if str(each.uri) == manifest)
    document = {**document, "tags": [{"tag_uri": tag["tag_uri"]} for tag in document["tags"]]}
    extension = ManifestExtension(document, converters=[SerialisedConverter(manifest, [])])
    package = ("roman-cal-models", VERSION)
    return [ExtensionProxy(each, *package) for each in (extension, Unchecked())]


def add_registered(base: str, folder: Path) -> None:
    """Tell asdf of the schemas of a third party: now if it is in use already, or else when it asks."""
    import sys

    from ..schema import installed
    from ..schema.store import Store
    from .resources import register

    mapping = register(base, folder)
    asdf: Any = sys.modules.get("asdf")
    if asdf is None:
        return
    from asdf.extension import ExtensionProxy
    from asdf.resource import ResourceMappingProxy

    # whose they are: asdf cannot read a file that says it was written by nobody's
    package = ("roman-cal-models", VERSION)
    config = asdf.get_config()
    config.add_resource_mapping(ResourceMappingProxy(mapping, *package))
    own = {str(manifest.uri) for manifest in Store([(base, folder)]).manifests}
    use = f"registered from {folder}"  # an authority may have several folders
    manifests = [str(each.uri) for each in installed().store.manifests if each.is_registered and str(each.uri) in own]
    for extension in (*(_of_manifest(uri, use, reads=True) for uri in manifests), _of_fragments(base, use)):
        config.add_extension(ExtensionProxy(extension, *package))


def extensions_for(use: str, *, reads: bool) -> list[Any]:
    """Return one extension a manifest, and one an authority for the nodes that no manifest gives a tag.

    Parameters
    ----------
    use : str
        What for. asdf takes an extension away by its identity: what a setting takes away must not be what the entry
        point or a user gave.
    reads : bool
        Whether RAD's tags are read by them. Those of third parties always are: nobody else knows them.
    """
    from ..schema import installed

    store = installed().store
    extensions = [_of_manifest(str(each.uri), use, reads=reads or each.is_registered) for each in store.manifests]
    return [*extensions, *(_of_fragments(base, use) for base in store.bases)]


@cache
def _of_manifest(uri: str, use: str, *, reads: bool) -> Any:
    from asdf.extension import ManifestExtension

    from ..schema import installed
    from .converters import NodeConverter, SerialisedConverter

    store = installed().store
    manifest = next(each for each in store.manifests if str(each.uri) == uri)
    schemas = manifest.schema_uris if reads else {}
    if manifest.is_registered:  # what RAD has taken in since is RAD's
        schemas = {tag: schema for tag, schema in schemas.items() if store.manifest_of(tag) is manifest}
    document = {**manifest.document, "tags": _declared(schemas)}
    converter = SerialisedConverter(uri, list(schemas))
    return ManifestExtension(document, converters=[converter, NodeConverter(manifest.uri.base)])


@cache
def _of_fragments(base: str, use: str) -> Any:
    from asdf.extension import ManifestExtension

    from ..schema import installed
    from .converters import SerialisedConverter, fragments_of

    fragments = _fragments(base)
    document = {
        # asdf looks for the package of the manifest when it writes the history
        "id": next(str(each.uri) for each in installed().store.manifests if each.uri.base == base),
        "extension_uri": f"{base}/extensions/fragments-1.0.0",
        "tags": _declared(fragments),
    }
    return ManifestExtension(document, converters=[SerialisedConverter(fragments_of(base), list(fragments))])


def _declared(schemas: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the schemas of tags as a manifest has them."""
    return [{"tag_uri": tag, "schema_uri": schema} for tag, schema in schemas.items()]


def _fragments(base: str) -> dict[str, str]:
    """Return the schemas that no manifest gives a tag, by the tag that follows by RAD's convention."""
    from ..nodes.classes import families_with_classes
    from ..schema import installed

    store = installed().store
    return {
        str(uri.as_tag()): str(uri)
        for family in families_with_classes(base)
        for uri in store.versions(family, base=base)
        if store.tag_of(str(uri)) is None
    }
