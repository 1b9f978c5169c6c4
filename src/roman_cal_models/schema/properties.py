"""What the schemas say of properties and of objects: merged through ``allOf``, ``$ref``, ``anyOf`` and RAD's tags.

The records that nodes are built, checked and described by. A `SchemaRegistry` makes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..lazily import cached_property
from . import uris
from .uris import URI
from .validators.core import ASSIGNING_CONTEXT

if TYPE_CHECKING:
    from .registry import SchemaRegistry
    from .resolver import Subschema
    from .validators.compiler import CompiledSchema

__all__ = ["ITEMS", "ArchiveColumns", "ObjectSchema", "PropertySchema", "walk"]

ITEMS = "[]"
"""What stands behind the name of a list where its items are meant: ``meta.image_metas[].filename``."""


@dataclass(frozen=True, slots=True)
class ArchiveColumns:
    """The ``archive_catalog`` keyword of a property.

    Parameters
    ----------
    datatype : str
        Database type as RAD names it: ``nvarchar(15)``.
    destinations : tuple of str
        ``Table.column``, one for each table that holds it.
    """

    datatype: str
    destinations: tuple[str, ...]


class PropertySchema:
    """What the schemas say of one value: a property of an object, an item of a list, or the root of a document.

    Parameters
    ----------
    registry : SchemaRegistry
        Where further schemas are found.
    subschemas : tuple of Subschema
        All that the value must satisfy.
    owner : ObjectSchema, optional
        The object that it is a property of. A mapping that is described in place is known by its owner and `name`.
    name : str, optional
        Its name there; a pattern stands between slashes, and ``[]`` behind a name means the items of a list.
    """

    __slots__ = ("__dict__", "_name", "_owner", "_registry", "subschemas")

    def __init__(
        self,
        registry: SchemaRegistry,
        subschemas: tuple[Subschema, ...],
        owner: ObjectSchema | None = None,
        name: str = "",
    ) -> None:
        self._registry = registry
        self.subschemas = subschemas
        self._owner = owner
        self._name = name

    def __reduce__(self) -> tuple[Any, ...]:
        pieces = tuple((sub.document, sub.pointer) for sub in self.subschemas)
        return _restore_property, (self._registry, pieces, self._owner, self._name)

    @cached_property
    def compiled(self) -> tuple[CompiledSchema, ...]:
        """The compiled checks of a value here."""
        return tuple(self._registry.compiler.compile(sub.document, sub.pointer) for sub in self.subschemas)

    @cached_property
    def accepts_plain(self) -> Callable[[Any], bool]:
        """Return True if a str, number, bool or None may be set here as it is: the quick answer, without settings."""
        if self.node_tag is not None:
            return lambda value: False
        validators = [compiled.validator for compiled in self.compiled]
        if len(validators) == 1:
            (validator,) = validators
            words = validator.words()
            if words is not None:
                return words.__contains__
            return lambda value: validator.check(value, ASSIGNING_CONTEXT)
        return lambda value: all(validator.check(value, ASSIGNING_CONTEXT) for validator in validators)

    @cached_property
    def pieces(self) -> tuple[Subschema, ...]:
        """All that applies here, through ``$ref``, ``allOf``, RAD's tags, and the branches of ``anyOf``."""
        return tuple(piece for sub in self.subschemas for piece in self._registry.resolver.pieces(sub))

    def keyword(self, name: str) -> Any:
        """Return the first value of a keyword among the pieces, or None."""
        return next((piece.schema[name] for piece in self.pieces if name in piece.schema), None)

    @property
    def title(self) -> str | None:
        """The title, on one line."""
        return _on_one_line(self.keyword("title"))

    @property
    def description(self) -> str | None:
        """The description, on one line."""
        return _on_one_line(self.keyword("description"))

    @property
    def unit(self) -> str | tuple[str, ...] | None:
        """The unit, or those of which the value has one."""
        unit = self.keyword("unit")
        return tuple(unit) if isinstance(unit, list) else unit

    @property
    def archive(self) -> ArchiveColumns | None:
        """The columns of the archive that hold the value."""
        catalog = self.keyword("archive_catalog")
        return None if catalog is None else ArchiveColumns(catalog["datatype"], tuple(catalog["destination"]))

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that the schemas name; empty where they name none."""
        types: set[str] = set()
        for piece in self.pieces:
            kind = piece.schema.get("type")
            types.update([kind] if isinstance(kind, str) else kind or ())
        return frozenset(types)

    @cached_property
    def enum(self) -> tuple[Any, ...] | None:
        """The allowed values, in the schema's order."""
        values = self.keyword("enum")
        return None if values is None else tuple(values)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags that a value here may bear, wildcards included: of nodes and of foreign objects."""
        return tuple(dict.fromkeys(piece.schema["tag"] for piece in self.pieces if "tag" in piece.schema))

    @cached_property
    def node_tag(self) -> str | None:
        """The tag of a node that a value here must bear (RAD 1.x), or None where nodes are written untagged."""
        return next((tag for tag in self.tags if self._registry.store.schema_of(tag) is not None), None)

    @cached_property
    def is_array(self) -> bool:
        """Whether the value is an array of numbers in a block, an ``ndarray``."""
        return any("/ndarray-" in tag for tag in self.tags)

    @cached_property
    def is_time(self) -> bool:
        """Whether the value is a time: by its tag, or by asdf's schema of one, to which RAD 1.x refers."""
        references = (part.get("$ref", "") for piece in self.pieces for part in piece.schema.get("allOf", ()))
        return any("/time/time-" in name for name in (*self.tags, *references))

    @cached_property
    def is_integral(self) -> bool:
        """Whether integers are the only numbers that are allowed."""
        return "integer" in self.types and "number" not in self.types

    @cached_property
    def is_nullable(self) -> bool:
        """Whether null is allowed."""
        return "null" in self.types

    @cached_property
    def object(self) -> ObjectSchema | None:
        """What a mapping here must look like; None where the schemas do not speak of mappings."""
        return self._registry.object_at(self.subschemas, self._owner, self._name)

    @cached_property
    def items(self) -> PropertySchema | None:
        """What the items of a list here must be; None where the schemas do not speak of them."""
        found = tuple(
            piece.child("items")
            for piece in self.pieces
            if isinstance(piece.schema.get("items"), Mapping) and "not" not in piece.schema["items"]
        )
        return PropertySchema(self._registry, found, self._owner, f"{self._name}{ITEMS}") if found else None

    def objects(self) -> Iterator[tuple[str, ObjectSchema]]:
        """Yield what mappings must look like: here, in a list here, in a list of lists, ...; each with its ``[]``."""
        at: PropertySchema | None = self
        items = ""
        while at is not None:
            if at.object is not None:
                yield items, at.object
            at, items = at.items, items + ITEMS

    def inside(self, name: str) -> PropertySchema | None:
        """Return what a property of a foreign object here must be, such as the value of a quantity."""
        found = tuple(
            piece.child("properties", name) for piece in self.pieces if name in piece.schema.get("properties", ())
        )
        return PropertySchema(self._registry, found) if found else None

    def beside(self, sub: Subschema) -> PropertySchema:
        """Return what a piece that stands inside of these schemas says."""
        return PropertySchema(self._registry, (sub,))

    @cached_property
    def definitions(self) -> dict[str, PropertySchema]:
        """The ``definitions`` that the schemas bring along, by name."""
        found: dict[str, PropertySchema] = {}
        for piece in self.pieces:
            if "definitions" in piece.schema:
                definitions = self._registry.resolver.resolved(piece.child("definitions"))
                found |= {name: self.beside(definitions.child(name)) for name in definitions.schema}
        return found

    @property
    def is_list(self) -> bool:
        """Whether a list may stand here."""
        return "array" in self.types


class ObjectSchema:
    """What the schemas say of one object: its properties and which of them are required.

    Parameters
    ----------
    registry : SchemaRegistry
        Where further schemas are found.
    subschemas : tuple of Subschema
        The parts that together describe the object.
    uri : str
        URI of the document that it stands in.
    path : tuple of str
        Where in that document's tree: empty for a document of its own (a family), ``("meta",)`` for an object that
        is described in place. A pattern stands between slashes, and ``[]`` behind a name means the items of a list.
    """

    __slots__ = ("__dict__", "_registry", "attribute_checks", "path", "subschemas", "uri")

    def __init__(
        self, registry: SchemaRegistry, subschemas: tuple[Subschema, ...], uri: str, path: tuple[str, ...]
    ) -> None:
        # the quick answers for the properties that were set as attributes before; a slot, for speed
        self.attribute_checks: dict[str, Callable[[Any], bool]] = {}
        self._registry = registry
        self.subschemas = subschemas
        self.uri = uri
        self.path = path

    def __repr__(self) -> str:
        return f"<ObjectSchema {self.uri}{'#' + '.'.join(self.path) if self.path else ''}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # one object a schema and process: what is unpickled must be the same object again
        return _restore_object, (self._registry, self.uri, self.path)

    @cached_property
    def parsed(self) -> URI:
        """The document's URI, parsed."""
        return uris.parse(self.uri)

    @cached_property
    def tag(self) -> str | None:
        """The tag that a manifest binds to this schema; None for a fragment and for an object described in place."""
        return None if self.path else self._registry.store.tag_of(self.uri)

    @cached_property
    def compiled(self) -> tuple[CompiledSchema, ...]:
        """The compiled checks of the whole object."""
        return tuple(self._registry.compiler.compile(sub.document, sub.pointer) for sub in self.subschemas)

    @cached_property
    def pieces(self) -> tuple[Subschema, ...]:
        """All that applies to the object itself."""
        return tuple(piece for sub in self.subschemas for piece in self._registry.resolver.conjuncts(sub))

    @cached_property
    def title(self) -> str | None:
        """The title of the schema, on one line."""
        titles = (piece.schema["title"] for piece in self.pieces if "title" in piece.schema)
        return _on_one_line(next(titles, None))

    @cached_property
    def properties(self) -> dict[str, PropertySchema]:
        """The declared properties, in the schemas' order."""
        found: dict[str, list[Subschema]] = {}
        for piece in self.pieces:
            for name in piece.schema.get("properties", ()):
                found.setdefault(name, []).append(piece.child("properties", name))
        return {name: PropertySchema(self._registry, tuple(parts), self, name) for name, parts in found.items()}

    def accepts_plain(self, name: str, value: Any) -> bool:
        """Return True if a str, number, bool or None may be set as a declared property: the quick answer."""
        accepts = self._plain_checks.get(name)
        if accepts is None:
            declared = self.properties.get(name)
            if declared is None:
                return False
            accepts = self._plain_checks[name] = declared.accepts_plain
        return accepts(value)

    @cached_property
    def _plain_checks(self) -> dict[str, Callable[[Any], bool]]:
        return {}

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The families whose documents the object takes in whole, by ``allOf``."""
        own = [part for sub in self.subschemas for part in self._registry.resolver.joined(sub)]
        return tuple(dict.fromkeys(uris.parse(part.document).family for part in own if not part.pointer))

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that must be there."""
        return frozenset(name for piece in self.pieces for name in piece.schema.get("required", ()))

    @cached_property
    def patterns(self) -> tuple[tuple[re.Pattern[str], PropertySchema], ...]:
        """The properties that are declared by a pattern of their names."""
        return tuple(
            (
                re.compile(pattern),
                PropertySchema(self._registry, (piece.child("patternProperties", pattern),), self, f"/{pattern}/"),
            )
            for piece in self.pieces
            for pattern in piece.schema.get("patternProperties", ())
        )

    @cached_property
    def is_closed(self) -> bool:
        """Whether names that the schema does not know are forbidden."""
        return any(piece.schema.get("additionalProperties") is False for piece in self.pieces)

    def property_named(self, name: str) -> PropertySchema | None:
        """Return what a property must be, declared by name or by pattern; None for an unknown name."""
        declared = self.properties.get(name)
        if declared is not None:
            return declared
        for pattern, matching in self.patterns:
            if isinstance(name, str) and pattern.search(name):
                return matching
        return None


def walk(schema: ObjectSchema, before: str = "") -> Iterator[tuple[str, PropertySchema]]:
    """Yield every declared property of an object, at any depth, with its dotted path."""
    for name, declared in schema.properties.items():
        path = f"{before}{name}"
        yield path, declared
        for items, inner in declared.objects():
            yield from walk(inner, f"{path}{items}.")
            break


def _on_one_line(text: Any) -> str | None:
    return None if text is None else " ".join(str(text).split())


def _restore_object(registry: SchemaRegistry, uri: str, path: tuple[str, ...]) -> ObjectSchema:
    return registry.find(uri, path)


def _restore_property(
    registry: SchemaRegistry, pieces: tuple[tuple[str, str], ...], owner: ObjectSchema | None, name: str
) -> PropertySchema:
    return PropertySchema(registry, tuple(registry.resolver.at(*piece) for piece in pieces), owner, name)
