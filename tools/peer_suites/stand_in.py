"""The private modules of the peer that its own tests look into, made of our facts.

Only what can be said of our classes is here: which there are, their tags, their schemas. What is asked of the inside of
the peer's builders is not imitated.
"""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from roman_cal_models import ListNode, ObjectNode
from roman_cal_models.asdf_bridge import resolved_schema
from roman_cal_models.models import saving
from roman_cal_models.nodes import mixins
from roman_cal_models.nodes.classes import class_of_document
from roman_cal_models.nodes.scalar_node import ScalarNode
from roman_cal_models.schema import installed, uris
from roman_cal_models.schema.resolved import get_latest_schema

__all__ = ["modules"]


def modules(package: str) -> dict[str, ModuleType]:
    """Return the stand-ins of the modules below a package, by name."""
    store = installed().store
    manifests = [manifest for manifest in store.manifests if not manifest.is_static]
    schemas = {tag: uri for manifest in manifests for tag, uri in manifest.schema_uris.items()}
    classes = {tag: class_of_document(uri) for tag, uri in schemas.items()}
    newest = {uris.parse(tag).family: tag for tag in sorted(schemas, key=lambda tag: uris.parse(tag))}
    objects = {tag: classes[tag] for tag in newest.values() if issubclass(classes[tag], ObjectNode)}
    homes = {tag: str(manifest.uri) for manifest in reversed(manifests) for tag in manifest.schema_uris}
    # of a family that has no tag any more, the default is what follows by RAD's convention
    fragments = {cls._default_tag: str(uris.parse(cls._default_tag).as_schema()) for cls in objects.values()}
    every = list(dict.fromkeys(classes.values()))
    return {
        f"{package}._stnode": _module(
            f"{package}._stnode",
            {cls.__name__: cls for cls in every},
            DNode=ObjectNode,
            LNode=ListNode,
            NODE_CLASSES=every,
            TaggedListNode=ListNode,
            TaggedObjectNode=ObjectNode,
            TaggedScalarNode=ScalarNode,
            _factories=SimpleNamespace(class_name_from_tag_uri=lambda tag: classes[tag].__name__),
            _mixins=mixins,
            _schema=SimpleNamespace(_get_schema_from_tag=lambda tag: resolved_schema((fragments | schemas)[tag])),
            get_latest_schema=get_latest_schema,
        ),
        f"{package}._stnode._registry": _module(
            f"{package}._stnode._registry",
            NODE_CLASSES_BY_TAG=classes,
            OBJECT_NODE_CLASSES_BY_PATTERN={f"{tag.rpartition('-')[0]}-*": cls for tag, cls in objects.items()},
            MANIFEST_TAG_REGISTRY={
                home: [tag for tag in homes if homes[tag] == home] for home in dict.fromkeys(homes.values())
            },
            SCHEMA_URIS_BY_TAG=fragments | schemas,
            TAG_MANIFEST_REGISTRY=homes,
        ),
        f"{package}._stnode._stnode": _module(
            f"{package}._stnode._stnode", _MANIFESTS=[manifest.document for manifest in manifests]
        ),
        f"{package}._stnode._tagged": _module(f"{package}._stnode._tagged", _NO_VALUE=None),
        f"{package}.datamodels._core": _module(
            f"{package}.datamodels._core", DEFAULT_ARRAY_INLINE_THRESHOLD=saving.INLINE_THRESHOLD
        ),
        f"{package}.datamodels._utils": _module(f"{package}.datamodels._utils", _patch_meta_filename=None),
    }


def _module(name: str, members: dict[str, Any] | None = None, **more: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members or {}, **more)
    return module
