"""A place in a tree -> the Python type that a checker and an editor can use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from roman_cal_models.schema import installed, uris
from roman_cal_models.schema.properties import PropertySchema
from roman_cal_models.schema.resolver import Subschema

__all__ = ["Annotation", "Names", "annotation"]

# How much a type says: of what allOf joins, that which says most is taken.
_ANY, _PLAIN, _CLASS, _EXACT = range(4)

_JSON_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

# Last part of a foreign tag -> type and the line that imports it.
_FOREIGN = {
    "time": ("Time", "from astropy.time import Time"),
    "table": ("Table", "from astropy.table import Table"),
    "wcs": ("WCS", "from gwcs.wcs import WCS"),
    "quantity": ("Quantity", "from astropy.units import Quantity"),
    "unit": ("UnitBase", "from astropy.units import UnitBase"),
}


@dataclass(frozen=True)
class Names:
    """The names of the classes that are generated.

    Parameters
    ----------
    classes : dict
        Family, or family ``#`` path, -> class.
    modules : dict
        Class -> module.
    enums : set
        The classes that are aliases of enums.
    """

    classes: dict[str, str]
    modules: dict[str, str]
    enums: set[str]


@dataclass
class Annotation:
    """A type, as it is written, and what it needs.

    Parameters
    ----------
    text : str
        For instance ``NDArray[np.float32] | None``.
    imports : set of str
        Import lines.
    classes : set of str
        Generated classes that it names.
    """

    text: str
    imports: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)


class _Writer:
    """Writes one annotation and collects what it needs."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.imports: set[str] = set()
        self.classes: set[str] = set()

    def place(self, place: PropertySchema) -> list[str]:
        return _narrowest([self.piece(place, sub) for sub in place.subschemas])[1]

    def piece(self, place: PropertySchema, sub: Subschema) -> tuple[int, list[str]]:
        """Return how much a piece says of a value, and its types."""
        schema = sub.schema
        if "$ref" in schema:
            if "/asdf/" in schema["$ref"]:
                return self.foreign(schema["$ref"])
            return self.target(place, installed().resolver.target(sub))
        said = [self.piece(place, branch) for branch in sub.branches("allOf")]
        for combiner in ("anyOf", "oneOf"):
            if combiner in schema:
                branches = [self.piece(place, branch) for branch in sub.branches(combiner)]
                types = list(dict.fromkeys(text for _, texts in branches for text in texts))
                said.append((max(rank for rank, _ in branches), types))
        if "tag" in schema:
            said.append(self.tag(place, schema))
        elif "enum" in schema:
            said.append((_EXACT, [f"Literal[{', '.join(map(_literal, schema['enum']))}]"]))
            self.imports.add("from typing import Literal")
        elif "type" in schema or "properties" in schema:
            said.append(self.types(place, schema))
        return _narrowest(said)

    def target(self, place: PropertySchema, target: Subschema) -> tuple[int, list[str]]:
        if not target.pointer and target.document.startswith("asdf://"):
            name = self.names.classes.get(uris.parse(target.document).family)
            if name in self.names.enums:
                return _EXACT, [self.named(name)]
        return self.piece(place, target)

    def tag(self, place: PropertySchema, schema: Any) -> tuple[int, list[str]]:
        uri = installed().store.schema_of(schema["tag"])
        if uri is not None:
            root = installed().root(uri)
            if root.object is not None or root.is_list:
                return _CLASS, [self.named(self.names.classes[uris.parse(uri).family])]
            return self.piece(root, root.subschemas[0])
        name = schema["tag"].rpartition("/")[2].partition("-")[0]
        if name == "ndarray":
            return _CLASS, [self.array(schema)]
        if "/transform/" in schema["tag"]:
            self.imports.add("from astropy.modeling import Model")
            return _CLASS, ["Model"]
        return self.foreign(schema["tag"])

    def foreign(self, uri: str) -> tuple[int, list[str]]:
        """Return the type of the objects of a foreign tag, or of the schema behind it."""
        name = uri.rpartition("/")[2].partition("-")[0]
        if name not in _FOREIGN:
            return _ANY, []
        text, line = _FOREIGN[name]
        self.imports.add(line)
        return _CLASS, [text]

    def array(self, schema: Any) -> str:
        self.imports.add("from numpy.typing import NDArray")
        datatype = schema.get("datatype")
        if not isinstance(datatype, str):
            self.imports.add("from typing import Any")
            return "NDArray[Any]"
        self.imports.add("import numpy as np")
        return f"NDArray[np.{'bool_' if datatype == 'bool8' else datatype}]"

    def types(self, place: PropertySchema, schema: Any) -> tuple[int, list[str]]:
        kinds = schema.get("type", "object")
        rank, texts = _PLAIN, []
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            if kind == "object":
                rank = _CLASS
                texts.append(self.object(place))
            elif kind == "array":
                rank = _CLASS
                texts.append(self.list(place))
            else:
                texts.append(_JSON_TYPES[kind])
        return rank, texts

    def object(self, place: PropertySchema) -> str:
        schema = place.object
        key = "" if schema is None else schema.parsed.family + ("#" + ".".join(schema.path) if schema.path else "")
        if key in self.names.classes:
            return self.named(self.names.classes[key])
        self.imports.add("from ..object_node import ObjectNode")
        return "ObjectNode"

    def list(self, place: PropertySchema) -> str:
        document = next((piece for piece in place.pieces if piece.schema.get("type") == "array"), None)
        if document is not None and not document.pointer:
            return self.named(self.names.classes[uris.parse(document.document).family])
        self.imports.add("from ..list_node import ListNode")
        return f"ListNode[{self.item(place)}]"

    def item(self, place: PropertySchema) -> str:
        texts = [] if place.items is None else self.place(place.items)
        if not texts:
            self.imports.add("from typing import Any")
        return " | ".join(texts) or "Any"

    def named(self, name: str) -> str:
        self.classes.add(name)
        return name


def annotation(place: PropertySchema, names: Names) -> Annotation:
    """Return the type of the values at a place."""
    writer = _Writer(names)
    texts = writer.place(place)
    if not texts:
        writer.imports.add("from typing import Any")
    # None last, as a person writes it
    ordered = [text for text in texts if text != "None"] + [text for text in texts if text == "None"]
    return Annotation(" | ".join(ordered) or "Any", writer.imports, writer.classes)


def item_annotation(place: PropertySchema, names: Names) -> Annotation:
    """Return the type of the items of a list at a place."""
    writer = _Writer(names)
    text = writer.item(place)
    return Annotation(text, writer.imports, writer.classes)


def _narrowest(said: list[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    return max(said, key=lambda pair: pair[0], default=(_ANY, []))


def _literal(value: Any) -> str:
    return repr(value).replace("'", '"') if isinstance(value, str) else repr(value)
