"""A folder of schemas in RAD's dialect, looked at whole before anything is done with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from ..errors import SchemaError, SchemaProblem
from ..nodes.classes import REGISTERED_NAMES, make_newer, model_name
from ..nodes.making import Names, families_to_make, names_for
from ..schema import uris
from ..schema.families import Family
from ..schema.registry import SchemaRegistry
from ..schema.store import Manifest, Store, store
from ..schema.uris import ROMAN
from .documents import Document, Documents, difference, read_documents
from .keywords import keyword_problems, metaschema_problems, schemas_in
from .rules import rad_problems
from .values import reference_problems, tag_problems, unit_problems

__all__ = ["TO_FILL_IN", "Folder", "check_folder", "families_of"]

TO_FILL_IN = "TO FILL IN"
"""How a title begins that a draft leaves to its author."""


@dataclass(frozen=True)
class Folder:
    """What was found out of a folder.

    Parameters
    ----------
    problems : tuple of SchemaProblem
        All that is wrong.
    base : str
        The authority of its schemas; empty where that cannot be told.
    schemas : tuple of str
        The URIs of its schemas.
    is_new : bool
        Whether any of them, or a manifest, is neither RAD's nor registered.
    names : Names or None
        The classes to be made; None where an error is among the problems.
    """

    problems: tuple[SchemaProblem, ...]
    base: str = ""
    schemas: tuple[str, ...] = ()
    is_new: bool = True
    names: Names | None = None

    @property
    def errors(self) -> tuple[SchemaProblem, ...]:
        """The problems for which it is not registered."""
        return tuple(problem for problem in self.problems if problem.level == "error")


def check_folder(folder: Path) -> Folder:
    """Find all that is wrong with the schemas and manifests of a folder. Nothing is registered.

    Parameters
    ----------
    folder : Path
        Holds ``manifests/NAME-VERSION.yaml`` and ``schemas/FAMILY-VERSION.yaml``, as the ``resources`` of ``rad`` do.
    """
    if not folder.is_dir():
        return Folder((SchemaProblem(str(folder), (), "id", "is not a folder"),))
    documents = read_documents(folder)
    problems = documents.problems
    manifests = [each for each in documents.manifests if not _noted(problems, _manifest_problems(each))]
    bases = sorted({each.uri.base for each in manifests})
    if len(bases) > 1:
        message = f"its manifests are of several authorities: {', '.join(bases)}"
        problems.append(SchemaProblem(str(folder), (), "id", message, bases))
    if len(bases) != 1:
        return Folder(_sorted(problems))
    (base,) = bases
    return _checked(folder, base, manifests, documents)


def families_of(schemas: Collection[str], registry: SchemaRegistry, base: str) -> list[Family]:
    """Return the families to make classes of: those that schemas reach, and that have none."""
    from ..nodes.generated._index import CLASSES, WITHOUT_NODES

    known = {key for home, key in REGISTERED_NAMES if home == base}
    generated = CLASSES.keys() | WITHOUT_NODES if base == ROMAN else set()
    bound = [uri for uri in schemas if registry.store.tag_of(uri) is not None]
    return families_to_make(registry, base, without=known | generated, start=bound)


def _checked(folder: Path, base: str, manifests: list[Document], documents: Documents) -> Folder:
    problems = documents.problems
    elsewhere = [place for home, place in store().registered if home == base != ROMAN and place != folder.resolve()]
    if elsewhere:
        message = f"schemas of {base} are registered already, from {elsewhere[0]}"
        problems.append(SchemaProblem(str(folder), (), "id", message, base))
    every = [*documents.manifests, *documents.schemas]
    for each in every:
        problems += _replacing(each)
    candidate = store().with_folder(base, folder)
    for each in manifests:
        problems += _tag_bindings(each, candidate)
    registry = SchemaRegistry(candidate)
    for each in documents.schemas:
        if not _is_rads(each):
            problems += _schema_problems(each, base, registry)
    schemas = tuple(str(each.uri) for each in documents.schemas)
    is_new = any(str(each.uri) not in store() for each in every)
    names = None
    if not any(problem.level == "error" for problem in problems):
        make_newer()
        try:
            names = names_for(families_of(schemas, registry, base), base, _taken(), models_beside=_others(base))
        except SchemaError as error:
            problems.append(SchemaProblem(str(folder), (), "name", str(error)))
    return Folder(_sorted(problems), base, schemas, is_new, names)


def _noted(problems: list[SchemaProblem], found: Iterator[SchemaProblem]) -> bool:
    """Add problems to others, and return whether there is an error among them."""
    new = list(found)
    problems += new
    return any(problem.level == "error" for problem in new)


def _sorted(problems: list[SchemaProblem]) -> tuple[SchemaProblem, ...]:
    return tuple(sorted(problems, key=lambda each: each.file))


def _taken() -> set[str]:
    """Return the public names of the package."""
    return set(dir(import_module(__name__.partition(".")[0])))


def _others(base: str) -> set[str]:
    """Return the names of the models of other third parties."""
    made = {name for (home, _), name in REGISTERED_NAMES.items() if home not in (base, ROMAN)}
    return {model for name in made if (model := model_name(name)) is not None}


# -- manifests -------------------------------------------------------------------------------------------------------


def _manifest_problems(document: Document) -> Iterator[SchemaProblem]:
    content = document.content
    extension = content.get("extension_uri")
    if not isinstance(extension, str):
        yield document.problem((), "required", "has no extension_uri", value=extension)
    elif not _is_uri(extension, "extensions", document.uri.base):
        allowed = f"{document.uri.base}/extensions/{document.uri.short}"
        message = f"extension_uri is {extension!r}, and not as {allowed}"
        yield document.problem(("extension_uri",), "id", message, value=extension, allowed=allowed)
    tags = content.get("tags")
    if not isinstance(tags, list) or not tags:
        yield document.problem((), "required", "has no tags", value=tags)
        return
    for number, tag in enumerate(tags):
        if not isinstance(tag, dict) or not all(isinstance(tag.get(key), str) for key in ("tag_uri", "schema_uri")):
            message = f"a tag has a tag_uri and a schema_uri; this is none: {tag!r}"
            yield document.problem(("tags", number), "required", message, value=tag)
        elif not _is_uri(tag["tag_uri"], "tags", document.uri.base):
            message = f"{tag['tag_uri']!r} is not as {document.uri.base}/tags/NAME-1.0.0"
            yield document.problem(("tags", number, "tag_uri"), "id", message, value=tag["tag_uri"])


def _is_uri(text: str, kind: str, base: str) -> bool:
    try:
        uri = uris.parse(text)
    except SchemaError:
        return False
    return (uri.kind, uri.base) == (kind, base)


def _tag_bindings(document: Document, candidate: Store) -> Iterator[SchemaProblem]:
    for number, (tag, schema) in enumerate(Manifest(document.content).schema_uris.items()):
        path = ("tags", number, "schema_uri")
        where = f"the manifest {document.uri.short}"
        if schema not in candidate:
            message = f"{where} binds {tag} to {schema}, which is neither there nor in the installed rad"
            yield document.problem(path, "$ref", message, value=schema)
        known = candidate.schema_of(tag)
        if known != schema:
            message = f"{where} binds {tag}, which is bound to {known} already"
            yield document.problem(path, "tag", message, value=schema, allowed=known)


def _is_rads(document: Document) -> bool:
    """Return whether the installed RAD has a schema of that URI, which is its own matter."""
    home = store().home_of(str(document.uri))
    return home is not None and (ROMAN, home) not in store().registered


def _replacing(document: Document) -> Iterator[SchemaProblem]:
    """Yield the problem of a document that says something else than the one of the same URI that is there."""
    uri = str(document.uri)
    path = difference(store().load(uri), document.content) if uri in store() else None
    if path is not None:
        whose = "the installed rad" if document.uri.base == ROMAN else "what is registered"
        message = f"{whose} has another {uri}, which differs here: give yours a new version"
        yield document.problem(path, "id", message, value=uri)


# -- schemas ---------------------------------------------------------------------------------------------------------


def _schema_problems(document: Document, base: str, registry: SchemaRegistry) -> Iterator[SchemaProblem]:
    if document.uri.base != base:
        message = f"its id is {document.uri}, but the manifests are of {base}"
        yield document.problem((), "id", message, value=str(document.uri), allowed=base)
        return
    found = list(metaschema_problems(document))
    yield from found
    yield from keyword_problems(document)
    yield from _titles(document)
    yield from unit_problems(document)
    yield from tag_problems(document, registry.store)
    if any(problem.level == "error" for problem in found):
        return  # what follows relies on the kinds of values
    references = list(reference_problems(document, registry.resolver, registry.store))
    yield from references
    if base == ROMAN:
        yield from rad_problems(document, registry.store)
    if not references:
        try:
            registry.compiler.compile(str(document.uri))
        except SchemaError as error:
            yield document.problem((), "schema", str(error))


def _titles(document: Document) -> Iterator[SchemaProblem]:
    for path, schema in schemas_in(document.content):
        for key in ("title", "description"):
            text = schema.get(key)
            if isinstance(text, str) and text.startswith(TO_FILL_IN):
                message = f"{text!r} is what the draft left to you"
                yield document.problem((*path, key), "title", message, value=text)
