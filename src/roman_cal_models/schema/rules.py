"""Schemas compiled once into fast checks.

What a compiled schema accepts is what asdf's own validation accepts with the same schema: JSON Schema draft 4 and
asdf's keywords. One thing differs on purpose: draft 4 has ``$ref`` hide the keywords beside it, and asdf does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import Problem, SchemaError
from .keywords import KEYWORDS, Maker
from .resolver import Load, Resolver, Subschema
from .rules_arrays import ASDF_KEYWORDS
from .rules_branches import BRANCH_KEYWORDS, Reference
from .rules_core import ASSIGNING_RUN, FULL_RUN, HOLDING_RUN, SCALARS, Keyword, Node, Run, Where, show
from .rules_objects import OBJECT_KEYWORDS
from .rules_tree import Tree, in_tree_order

__all__ = ["CompiledSchema", "Compiler", "Tagged", "compile_schema"]

Tagged = Callable[[str], Sequence["CompiledSchema"]]


def compile_schema(
    schema: Mapping[str, Any],
    *,
    uri: str = "",
    load: Load | None = None,
    tagged: Tagged | None = None,
) -> CompiledSchema:
    """Compile a schema.

    Parameters
    ----------
    schema : mapping
        The schema as it was parsed. It must not be changed afterwards.
    uri : str, optional
        Its URI; by default its ``id``.
    load : callable, optional
        ``load(uri)`` gives another document that a ``$ref`` leads to.
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
    resolver = Resolver(load)
    return Compiler(resolver, tagged).compile(resolver.add(schema, uri))


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
    resolver : Resolver
        Where the documents are, and where their references lead.
    tagged : callable, optional
        As for `compile_schema`.
    """

    def __init__(self, resolver: Resolver, tagged: Tagged | None = None) -> None:
        self.resolver = resolver
        self._tagged = tagged
        self._nodes: dict[tuple[str, str], Node] = {}
        self._compiled: dict[tuple[str, str], CompiledSchema] = {}

    def compile(self, uri: str, pointer: str = "") -> CompiledSchema:
        """Compile a document or, with a JSON pointer such as ``#/properties/meta``, a part of it.

        Raises
        ------
        SchemaError
            There is no such document or part, or a keyword in it is malformed.
        """
        known = self._compiled.get((uri, pointer))
        if known is None:
            node = self.node(self.resolver.at(uri, pointer))
            known = self._compiled[uri, pointer] = CompiledSchema(uri, node, self._tagged)
        return known

    def node(self, sub: Subschema) -> Node:
        """Return the node of a part of a document."""
        place = sub[:2]
        node = self._nodes.get(place)
        if node is None:
            node = self._nodes[place] = _Builder(self, sub).compile()
        return node


class _Builder:
    """Compiles the schemas of one document, from one place in it downward; the keywords know it as `Build`."""

    def __init__(self, compiler: Compiler, sub: Subschema) -> None:
        self.uri = sub.document
        self._compiler = compiler
        self._sub = sub
        self._leaf = True

    def compile(self) -> Node:
        schema = self._sub.schema
        if not isinstance(schema, Mapping):
            raise SchemaError(f"{self._sub}: a schema is a mapping, not {show(schema)}")
        if "$ref" in schema:
            return self._reference()
        keywords = self._keywords(schema)
        if len(keywords) == 1 and keywords[0].name == "allOf" and len(schema["allOf"]) == 1:
            return self.node("allOf", 0)
        node = Node(keywords, self._leaf)
        if self._leaf and "enum" in schema:
            node.remember(schema["enum"])
        return node

    def node(self, *keys: str | int) -> Node:
        self._leaf = False
        return _Builder(self._compiler, self._sub.child(*keys)).compile()

    def error(self, keyword: str, wanted: str, found: Any) -> SchemaError:
        return SchemaError(f"{self._sub}: {keyword} must be {wanted}, not {show(found)}")

    def _keywords(self, schema: Mapping[str, Any]) -> list[Keyword]:
        made = [_MAKERS[name](argument, schema, self) for name, argument in schema.items() if name in _MAKERS]
        return [keyword for keyword in made if keyword is not None]

    def _reference(self) -> Node:
        reference = self._sub.schema["$ref"]
        if not isinstance(reference, str):
            raise self.error("$ref", "a URI", reference)
        compiler, resolver = self._compiler, self._compiler.resolver
        uri, pointer = resolver.locate(self._sub)
        if reference.startswith("#"):
            resolver.at(uri, pointer)  # what leads nowhere in this document is reported at once
        return Reference(
            lambda: compiler.node(resolver.at(uri, pointer)),
            lambda: resolver.leads_back(resolver.at(uri, pointer)),
        )


_MAKERS: dict[str, Maker] = {**ASDF_KEYWORDS, **KEYWORDS, **OBJECT_KEYWORDS, **BRANCH_KEYWORDS}
