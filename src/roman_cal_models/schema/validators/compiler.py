"""Schemas compiled once into fast checks.

What a compiled schema accepts is what asdf's own validation accepts with the same schema: JSON Schema draft 4 and
asdf's keywords. One thing differs on purpose: draft 4 has ``$ref`` hide the keywords beside it, and asdf does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...errors import Problem, SchemaError
from ..resolver import Load, Resolver, Subschema
from .asdf_keywords import ASDF_KEYWORDS
from .combiners import COMBINING_KEYWORDS, Reference
from .core import (
    ASSIGNING_CONTEXT,
    FULL_CONTEXT,
    HOLDING_CONTEXT,
    SCALARS,
    Keyword,
    Location,
    Maker,
    ValidationContext,
    Validator,
    show,
)
from .keywords import KEYWORDS
from .objects import OBJECT_KEYWORDS
from .tree import Tree, in_tree_order

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
    validator : Validator
        Its compiled keywords.
    tagged : callable, optional
        As for `compile_schema`.
    """

    __slots__ = ("_tree", "uri", "validator")

    def __init__(self, uri: str, validator: Validator, tagged: Tagged | None = None) -> None:
        self.uri = uri
        self.validator = validator
        self._tree = Tree(tagged) if tagged is not None else None

    def __repr__(self) -> str:
        return f"<compiled schema {self.uri}>" if self.uri else "<compiled schema>"

    def accepts(self, instance: Any, *, assigning: bool = False, check_arrays: bool = True) -> bool:
        """Return True if `instance` is valid; the arguments are those of `problems`."""
        if instance.__class__ in SCALARS:
            return self.validator.check(instance, _context_of_scalars(assigning, check_arrays))
        context = ValidationContext(assigning, check_arrays)
        if not self.validator.check(instance, context):
            return False
        return self._tree is None or self._tree.check(instance, context, self.validator)

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
        location = Location(instance, tuple(path), self.uri, ValidationContext(assigning, check_arrays))
        found = list(self.validator.iter_problems(location))
        if self._tree is not None:
            found += self._tree.iter_problems(location)
        return in_tree_order(found, instance, len(location.path))


def _context_of_scalars(assigning: bool, check_arrays: bool) -> ValidationContext:
    if not assigning:
        return FULL_CONTEXT
    return ASSIGNING_CONTEXT if check_arrays else HOLDING_CONTEXT


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
        self._validators: dict[tuple[str, str], Validator] = {}
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
            validator = self.validator(self.resolver.at(uri, pointer))
            known = self._compiled[uri, pointer] = CompiledSchema(uri, validator, self._tagged)
        return known

    def validator(self, sub: Subschema) -> Validator:
        """Return the validator of a part of a document."""
        place = sub[:2]
        validator = self._validators.get(place)
        if validator is None:
            validator = self._validators[place] = _Builder(self, sub).compile()
        return validator


class _Builder:
    """Compiles the schemas of one document, from one place in it downward; the keywords know it as `Compilation`."""

    def __init__(self, compiler: Compiler, sub: Subschema) -> None:
        self.uri = sub.document
        self._compiler = compiler
        self._sub = sub
        self._leaf = True

    def compile(self) -> Validator:
        schema = self._sub.schema
        if not isinstance(schema, Mapping):
            raise SchemaError(f"{self._sub}: a schema is a mapping, not {show(schema)}")
        if "$ref" in schema:
            return self._reference()
        keywords = self._keywords(schema)
        if len(keywords) == 1 and keywords[0].name == "allOf" and len(schema["allOf"]) == 1:
            return self.subschema("allOf", 0)
        validator = Validator(keywords, self._leaf)
        if self._leaf and "enum" in schema:
            validator.remember(schema["enum"])
        return validator

    def subschema(self, *keys: str | int) -> Validator:
        self._leaf = False
        return _Builder(self._compiler, self._sub.child(*keys)).compile()

    def error(self, keyword: str, wanted: str, found: Any) -> SchemaError:
        return SchemaError(f"{self._sub}: {keyword} must be {wanted}, not {show(found)}")

    def _keywords(self, schema: Mapping[str, Any]) -> list[Keyword]:
        made = [_MAKERS[name](argument, schema, self) for name, argument in schema.items() if name in _MAKERS]
        return [keyword for keyword in made if keyword is not None]

    def _reference(self) -> Validator:
        reference = self._sub.schema["$ref"]
        if not isinstance(reference, str):
            raise self.error("$ref", "a URI", reference)
        compiler, resolver = self._compiler, self._compiler.resolver
        uri, pointer = resolver.locate(self._sub)
        if reference.startswith("#"):
            resolver.at(uri, pointer)  # what leads nowhere in this document is reported at once
        return Reference(
            lambda: compiler.validator(resolver.at(uri, pointer)),
            lambda: resolver.leads_back(resolver.at(uri, pointer)),
        )


_MAKERS: dict[str, Maker] = {**ASDF_KEYWORDS, **KEYWORDS, **OBJECT_KEYWORDS, **COMBINING_KEYWORDS}
