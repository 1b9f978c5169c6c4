"""Schemas compiled once into fast checks.

What a compiled schema accepts is what asdf's own validation accepts with the same schema: JSON Schema draft 4 and
asdf's keywords. One thing differs on purpose: draft 4 has ``$ref`` hide the keywords beside it, and asdf does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import Problem, SchemaError
from . import resolver as refs
from .keywords import KEYWORDS, Maker
from .rules_arrays import ASDF_KEYWORDS
from .rules_branches import BRANCH_KEYWORDS, Reference
from .rules_core import ASSIGNING_RUN, FULL_RUN, HOLDING_RUN, SCALARS, Keyword, Node, Run, Where, show
from .rules_objects import OBJECT_KEYWORDS
from .rules_tree import Tree, in_tree_order

__all__ = ["CompiledSchema", "Compiler", "Resolve", "Tagged", "compile_schema"]

Resolve = Callable[[str], Mapping[str, Any]]
Tagged = Callable[[str], Sequence["CompiledSchema"]]


def compile_schema(
    schema: Mapping[str, Any],
    *,
    uri: str = "",
    resolve: Resolve | None = None,
    tagged: Tagged | None = None,
) -> CompiledSchema:
    """Compile a schema.

    Parameters
    ----------
    schema : mapping
        The schema as it was parsed. It must not be changed afterwards.
    uri : str, optional
        Its URI; by default its ``id``.
    resolve : callable, optional
        ``resolve(uri)`` gives another document that a ``$ref`` leads to.
    tagged : callable, optional
        ``tagged(tag)`` gives the compiled schemas that each instance with this tag must satisfy wherever it stands.
        Without it no tag implies a schema.

    Returns
    -------
    CompiledSchema

    Raises
    ------
    SchemaError
        A keyword has a value of the wrong type, or a ``$ref`` into this document leads nowhere. Other documents are
        looked up when a check first needs them.

    Examples
    --------
    >>> flag = compile_schema({"type": "string", "enum": ["COMPLETE", "SKIPPED"]})
    >>> flag.accepts("COMPLETE")
    True
    >>> print(flag.problems("DONE", path=("meta", "flag"))[0])
    meta.flag: 'DONE' is not one of 'COMPLETE', 'SKIPPED'
    """
    if not isinstance(schema, Mapping):
        raise SchemaError(f"{uri or 'schema'}: a schema is a mapping, not {show(schema)}")
    compiler = Compiler(resolve, tagged)
    return compiler.compile(compiler.add(schema, uri))


class CompiledSchema:
    """A schema, ready to check instances.

    Parameters
    ----------
    uri : str
        The document that it stands in.
    node : Node
        Its compiled keywords.
    tagged : callable, optional
        As for `compile_schema`.
    """

    __slots__ = ("_tree", "node", "uri")

    def __init__(self, uri: str, node: Node, tagged: Tagged | None = None) -> None:
        self.uri = uri
        self.node = node
        self._tree = Tree(tagged) if tagged is not None else None

    def __repr__(self) -> str:
        return f"<compiled schema {self.uri}>" if self.uri else "<compiled schema>"

    def accepts(self, instance: Any, *, assigning: bool = False, check_arrays: bool = True) -> bool:
        """Tell whether `instance` is valid; the arguments are those of `problems`."""
        if instance.__class__ in SCALARS:
            return self.node.ok(instance, _run_of_scalars(assigning, check_arrays))
        run = Run(assigning, check_arrays)
        return self.node.ok(instance, run) and (self._tree is None or self._tree.ok(instance, run))

    def problems(
        self,
        instance: Any,
        *,
        path: tuple[str | int, ...] = (),
        assigning: bool = False,
        check_arrays: bool = True,
    ) -> list[Problem]:
        """Return every way in which `instance` breaks the schema.

        Parameters
        ----------
        instance : object
            Plain values, arrays, nodes, objects that asdf can write, or a tagged tree.
        path : tuple of str and int, optional
            Where the instance stands; the paths of the problems begin with it.
        assigning : bool, optional
            Ask only for what is given, not for what is missing: not for ``required``, ``minItems``,
            ``minProperties``, ``dependencies``, nor for ``not`` of anything but plain scalars; ``oneOf`` is
            ``anyOf``, and a tag's own schema is asked of nodes only, not of foreign objects.
        check_arrays : bool, optional
            Ask for the kind, the data type and the number of dimensions of arrays. Otherwise, while assigning, None and
            an array of any library may stand where the tag of an array is asked for.

        Returns
        -------
        list of Problem
            In the order of the instance.
        """
        if self.accepts(instance, assigning=assigning, check_arrays=check_arrays):
            return []
        where = Where(instance, tuple(path), self.uri, Run(assigning, check_arrays))
        found = list(self.node.explain(where))
        if self._tree is not None:
            found += self._tree.explain(where)
        return in_tree_order(found, instance, len(where.path))


def _run_of_scalars(assigning: bool, check_arrays: bool) -> Run:
    if not assigning:
        return FULL_RUN
    return ASSIGNING_RUN if check_arrays else HOLDING_RUN


class Compiler:
    """Compiles documents and keeps what it compiled, so that those who share it share the work.

    Parameters
    ----------
    resolve : callable, optional
        ``resolve(uri)`` gives the parsed document of a URI without fragment.
    tagged : callable, optional
        As for `compile_schema`.
    """

    def __init__(self, resolve: Resolve | None = None, tagged: Tagged | None = None) -> None:
        self._resolve = resolve
        self._tagged = tagged
        self._documents: dict[str, Mapping[str, Any]] = {}
        self._nodes: dict[tuple[str, tuple[str, ...]], Node] = {}
        self._compiled: dict[tuple[str, str], CompiledSchema] = {}

    def add(self, document: Mapping[str, Any], uri: str = "") -> str:
        """Make a document known under `uri`, by default its ``id``; return the URI."""
        uri = refs.split(uri or refs.base_of(document, ""))[0]
        self._documents[uri] = document
        self._documents.setdefault(refs.base_of(document, uri), document)
        return uri

    def compile(self, uri: str, fragment: str = "") -> CompiledSchema:
        """Compile a document or, with a `fragment` such as ``#/properties/meta``, a part of it.

        Raises
        ------
        SchemaError
            There is no such document or part, or a keyword in it is malformed.
        """
        known = self._compiled.get((uri, fragment))
        if known is None:
            node = self.target(uri, refs.pointer_parts(fragment))
            known = self._compiled[uri, fragment] = CompiledSchema(uri, node, self._tagged)
        return known

    def target(self, uri: str, parts: tuple[str, ...]) -> Node:
        """Return the node of a part of a document."""
        node = self._nodes.get((uri, parts))
        if node is None:
            schema, base = self.find(uri, parts)
            node = self._nodes[uri, parts] = _Builder(self, uri, base, parts).compile(schema)
        return node

    def find(self, uri: str, parts: tuple[str, ...]) -> tuple[Any, str]:
        """Return the schema of a part of a document and the base URI that holds there."""
        document = self._document(uri)
        try:
            return refs.walk(document, parts, refs.base_of(document, uri))
        except LookupError:
            raise SchemaError(f"{_place(uri, parts)}: there is no such part of the schema") from None

    def _document(self, uri: str) -> Mapping[str, Any]:
        document = self._documents.get(uri)
        if document is None:
            if self._resolve is None:
                raise SchemaError(f"{uri}: the reference cannot be resolved")
            try:
                document = self._resolve(uri)
            except LookupError as error:
                if isinstance(error, SchemaError):
                    raise
                raise SchemaError(f"{uri}: the reference cannot be resolved") from error
            self.add(document, uri)
        return document


class _Builder:
    """Compiles the schemas of one document, from one place in it downward; the keywords know it as `Build`."""

    def __init__(self, compiler: Compiler, uri: str, base: str, parts: tuple[str, ...]) -> None:
        self.uri = uri
        self._compiler = compiler
        self._base = base
        self._parts = parts
        self._leaf = True

    def compile(self, schema: Any) -> Node:
        if not isinstance(schema, Mapping):
            raise SchemaError(f"{_place(self.uri, self._parts)}: a schema is a mapping, not {show(schema)}")
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        keywords = self._keywords(schema)
        if len(keywords) == 1 and keywords[0].name == "allOf" and len(schema["allOf"]) == 1:
            return self.node(schema["allOf"][0], "allOf", 0)
        node = Node(keywords, self._leaf)
        if self._leaf and "enum" in schema:
            node.remember(schema["enum"])
        return node

    def node(self, schema: Any, *steps: str | int) -> Node:
        self._leaf = False
        parts = (*self._parts, *(str(step) for step in steps))
        return _Builder(self._compiler, self.uri, refs.base_of(schema, self._base), parts).compile(schema)

    def error(self, keyword: str, wanted: str, found: Any) -> SchemaError:
        return SchemaError(f"{_place(self.uri, self._parts)}: {keyword} must be {wanted}, not {show(found)}")

    def _keywords(self, schema: Mapping[str, Any]) -> list[Keyword]:
        made = [_MAKERS[name](argument, schema, self) for name, argument in schema.items() if name in _MAKERS]
        return [keyword for keyword in made if keyword is not None]

    def _reference(self, reference: Any) -> Node:
        if not isinstance(reference, str):
            raise self.error("$ref", "a URI", reference)
        local = reference.startswith("#")
        uri, fragment = refs.split(refs.join(self._base, reference))
        uri = self.uri if local else uri
        compiler, parts = self._compiler, refs.pointer_parts(fragment)
        if local:
            compiler.find(uri, parts)
        return Reference(lambda: compiler.target(uri, parts), lambda: _returns(compiler, uri, parts))


def _returns(compiler: Compiler, uri: str, parts: tuple[str, ...]) -> bool:
    """Tell whether a schema leads back to itself without a step into the value, by ``$ref`` and combinations."""
    start, base = compiler.find(uri, parts)
    ahead, seen = [(start, uri, base)], set()
    while ahead:
        schema, uri, base = ahead.pop()
        if not isinstance(schema, Mapping):
            continue
        if "$ref" in schema:
            local = str(schema["$ref"]).startswith("#")
            target, fragment = refs.split(refs.join(base, schema["$ref"]))
            target = uri if local else target
            try:
                found, base = compiler.find(target, refs.pointer_parts(fragment))
            except SchemaError:  # told when a check gets there
                continue
            if found is start:
                return True
            if id(found) not in seen:
                seen.add(id(found))
                ahead.append((found, target, base))
            continue
        branches = [schema.get("not"), *schema.get("dependencies", {}).values()]
        for name in ("allOf", "anyOf", "oneOf"):
            branches += schema.get(name, [])
        ahead += [(branch, uri, refs.base_of(branch, base)) for branch in branches]
    return False


def _place(uri: str, parts: tuple[str, ...]) -> str:
    return uri + "".join(["#", *(f"/{part}" for part in parts)]) if parts or not uri else uri


_MAKERS: dict[str, Maker] = {**ASDF_KEYWORDS, **KEYWORDS, **OBJECT_KEYWORDS, **BRANCH_KEYWORDS}
