"""The facts of all installed schemas: which pieces of which documents speak of a place, and what they describe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import SchemaError
from .properties import OBJECT_KEYWORDS, ObjectSchema, Place, Subschema

if TYPE_CHECKING:
    from .rules import Compiler
    from .store import Store

__all__ = ["Facts"]


class Facts:
    """The facts of all schemas of one store.

    Parameters
    ----------
    store : Store
        Where the documents are.
    compiler : Compiler
        Who makes checks of them.
    """

    def __init__(self, store: Store, compiler: Compiler) -> None:
        self.store = store
        self.compiler = compiler
        self._objects: dict[tuple[str, tuple[str, ...]], ObjectSchema] = {}

    def document(self, uri: str) -> ObjectSchema:
        """Return what the document under `uri` says of an object.

        Raises
        ------
        SchemaNotFoundError
            Nothing is installed under it.
        """
        known = self._objects.get((uri, ()))
        if known is None:
            known = self._objects.setdefault(
                (uri, ()), ObjectSchema(self, (Subschema(uri, "", self.store.load(uri)),), uri, ())
            )
        return known

    def find(self, uri: str, path: tuple[str, ...]) -> ObjectSchema:
        """Return the object described in place at `path` of a document."""
        schema = self.document(uri)
        for name in path:
            bare = name.rstrip("[]") if name.endswith("[]") else name
            patterns = {f"/{pattern.pattern}/": place for pattern, place in schema.patterns}
            place = patterns.get(bare) or schema.places.get(bare)
            for _ in range((len(name) - len(bare)) // 2):
                place = None if place is None else place.items
            if place is None or place.object is None:
                raise SchemaError(f"{uri} describes no object at {'.'.join(path)}")
            schema = place.object
        return schema

    def root(self, uri: str) -> Place:
        """Return the place of a whole document."""
        return Place(self, (Subschema(uri, "", self.store.load(uri)),))

    def pieces(self, sub: Subschema, _seen: frozenset[tuple[str, str]] = frozenset()) -> Iterator[Subschema]:
        """Yield every piece that speaks of the value at `sub`, the nearest first."""
        key = (sub.document, sub.pointer)
        if key in _seen:
            return
        seen = _seen | {key}
        schema = sub.schema
        if "$ref" in schema:
            if self._leads_home(sub):
                yield from self.pieces(self.resolve(sub), seen)
            return
        yield sub
        uri = self.store.schema_of(schema["tag"]) if "tag" in schema else None
        if uri is not None:
            yield from self.pieces(Subschema(uri, "", self.store.load(uri)), seen)
        for combiner in ("allOf", "anyOf", "oneOf"):
            for index in range(len(schema.get(combiner, ()))):
                yield from self.pieces(sub.child(combiner, index), seen)

    def _leads_home(self, sub: Subschema) -> bool:
        """Return whether a ``$ref`` leads to a schema of nodes, not to one of asdf's for foreign objects."""
        uri = sub.schema["$ref"].partition("#")[0]
        return not uri or uri in self.store

    def resolve(self, sub: Subschema) -> Subschema:
        """Follow one ``$ref``."""
        uri, _, pointer = sub.schema["$ref"].partition("#")
        return self.piece(uri or sub.document, pointer)

    def piece(self, document: str, pointer: str) -> Subschema:
        """Return the piece of a document at a JSON pointer."""
        target = Subschema(document, "", self.store.load(document))
        for key in pointer.split("/")[1:]:
            key = key.replace("~1", "/").replace("~0", "~")
            target = target.child(int(key) if isinstance(target.schema, list) else key)
        return target

    def object_at(
        self, subschemas: tuple[Subschema, ...], owner: ObjectSchema | None = None, name: str = ""
    ) -> ObjectSchema | None:
        """Return what a mapping must look like at a place that has these schemas."""
        parts = list({(part.document, part.pointer): part for part in self._object_parts(subschemas)}.values())
        if not parts:
            return None
        document = parts[0] if len(parts) == 1 else subschemas[0] if len(subschemas) == 1 else None
        if document is not None and not document.pointer:
            return self.document(document.document)
        uri, path = (owner.uri, (*owner.path, name)) if owner is not None else (parts[0].document, ())
        known = self._objects.get((uri, path))
        if known is None:
            known = self._objects.setdefault((uri, path), ObjectSchema(self, subschemas, uri, path))
        return known

    def _object_parts(self, subschemas: tuple[Subschema, ...]) -> Iterator[Subschema]:
        """Yield the documents and the pieces in place that together describe a mapping."""
        for sub in subschemas:
            schema = sub.schema
            if "$ref" in schema:
                if self._leads_home(sub):
                    yield from self._document_or_parts(self.resolve(sub))
                continue
            if self._is_foreign(sub):
                continue  # what a schema says of the inside of a foreign object is not ours to hold
            if "tag" in schema:
                uri = self.store.schema_of(schema["tag"])
                assert uri is not None
                yield from self._document_or_parts(Subschema(uri, "", self.store.load(uri)))
            if schema.get("type") == "object" or not OBJECT_KEYWORDS.isdisjoint(schema):
                yield sub
            for index in range(len(schema.get("allOf", ()))):
                yield from self._object_parts((sub.child("allOf", index),))
            branch = self._object_branch(sub)
            if branch is not None:
                yield from self._object_parts((branch,))

    def parts(self, sub: Subschema) -> Iterator[Subschema]:
        """Yield the parts that the description of a mapping joins by ``allOf``: documents and pieces in place."""
        if "$ref" in sub.schema:
            yield from self._document_or_parts(self.resolve(sub))
            return
        for index in range(len(sub.schema.get("allOf", ()))):
            yield from self._object_parts((sub.child("allOf", index),))
        branch = self._object_branch(sub)
        if branch is not None:
            yield from self._object_parts((branch,))

    def _is_foreign(self, sub: Subschema) -> bool:
        """Return whether a value at `sub` is asked to be a foreign object, such as an array or a table."""
        if "tag" in sub.schema and self.store.schema_of(sub.schema["tag"]) is None:
            return True
        members = (sub.child("allOf", index) for index in range(len(sub.schema.get("allOf", ()))))
        return any(self._is_foreign(member) for member in members if "$ref" not in member.schema)

    def _document_or_parts(self, target: Subschema) -> Iterator[Subschema]:
        if target.pointer:
            yield from self._object_parts((target,))
        elif any(True for _ in self._object_parts((target,))):
            yield target

    def _object_branch(self, sub: Subschema) -> Subschema | None:
        """Return the first branch of ``anyOf`` or ``oneOf`` that describes a mapping."""
        branches = (
            sub.child(combiner, index)
            for combiner in ("anyOf", "oneOf")
            for index in range(len(sub.schema.get(combiner, ())))
        )
        return next((branch for branch in branches if any(True for _ in self._object_parts((branch,)))), None)

    def conjuncts(self, sub: Subschema) -> Iterator[Subschema]:
        """Yield every piece that a mapping at `sub` must satisfy, taking the first branch that describes one."""
        schema = sub.schema
        if "$ref" in schema:
            if self._leads_home(sub):
                yield from self.conjuncts(self.resolve(sub))
            return
        yield sub
        uri = self.store.schema_of(schema["tag"]) if "tag" in schema else None
        if uri is not None:
            yield from self.conjuncts(Subschema(uri, "", self.store.load(uri)))
        for index in range(len(schema.get("allOf", ()))):
            yield from self.conjuncts(sub.child("allOf", index))
        branch = self._object_branch(sub)
        if branch is not None:
            yield from self.conjuncts(branch)
