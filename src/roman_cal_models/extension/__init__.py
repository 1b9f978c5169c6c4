"""The asdf face: how asdf writes nodes and gives them back.

By level:

- ``resources``: the schemas of this package, for asdf;
- ``foreign``: foreign objects of a file, built by asdf;
- ``trees``: nodes as the trees that asdf writes;
- ``converters``: the two steps from a node to its tag, and back.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asdf.extension import Extension

__all__ = ["get_asdf_extensions", "get_extensions", "writing_extensions"]


def get_asdf_extensions() -> list[Extension]:
    """Return extensions that give this package's nodes for every Roman tag.

    For who wants them from every `asdf.open` of a process, whatever else is installed::

        for extension in roman_cal_models.get_asdf_extensions():
            asdf.get_config().add_extension(extension)

    Returns
    -------
    list of asdf.extension.Extension
        One for each manifest of RAD, and one for the nodes that no manifest gives a tag.
    """
    return list(_extensions("given", reads=True))


def get_extensions() -> list[Extension]:
    """Return the extensions for asdf's entry point.

    While ``roman_datamodels`` is installed and preferred (``config.asdf_classes``), RAD's own tags are left to it:
    nodes are written, but a plain `asdf.open` gives its classes.
    """
    from ..settings import current, on_change

    on_change(_prefer)
    if not _has_roman_datamodels():
        return list(_extensions("installed", reads=True))
    preferred = _extensions("preferred", reads=True) if current().asdf_classes == "roman_cal_models" else ()
    return [*preferred, *_extensions("installed", reads=False)]


@cache
def writing_extensions(manifest: str) -> list[Any]:
    """Return the extensions by which a model is saved.

    Everything has been checked by then, foreign objects included, and by the very schemas that asdf would check it
    by again. So the tags of all extensions are made known without their schemas.

    Parameters
    ----------
    manifest : str
        URI of the manifest that knows the model's tag.
    """
    from importlib.metadata import version

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
    package = ("roman-cal-models", version("roman-cal-models"))
    return [ExtensionProxy(each, *package) for each in (extension, Unchecked())]


@cache
def _extensions(use: str, *, reads: bool) -> tuple[Any, ...]:
    """Return one extension a manifest.

    Parameters
    ----------
    use : str
        What for. asdf takes an extension away by its identity: what a setting takes away must not be what the entry
        point or a user gave.
    reads : bool
        Whether RAD's tags are read by them.
    """
    from asdf.extension import ManifestExtension

    from ..schema import installed
    from .converters import FRAGMENTS, NodeConverter, SerialisedConverter

    nodes = NodeConverter()
    extensions = []
    for manifest in installed().store.manifests:
        tags = [{"tag_uri": tag, "schema_uri": schema} for tag, schema in manifest.schema_uris.items()]
        document = {**manifest.document, "tags": tags if reads else []}
        converter = SerialisedConverter(str(manifest.uri), [tag["tag_uri"] for tag in tags] if reads else [])
        extensions.append(ManifestExtension(document, converters=[converter, nodes]))
    fragments = _fragments()
    document = {
        "id": extensions[0]._manifest["id"],
        "extension_uri": "asdf://stsci.edu/datamodels/roman/extensions/fragments-1.0.0",
        "tags": [{"tag_uri": tag, "schema_uri": schema} for tag, schema in fragments.items()],
    }
    converter = SerialisedConverter(FRAGMENTS, list(fragments))
    return (*extensions, ManifestExtension(document, converters=[converter]))


def _fragments() -> dict[str, str]:
    """Return the schemas that no manifest gives a tag, by the tag that follows by RAD's convention."""
    from ..nodes.generated._index import CLASSES
    from ..schema import installed

    store = installed().store
    return {
        str(uri.as_tag()): str(uri)
        for family in CLASSES
        if "#" not in family
        for uri in store.versions(family)
        if store.tag_of(str(uri)) is None
    }


@cache
def _has_roman_datamodels() -> bool:
    from importlib.util import find_spec

    return find_spec("roman_datamodels") is not None


def _prefer(before: Any, after: Any) -> None:
    """Turn the preference round, or back, for asdf files that are opened from now on."""
    if before.asdf_classes == after.asdf_classes or not _has_roman_datamodels():
        return
    import asdf

    config = asdf.get_config()
    for extension in _extensions("preferred", reads=True):
        if after.asdf_classes == "roman_cal_models":
            config.add_extension(extension)
        else:
            config.remove_extension(extension)
