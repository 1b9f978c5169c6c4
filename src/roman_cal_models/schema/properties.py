"""What the schemas say of each place in a tree: merged through ``allOf``, ``$ref``, ``anyOf`` and RAD's tags.

Nodes are built, checked and described by what stands here; nothing here knows a node class.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ..lazily import cached_property
from . import uris
from .rules_core import ASSIGNING_RUN
from .uris import URI

if TYPE_CHECKING:
    from .registry import Facts
    from .rules import CompiledSchema

__all__ = ["OBJECT_KEYWORDS", "ArchiveColumns", "ObjectSchema", "Place", "PropertyPlace", "Subschema"]

# Keywords by which a schema shows that it describes a mapping.
OBJECT_KEYWORDS = frozenset({"properties", "patternProperties", "required", "additionalProperties"})


class Subschema(NamedTuple):
    """A piece of a schema document and where it stands.

    Parameters
    ----------
    document : str
        URI of the document.
    pointer : str
        JSON pointer in it, without ``#``: ``/properties/meta``; empty for the whole.
    schema : mapping
        The piece itself.
    """

    document: str
    pointer: str
    schema: Mapping[str, Any]

    def child(self, *keys: str | int) -> Subschema:
        """Return a piece of this piece."""
        schema: Any = self.schema
        pointer = self.pointer
        for key in keys:
            schema = schema[key]
            pointer += f"/{str(key).replace('~', '~0').replace('/', '~1')}"
        return Subschema(self.document, pointer, schema)


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


class Place:
    """A place where a value stands: a property of an object, an item of a list, or the root.

    Parameters
    ----------
    facts : Facts
        Where further schemas are found.
    subschemas : sequence of Subschema
        All that a value here must satisfy.
    """

    __slots__ = ("__dict__", "_facts", "subschemas")

    def __init__(self, facts: Facts, subschemas: tuple[Subschema, ...]) -> None:
        self._facts = facts
        self.subschemas = subschemas

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_place, (tuple((sub.document, sub.pointer) for sub in self.subschemas),)

    @cached_property
    def rules(self) -> tuple[CompiledSchema, ...]:
        """The compiled checks of a value here."""
        return tuple(self._facts.compiler.compile(sub.document, sub.pointer) for sub in self.subschemas)

    @cached_property
    def accepts_plain(self) -> Callable[[Any], bool]:
        """Tell whether a str, number, bool or None may be set here as it is: the quick answer, without settings."""
        if self.node_tag is not None:
            return lambda value: False
        nodes = [rules.node for rules in self.rules]
        if len(nodes) == 1:
            (node,) = nodes
            words = node.words()
            if words is not None:
                return words.__contains__
            return lambda value: node.ok(value, ASSIGNING_RUN)
        return lambda value: all(node.ok(value, ASSIGNING_RUN) for node in nodes)

    @cached_property
    def pieces(self) -> tuple[Subschema, ...]:
        """All that applies here, through ``$ref``, ``allOf``, RAD's tags, and the branches of ``anyOf``."""
        return tuple(piece for sub in self.subschemas for piece in self._facts.pieces(sub))

    def keyword(self, name: str) -> Any:
        """Return the first value of a keyword among the pieces, or None."""
        return next((piece.schema[name] for piece in self.pieces if name in piece.schema), None)

    @property
    def title(self) -> str | None:
        """The title, on one line."""
        title = self.keyword("title")
        return None if title is None else " ".join(str(title).split())

    @property
    def description(self) -> str | None:
        """The description, on one line."""
        description = self.keyword("description")
        return None if description is None else " ".join(str(description).split())

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
        return next((tag for tag in self.tags if self._facts.store.schema_of(tag) is not None), None)

    @cached_property
    def is_array(self) -> bool:
        """Whether the value is an array of numbers in a block, an ``ndarray``."""
        return any("/ndarray-" in tag for tag in self.tags)

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
        return self._facts.object_at(self.subschemas)

    @cached_property
    def items(self) -> Place | None:
        """The place of the items of a list here; None where the schemas do not speak of them."""
        found = tuple(
            piece.child("items")
            for piece in self.pieces
            if isinstance(piece.schema.get("items"), Mapping) and "not" not in piece.schema["items"]
        )
        return Place(self._facts, found) if found else None

    def inside(self, name: str) -> Place | None:
        """Return the place of a property of a foreign object here, such as the value of a quantity."""
        found = tuple(
            piece.child("properties", name) for piece in self.pieces if name in piece.schema.get("properties", ())
        )
        return Place(self._facts, found) if found else None

    def beside(self, sub: Subschema) -> Place:
        """Return the place of a piece that stands inside of this one's schemas."""
        return Place(self._facts, (sub,))

    @cached_property
    def definitions(self) -> dict[str, Place]:
        """The ``definitions`` that the schemas bring along, by name."""
        found: dict[str, Place] = {}
        for piece in self.pieces:
            if "definitions" in piece.schema:
                definitions = piece.child("definitions")
                while "$ref" in definitions.schema:
                    definitions = self._facts.resolve(definitions)
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
    facts : Facts
        Where further schemas are found.
    subschemas : tuple of Subschema
        The parts that together describe the object.
    uri : str
        URI of the document that it stands in.
    path : tuple of str
        Where in that document's tree: empty for a document of its own (a family), ``("meta",)`` for an object that
        is described in place. A pattern stands between slashes, and ``[]`` behind a name means the items of a list.
    """

    __slots__ = ("__dict__", "_facts", "attribute_checks", "path", "subschemas", "uri")

    def __init__(self, facts: Facts, subschemas: tuple[Subschema, ...], uri: str, path: tuple[str, ...]) -> None:
        # the quick answers for the properties that were set as attributes before; a slot, for speed
        self.attribute_checks: dict[str, Callable[[Any], bool]] = {}
        self._facts = facts
        self.subschemas = subschemas
        self.uri = uri
        self.path = path

    def __repr__(self) -> str:
        return f"<ObjectSchema {self.uri}{'#' + '.'.join(self.path) if self.path else ''}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # one object a schema and process: what is unpickled must be the same object again
        return _restore, (self.uri, self.path)

    @cached_property
    def parsed(self) -> URI:
        """The document's URI, parsed."""
        return uris.parse(self.uri)

    @cached_property
    def tag(self) -> str | None:
        """The tag that a manifest binds to this schema; None for a fragment and for an object described in place."""
        return None if self.path else self._facts.store.tag_of(self.uri)

    @cached_property
    def rules(self) -> tuple[CompiledSchema, ...]:
        """The compiled checks of the whole object."""
        return tuple(self._facts.compiler.compile(sub.document, sub.pointer) for sub in self.subschemas)

    @cached_property
    def pieces(self) -> tuple[Subschema, ...]:
        """All that applies to the object itself."""
        return tuple(piece for sub in self.subschemas for piece in self._facts.conjuncts(sub))

    @cached_property
    def title(self) -> str | None:
        """The title of the schema, on one line."""
        titles = (piece.schema["title"] for piece in self.pieces if "title" in piece.schema)
        title = next(titles, None)
        return None if title is None else " ".join(str(title).split())

    @cached_property
    def places(self) -> dict[str, Place]:
        """The declared properties, in the schemas' order."""
        found: dict[str, list[Subschema]] = {}
        for piece in self.pieces:
            for name in piece.schema.get("properties", ()):
                found.setdefault(name, []).append(piece.child("properties", name))
        return {name: PropertyPlace(self._facts, tuple(parts), self, name) for name, parts in found.items()}

    def accepts_plain(self, name: str, value: Any) -> bool:
        """Tell whether a str, number, bool or None may be set as a declared property: the quick answer."""
        accepts = self._plain_checks.get(name)
        if accepts is None:
            place = self.places.get(name)
            if place is None:
                return False
            accepts = self._plain_checks[name] = place.accepts_plain
        return accepts(value)

    @cached_property
    def _plain_checks(self) -> dict[str, Callable[[Any], bool]]:
        return {}

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The families whose documents the object takes in whole, by ``allOf``."""
        own = [part for sub in self.subschemas for part in self._facts.parts(sub)]
        return tuple(dict.fromkeys(uris.parse(part.document).family for part in own if not part.pointer))

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The order in which properties are written."""
        for piece in self.pieces:
            if piece.schema.get("propertyOrder"):
                return tuple(piece.schema["propertyOrder"])
        return ()

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that must be there."""
        return frozenset(name for piece in self.pieces for name in piece.schema.get("required", ()))

    @cached_property
    def patterns(self) -> tuple[tuple[re.Pattern[str], Place], ...]:
        """Places of the properties that are declared by a pattern of their names."""
        return tuple(
            (
                re.compile(pattern),
                PropertyPlace(self._facts, (piece.child("patternProperties", pattern),), self, f"/{pattern}/"),
            )
            for piece in self.pieces
            for pattern in piece.schema.get("patternProperties", ())
        )

    @cached_property
    def is_closed(self) -> bool:
        """Whether names that the schema does not know are forbidden."""
        return any(piece.schema.get("additionalProperties") is False for piece in self.pieces)

    def place(self, name: str) -> Place | None:
        """Return the place of a property, declared by name or by pattern; None for an unknown name."""
        place = self.places.get(name)
        if place is not None:
            return place
        for pattern, place in self.patterns:
            if isinstance(name, str) and pattern.search(name):
                return place
        return None


class PropertyPlace(Place):
    """The place of a property: an object that stands here in place is known by its path."""

    __slots__ = ("_name", "_owner")

    def __init__(self, facts: Facts, subschemas: tuple[Subschema, ...], owner: ObjectSchema, name: str) -> None:
        super().__init__(facts, subschemas)
        self._owner = owner
        self._name = name

    def __reduce__(self) -> tuple[Any, ...]:
        pieces = tuple((sub.document, sub.pointer) for sub in self.subschemas)
        return _restore_place, (pieces, self._owner, self._name)

    @cached_property
    def object(self) -> ObjectSchema | None:
        """What a mapping here must look like."""
        return self._facts.object_at(self.subschemas, self._owner, self._name)

    @cached_property
    def items(self) -> Place | None:
        """The place of the items of a list here."""
        place = super().items
        return None if place is None else PropertyPlace(self._facts, place.subschemas, self._owner, f"{self._name}[]")


def _restore(uri: str, path: tuple[str, ...]) -> ObjectSchema:
    from . import installed

    return installed().find(uri, path)


def _restore_place(pieces: tuple[tuple[str, str], ...], owner: ObjectSchema | None = None, name: str = "") -> Place:
    from . import installed

    subschemas = tuple(installed().piece(document, pointer) for document, pointer in pieces)
    return Place(installed(), subschemas) if owner is None else PropertyPlace(installed(), subschemas, owner, name)
