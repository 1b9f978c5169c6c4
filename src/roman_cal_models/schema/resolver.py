"""From one piece of a schema to the next: the only module that follows ``$ref``, ``allOf``, ``anyOf`` and ``oneOf``.

It knows pieces and where they stand, and nothing of what is made of them: checks, descriptions, columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import SchemaError

__all__ = ["COMBINERS", "Load", "Resolver", "Subschema", "mappings"]

COMBINERS = ("allOf", "anyOf", "oneOf")

# Keywords by which a schema shows that it describes a mapping.
_OBJECT_KEYWORDS = frozenset({"properties", "patternProperties", "required", "additionalProperties"})

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

Load = Callable[[str], Mapping[str, Any]]


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

    def __str__(self) -> str:
        return f"{self.document}#{self.pointer}" if self.pointer or not self.document else self.document

    def child(self, *keys: str | int) -> Subschema:
        """Return a piece of this piece."""
        schema: Any = self.schema
        pointer = self.pointer
        for key in keys:
            schema = schema[key]
            step = str(key)
            if "/" in step or "~" in step:
                step = step.replace("~", "~0").replace("/", "~1")
            pointer = f"{pointer}/{step}"
        return Subschema(self.document, pointer, schema)

    def branches(self, *combiners: str) -> Iterator[Subschema]:
        """Yield the schemas that this one combines, by ``allOf``, ``anyOf`` and ``oneOf`` unless others are named."""
        for combiner in combiners or COMBINERS:
            for index in range(len(self.schema.get(combiner, ()))):
                yield self.child(combiner, index)


class Resolver:
    """Finds what a piece of a schema leads to.

    Parameters
    ----------
    load : callable, optional
        ``load(uri)`` gives the parsed document of a URI without fragment.
    schema_of : callable, optional
        ``schema_of(tag)`` gives the URI of the schema that describes the nodes of a tag, or None for other tags.
    is_ours : callable, optional
        ``is_ours(uri)`` says whether a document describes nodes. What others say of the inside of their objects is
        left out of `pieces` and the like.
    """

    def __init__(
        self,
        load: Load | None = None,
        schema_of: Callable[[str], str | None] = lambda tag: None,
        is_ours: Callable[[str], bool] = lambda uri: True,
    ) -> None:
        self._load = load
        self._schema_of = schema_of
        self._is_ours = is_ours
        self._documents: dict[str, Mapping[str, Any]] = {}

    def add(self, document: Mapping[str, Any], uri: str = "") -> str:
        """Make a document known under `uri`, by default its ``id``; return the URI."""
        uri = _without_fragment(uri or _base_of(document, ""))
        self._documents[uri] = document
        self._documents.setdefault(_base_of(document, uri), document)
        return uri

    # -- where a reference leads -------------------------------------------------------------------------------------

    def at(self, uri: str, pointer: str = "") -> Subschema:
        """Return the piece of a document at a JSON pointer, which may be written as a fragment: ``#/definitions/x``.

        Raises
        ------
        SchemaError
            There is no such document or piece.
        """
        document = self._document(uri)
        if not pointer:
            return Subschema(uri, "", document)
        path = (_unquoted(pointer[1:]) if pointer.startswith("#") else pointer).strip("/")
        *_, schema = _along(document, uri, path)
        return Subschema(uri, f"/{path}" if path else "", schema)

    def target(self, sub: Subschema) -> Subschema:
        """Follow one ``$ref``.

        Raises
        ------
        SchemaError
            It leads nowhere.
        """
        return self.at(*self.locate(sub))

    def locate(self, sub: Subschema) -> tuple[str, str]:
        """Return the document and the fragment that a ``$ref`` names, whether they are there or not."""
        reference = str(sub.schema["$ref"])
        if reference.startswith("#"):
            return sub.document, reference
        if not _SCHEME.match(reference):
            reference = _joined(self._base(sub), reference)
        uri, mark, fragment = reference.partition("#")
        return uri, mark + fragment

    def resolved(self, sub: Subschema) -> Subschema:
        """Follow every ``$ref``; what leads in a circle is a schema that says nothing."""
        met = set()
        while "$ref" in sub.schema:
            sub = self.target(sub)
            if sub[:2] in met:
                return Subschema(sub.document, sub.pointer, {})
            met.add(sub[:2])
        return sub

    def leads_back(self, sub: Subschema) -> bool:
        """Return True if a schema leads back to itself without a step into the value."""
        ahead, met = [sub], set()
        while ahead:
            here = ahead.pop()
            if not isinstance(here.schema, Mapping):
                continue
            if "$ref" not in here.schema:
                ahead += here.branches()
                ahead += (here.child(name) for name in ("not",) if name in here.schema)
                ahead += (here.child("dependencies", name) for name in here.schema.get("dependencies", ()))
                continue
            try:
                here = self.target(here)
            except SchemaError:  # reported when a check gets there
                continue
            if here.schema is sub.schema:
                return True
            if id(here.schema) not in met:
                met.add(id(here.schema))
                ahead.append(here)
        return False

    # -- what speaks of a value --------------------------------------------------------------------------------------

    def pieces(self, sub: Subschema) -> Iterator[Subschema]:
        """Yield every piece that speaks of the value at `sub`, the nearest first."""
        return self._pieces(sub, Subschema.branches, frozenset())

    def conjuncts(self, sub: Subschema) -> Iterator[Subschema]:
        """Yield every piece that a mapping at `sub` must satisfy, taking the first branch that describes one."""
        return self._pieces(sub, self._branches_of_mapping, frozenset())

    def _pieces(
        self, sub: Subschema, branches: Callable[[Subschema], Iterator[Subschema]], met: frozenset[tuple[str, str]]
    ) -> Iterator[Subschema]:
        place = sub[:2]
        if place in met:
            return
        met |= {place}
        if "$ref" in sub.schema:
            if self._leads_home(sub):
                yield from self._pieces(self.target(sub), branches, met)
            return
        yield sub
        tagged = self._tagged(sub)
        if tagged is not None:
            yield from self._pieces(tagged, branches, met)
        for branch in branches(sub):
            yield from self._pieces(branch, branches, met)

    def object_parts(self, sub: Subschema) -> Iterator[Subschema]:
        """Yield the documents and the pieces in place that together describe a mapping at `sub`."""
        if "$ref" in sub.schema:
            if self._leads_home(sub):
                yield from self._document_or_parts(self.target(sub))
            return
        if self._is_foreign(sub):
            return  # what a schema says of the inside of a foreign object is not ours to hold
        tagged = self._tagged(sub)
        if tagged is not None:
            yield from self._document_or_parts(tagged)
        if sub.schema.get("type") == "object" or not _OBJECT_KEYWORDS.isdisjoint(sub.schema):
            yield sub
        for branch in self._branches_of_mapping(sub):
            yield from self.object_parts(branch)

    def joined(self, sub: Subschema) -> Iterator[Subschema]:
        """Yield the parts that the description of a mapping joins by ``allOf``: documents and pieces in place."""
        if "$ref" in sub.schema:
            yield from self._document_or_parts(self.target(sub))
            return
        for branch in self._branches_of_mapping(sub):
            yield from self.object_parts(branch)

    def _document_or_parts(self, target: Subschema) -> Iterator[Subschema]:
        if target.pointer:
            yield from self.object_parts(target)
        elif self._describes_mapping(target):
            yield target

    def _branches_of_mapping(self, sub: Subschema) -> Iterator[Subschema]:
        """Yield the branches of ``allOf``, and the first of ``anyOf`` or ``oneOf`` that describes a mapping."""
        yield from sub.branches("allOf")
        branch = next(filter(self._describes_mapping, sub.branches("anyOf", "oneOf")), None)
        if branch is not None:
            yield branch

    def _describes_mapping(self, sub: Subschema) -> bool:
        return any(True for _ in self.object_parts(sub))

    def _is_foreign(self, sub: Subschema) -> bool:
        """Return True if a value at `sub` is asked to be a foreign object, such as an array or a table."""
        if "tag" in sub.schema and self._schema_of(sub.schema["tag"]) is None:
            return True
        return any(self._is_foreign(member) for member in sub.branches("allOf") if "$ref" not in member.schema)

    def _leads_home(self, sub: Subschema) -> bool:
        """Return True if a ``$ref`` leads to a schema of nodes, not to one of asdf's for foreign objects."""
        uri, _ = self.locate(sub)
        return uri == sub.document or self._is_ours(uri)

    def _tagged(self, sub: Subschema) -> Subschema | None:
        """Return the schema of the nodes of the tag that is asked for."""
        uri = self._schema_of(sub.schema["tag"]) if "tag" in sub.schema else None
        return None if uri is None else self.at(uri)

    # -- documents ---------------------------------------------------------------------------------------------------

    def _document(self, uri: str) -> Mapping[str, Any]:
        document = self._documents.get(uri)
        if document is None:
            if self._load is None:
                raise SchemaError(f"{uri}: the reference cannot be resolved")
            try:
                document = self._load(uri)
            except LookupError as error:
                if isinstance(error, SchemaError):
                    raise
                raise SchemaError(f"{uri}: the reference cannot be resolved") from error
            self.add(document, uri)
        return document

    def _base(self, sub: Subschema) -> str:
        """Return the URI that relative references in a piece are resolved against: an ``id`` on the way changes it."""
        base = sub.document
        for schema in _along(self._document(sub.document), sub.document, sub.pointer.strip("/")):
            base = _base_of(schema, base)
        return base


def mappings(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every mapping in a document, whether it is a schema or not."""
    if isinstance(schema, Mapping):
        yield schema
        for value in schema.values():
            yield from mappings(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from mappings(value)


def _along(document: Any, uri: str, path: str) -> Iterator[Any]:
    """Yield a document and what a JSON pointer leads to in it, step by step."""
    here = document
    yield here
    for part in path.split("/") if path else ():
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            if isinstance(here, list) and key.isdigit():
                here = here[int(key)]
            elif isinstance(here, Mapping):
                here = here[key]
            else:
                raise LookupError(key)
        except (LookupError, ValueError):
            raise SchemaError(f"{uri}#/{path}: there is no such part of the schema") from None
        yield here


def _base_of(schema: Any, base: str) -> str:
    """Return the URI that references in `schema` are resolved against."""
    own = schema.get("id") if isinstance(schema, Mapping) and "$ref" not in schema else None
    return _without_fragment(_joined(base, own)) if isinstance(own, str) and own else base


def _joined(base: str, reference: str) -> str:
    """Resolve a reference against the URI of the document that it stands in.

    The standard library joins only schemes that it knows; ``asdf://`` is joined as ``http://`` is.
    """
    if _SCHEME.match(reference):
        return reference
    if reference.startswith("#"):
        return _without_fragment(base) + reference
    scheme, separator, rest = base.partition("://")
    if not separator:
        return reference
    from urllib.parse import urljoin

    # an empty fragment is none: Python keeps it from 3.14 on
    path, _, fragment = reference.partition("#")
    return scheme + urljoin(f"http://{rest}", path).removeprefix("http") + (f"#{fragment}" if fragment else "")


def _unquoted(fragment: str) -> str:
    if "%" not in fragment:
        return fragment
    from urllib.parse import unquote

    return unquote(fragment)


def _without_fragment(uri: str) -> str:
    return uri.partition("#")[0]
