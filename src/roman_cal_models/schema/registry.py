"""What is installed: the records of all schemas of one store, and the checks that are compiled from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import SchemaError
from . import values
from .properties import ITEMS, ObjectSchema, PropertySchema
from .resolver import Resolver, Subschema
from .store import Store
from .validators.compiler import CompiledSchema, Compiler

__all__ = ["SchemaRegistry"]


class SchemaRegistry:
    """All schemas of one store: where they lead, what they say, and how a value is checked against them.

    Parameters
    ----------
    store : Store
        Where the documents are.
    restored_by : callable, optional
        Gives the registry that takes the place of this one where something of it is unpickled.
    """

    def __init__(self, store: Store, restored_by: Callable[[], SchemaRegistry] | None = None) -> None:
        self.store = store
        self.resolver = Resolver(store.load, store.schema_of, store.__contains__)
        self.compiler = Compiler(self.resolver, self.compiled_of_tag)
        self._restored_by = restored_by
        self._objects: dict[tuple[str, tuple[str, ...]], ObjectSchema] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        if self._restored_by is None:
            raise TypeError("a registry of schemas that are not installed cannot be pickled")
        return self._restored_by, ()

    def root(self, uri: str) -> PropertySchema:
        """Return what a whole document says of a value."""
        return PropertySchema(self, (self.resolver.at(uri),))

    def document(self, uri: str) -> ObjectSchema:
        """Return what the document under `uri` says of an object.

        Raises
        ------
        SchemaNotFoundError
            Nothing is installed under it.
        """
        return self._objects.get((uri, ())) or self._known((self.resolver.at(uri),), uri, ())

    def find(self, uri: str, path: tuple[str, ...]) -> ObjectSchema:
        """Return the object described in place at `path` of a document."""
        schema = self.document(uri)
        for part in path:
            found = _object_of(schema, part)
            if found is None:
                raise SchemaError(f"{uri} describes no object at {'.'.join(path)}")
            schema = found
        return schema

    def object_at(
        self, subschemas: tuple[Subschema, ...], owner: ObjectSchema | None = None, name: str = ""
    ) -> ObjectSchema | None:
        """Return what a mapping must look like where these schemas hold: the property `name` of an `owner`."""
        parts = {part[:2]: part for sub in subschemas for part in self.resolver.object_parts(sub)}
        if not parts:
            return None
        first = next(iter(parts.values()))
        document = first if len(parts) == 1 else subschemas[0] if len(subschemas) == 1 else None
        if document is not None and not document.pointer:
            return self.document(document.document)
        uri, path = (first.document, ()) if owner is None else (owner.uri, (*owner.path, name))
        return self._objects.get((uri, path)) or self._known(subschemas, uri, path)

    def _known(self, subschemas: tuple[Subschema, ...], uri: str, path: tuple[str, ...]) -> ObjectSchema:
        """Return the one record of an object, whichever thread asked for it first."""
        return self._objects.setdefault((uri, path), ObjectSchema(self, subschemas, uri, path))

    def compiled_of_tag(self, tag: str) -> Sequence[CompiledSchema]:
        """Return the checks that every value of a tag must pass, as asdf finds them by the tag."""
        uri = self.store.schema_of(tag)
        if uri is not None:
            return (self.compiler.compile(uri),)
        if not tag.startswith(("tag:", "asdf:")) or tag.startswith(values.YAML_TAG):
            return ()
        return tuple(self.compiler.compile(uri) for uri in values.schema_uris_of_tag(tag))


def _object_of(schema: ObjectSchema, part: str) -> ObjectSchema | None:
    """Return the object at one part of a path: a name or a pattern, and ``[]`` for each list that it is in."""
    name = part.rstrip(ITEMS) if part.endswith(ITEMS) else part
    patterns = {f"/{pattern.pattern}/": declared for pattern, declared in schema.patterns}
    at = patterns.get(name) or schema.properties.get(name)
    for _ in range((len(part) - len(name)) // len(ITEMS)):
        at = None if at is None else at.items
    return None if at is None else at.object
