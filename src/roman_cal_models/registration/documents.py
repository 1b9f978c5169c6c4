"""The files of a folder of schemas, each with the URI that says where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import yaml
from ..errors import SchemaError, SchemaProblem
from ..schema import uris
from ..schema.uris import URI
from ..yaml.limits import Limits

__all__ = ["Document", "Documents", "difference", "read_documents"]

# far beyond what people write, and far below what would end a process that checks it
_LIMITS = Limits(depth=100, nodes=100_000, items=10_000)


@dataclass(frozen=True, slots=True)
class Document:
    """A schema or a manifest.

    Parameters
    ----------
    file : Path
        Its file.
    uri : URI
        Its ``id``.
    content : dict
        What was parsed.
    text : bytes
        What the file holds.
    """

    file: Path
    uri: URI
    content: dict[str, Any]
    text: bytes

    def problem(self, path: tuple[str | int, ...], kind: str, message: str, **facts: Any) -> SchemaProblem:
        """Return a problem of it."""
        return SchemaProblem(str(self.file), path, kind, message, **facts)


@dataclass
class Documents:
    """Those of a folder that can be read, and what is wrong with the others."""

    manifests: list[Document] = field(default_factory=list)
    schemas: list[Document] = field(default_factory=list)
    problems: list[SchemaProblem] = field(default_factory=list)


def read_documents(folder: Path) -> Documents:
    """Read the manifests and the schemas of a folder."""
    found = Documents()
    for kind, documents in (("manifests", found.manifests), ("schemas", found.schemas)):
        files = sorted((folder / kind).rglob("*.yaml"))
        if not files:
            message = f"there is no YAML file in {kind}/. Wanted are manifests/ and schemas/, as in rad"
            found.problems.append(SchemaProblem(str(folder), (), "id", message))
        for file in files:
            document = _document(file, kind)
            if isinstance(document, SchemaProblem):
                found.problems.append(document)
            else:
                documents.append(document)
    return found


def _document(file: Path, kind: str) -> Document | SchemaProblem:
    try:
        text = file.read_bytes()
        content = yaml.load(text, _LIMITS)
    except (yaml.YamlError, OSError) as error:
        message = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return SchemaProblem(str(file), (), "yaml", message)
    if not isinstance(content, dict):
        return SchemaProblem(str(file), (), "type", f"is a {type(content).__name__}, not a mapping", content, "object")
    odd = next((key for key in _keys(content) if not isinstance(key, str)), None)
    if odd is not None:
        return SchemaProblem(str(file), (), "type", f"{odd!r} is the name of something, and not text", odd, "string")
    try:
        uri = uris.parse(str(content.get("id")))
    except SchemaError as error:
        return SchemaProblem(str(file), (), "id", f"its id: {error}", content.get("id"))
    place = Path(uri.kind, f"{uri.short}.yaml")
    if uri.kind != kind or file.parts[-len(place.parts) :] != place.parts:
        message = f"its id is {uri}, and the file of that is {place.as_posix()}"
        return SchemaProblem(str(file), (), "id", message, str(uri), place.as_posix())
    return Document(file, uri, content, text)


def _keys(content: Any) -> Iterator[Any]:
    """Yield the keys of all mappings of a document, which nests no deeper than it may."""
    if isinstance(content, dict):
        yield from content
        for value in content.values():
            yield from _keys(value)
    elif isinstance(content, list):
        for value in content:
            yield from _keys(value)


def difference(one: Any, other: Any, path: tuple[str | int, ...] = ()) -> tuple[str | int, ...] | None:
    """Return where the contents of two documents first differ; None where they say the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in (*one, *other):
            if key not in one or key not in other:
                return (*path, key)
            found = difference(one[key], other[key], (*path, key))
            if found is not None:
                return found
        return None
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next((found for n, pair in pairs if (found := difference(*pair, (*path, n))) is not None), None)
    return None if type(one) is type(other) and one == other else path
