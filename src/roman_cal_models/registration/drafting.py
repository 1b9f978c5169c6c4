"""A schema and a manifest from an example of a product."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import yaml
from ..errors import SchemaError, TargetExistsError
from ..foreign.datatypes import MISSING, datatype_of
from ..foreign.kinds import kind_of
from ..foreign.table import TABLE, TIME, WCS
from ..models.atomic import atomically
from ..schema import installed, uris
from ..schema.store import CCSP
from ..schema.uris import ROMAN, URI
from ..schema.values import tag_of
from .examples import Example, Note, read_example
from .folder import TO_FILL_IN
from .keywords import newest_metaschema
from .rules import CUSTOM, model_name_of

__all__ = ["VALUES", "draft_schema", "schema_uri"]

VALUES = "values.yaml"
"""The file of a draft for what the community's products say of themselves, and the example does not."""

_HEAD = "%YAML 1.1\n---\n"
_NDARRAY, _TIME = "tag:stsci.edu:asdf/core/ndarray-1.*", "tag:stsci.edu:asdf/time/time-1.*"
_TABLE, _WCS = "tag:astropy.org:astropy/table/table-1.*", "tag:stsci.edu:gwcs/wcs-*"


def schema_uri(name: str) -> URI:
    """Return the URI of a schema that was named whole, or below RAD's: ``CCSP/TEAM/team_map-1.0.0``.

    Raises
    ------
    SchemaError
        It is none.
    """
    uri = uris.parse(name if "://" in name else f"{ROMAN}/schemas/{name}")
    if uri.kind != "schemas":
        raise SchemaError(f"{uri} is not the URI of a schema")
    return uri


def draft_schema(source: str | os.PathLike[str], name: str, folder: Path, title: str | None = None) -> list[Path]:
    """Write a schema and a manifest that describe a file, as the beginning of what its authors want to say.

    Parameters
    ----------
    source : str or path-like
        An ASDF or a FITS file.
    name : str
        The ``id`` of the schema, whole or below RAD's: ``CCSP/TEAM/team_map-1.0.0``.
    folder : Path
        Gets ``schemas/``, ``manifests/`` and, for the community's products, ``values.yaml``. It may hold other drafts.
    title : str, optional
        What the product is, in a line. What no title is known of has one that begins with ``TO FILL IN``.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    SchemaError
        The name is not that of a schema.
    TargetExistsError
        There is such a schema already, in the folder or in the installed RAD.
    ConversionError, NotAsdfError, OSError
        The file cannot be read.
    """
    uri = schema_uri(name)
    file = folder / "schemas" / f"{uri.short}.yaml"
    if file.exists() or str(uri) in installed().store:
        raise TargetExistsError(file, "is there already" if file.exists() else "is a schema of the installed rad")
    example = read_example(Path(source))
    content = _document(uri, example, title)
    written = [_write(file, content), _add_to_manifest(folder, uri, title)]
    if uri.base == ROMAN and uri.family.startswith(CCSP) and not (folder / VALUES).exists():
        written.append(_write(folder / VALUES, _values(uri, example.tree)))
    return written


# -- the schema ------------------------------------------------------------------------------------------------------


def _document(uri: URI, example: Example, title: str | None) -> dict[str, Any]:
    is_communitys = uri.base == ROMAN and uri.family.startswith(CCSP)
    inside = _described(example.tree, (), example.notes)
    if is_communitys:
        inside["properties"] = {"meta": None, **inside.get("properties", {})}
        inside["properties"]["meta"] = _meta(example)
        inside["required"] = [*inside["properties"]]
    return {
        "$schema": newest_metaschema(),
        "id": str(uri),
        "title": title or _to_fill_in(uri.name),
        "datamodel_name": model_name_of(uri.family),
        "type": "object",
        **{key: inside[key] for key in ("properties", "required") if inside.get(key)},
        "flowStyle": "block",
    }


def _meta(example: Example) -> dict[str, Any]:
    """Return what is said of ``meta``: what all products of the community have, and what this one has beside it."""
    common = installed().store.versions(CUSTOM)[-1]
    known = installed().document(str(common)).properties
    given = example.tree.get("meta")
    own = {key: value for key, value in given.items() if key not in known} if isinstance(given, Mapping) else {}
    parts: list[Any] = [{"$ref": str(common)}]
    if own:
        described = _described(own, ("meta",), example.notes)
        parts.append({key: described[key] for key in ("type", "properties", "required")})
    return {"allOf": parts}


def _described(value: Any, path: tuple[str, ...], notes: Mapping[tuple[str, ...], Note]) -> dict[str, Any]:
    """Return the schema of a value: its title, and what is to be seen of it."""
    note = notes.get(path, Note())
    head = {"title": note.title or _to_fill_in(path[-1] if path else "")}
    if note.description is not None:
        head["description"] = note.description
    tail = {} if note.unit is None else {"unit": note.unit}
    return {**head, **_kind(value, path, notes), **tail}


def _kind(value: Any, path: tuple[str, ...], notes: Mapping[tuple[str, ...], Note]) -> dict[str, Any]:
    if value is None:
        return {}  # what else it may be is not to be seen
    for type_, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, type_):
            return {"type": name}
    if isinstance(value, Mapping):
        members = {str(key): _described(each, (*path, str(key)), notes) for key, each in value.items()}
        return {"type": "object", "properties": members, "required": [*members]} if members else {"type": "object"}
    if isinstance(value, (list, tuple)):
        return {"type": "array", **_items(value, path, notes)}
    return _of_object(value)


def _items(values: Any, path: tuple[str, ...], notes: Mapping[tuple[str, ...], Note]) -> dict[str, Any]:
    """Return what all items of a list are; nothing where they are not alike."""
    kinds = [_kind(each, path, notes) for each in values]
    return {"items": kinds[0]} if kinds and kinds[0] and all(kind == kinds[0] for kind in kinds) else {}


def _of_object(value: Any) -> dict[str, Any]:
    kind = kind_of(value)
    if kind is TIME:
        return {"tag": _TIME}
    if kind is WCS:
        return {"tag": _WCS}
    if kind is TABLE:
        # as RAD asks for columns: it is not so that none of them is like this
        columns = [{"not": {"items": {"not": _column(each)}}} for each in value.columns.values()]
        return {"allOf": [{"tag": _TABLE}, {"properties": {"columns": {"allOf": columns}}}]} if columns else {}
    if hasattr(value, "dtype") and hasattr(value, "shape") and not hasattr(value, "to_value"):
        datatype = datatype_of(value)
        known = {} if datatype is MISSING else {"datatype": _plain(datatype), "exact_datatype": True}
        return {"tag": _NDARRAY, **known, "ndim": len(value.shape)}
    tag = tag_of(value)
    if tag is None:
        return {}
    stem, _, version = tag.rpartition("-")
    return {"tag": f"{stem}-{version.partition('.')[0]}.*"}


def _column(column: Any) -> dict[str, Any]:
    info = column.info
    datatype = datatype_of(column) if hasattr(column, "dtype") else MISSING
    place = {"data": {"properties": {"datatype": {"enum": [datatype]}}}} if isinstance(datatype, str) else {}
    return {
        "title": info.description or _to_fill_in(info.name),
        "unit": "none" if info.unit is None else str(info.unit),
        "properties": {"name": {"enum": [str(info.name)]}, **place},
    }


def _plain(datatype: Any) -> Any:
    """Return a datatype as YAML has it, without the order of bytes, which is the file's matter."""
    if isinstance(datatype, dict):
        return {key: _plain(value) for key, value in datatype.items() if key != "byteorder"}
    return [_plain(each) for each in datatype] if isinstance(datatype, list) else datatype


def _to_fill_in(name: str) -> str:
    return f"{TO_FILL_IN}: {name}" if name else TO_FILL_IN


# -- what stands beside it -------------------------------------------------------------------------------------------


def _add_to_manifest(folder: Path, uri: URI, title: str | None) -> Path:
    team = uri.family.rpartition("/")[0] or uri.base.rpartition("/")[2]
    manifest = f"{uri.base}/manifests/{team}-1.0.0"
    file = folder / "manifests" / f"{team}-1.0.0.yaml"
    content: Any = None
    with contextlib.suppress(FileNotFoundError):
        content = yaml.load(file.read_bytes())
    if not isinstance(content, dict) or not isinstance(content.get("tags"), list):
        extension = manifest.replace("/manifests/", "/extensions/")
        content = {"id": manifest, "extension_uri": extension, "title": f"Products of {team}", "tags": []}
    tag = {"tag_uri": str(uri.as_tag()), "schema_uri": str(uri)}
    tag |= {} if title is None else {"title": title}
    content["tags"] = [*content["tags"], tag]
    return _write(file, content)


def _values(uri: URI, tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the community's products must say of themselves and the example does not, to be filled in."""
    common = installed().document(str(installed().store.versions(CUSTOM)[-1]))
    section = common.properties["ccsp"].object
    meta = tree.get("meta")
    given = meta.get("ccsp") if isinstance(meta, Mapping) else None
    known = given if isinstance(given, Mapping) else {}
    assert section is not None
    wanted = {name: place for name, place in section.properties.items() if name in section.required - known.keys()}
    values = {name: f"{TO_FILL_IN}: {place.title}" for name, place in wanted.items()}
    if "name" in values:
        values["name"] = uri.family.split("/")[1]
    return {"meta": {"ccsp": values}}


def _write(file: Path, content: Any) -> Path:
    import yaml as pyyaml

    class Dumper(pyyaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True  # people edit the file

    text = pyyaml.dump(content, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    body = "\n".join(line.rstrip() for line in text.replace("\t", " ").splitlines())
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomically(file) as stream:
        stream.write(f"{_HEAD}{body}\n".encode())
    return file
