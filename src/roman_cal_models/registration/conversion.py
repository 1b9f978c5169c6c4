"""A product of a third party from a file of another kind, by a schema that is registered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import yaml
from ..errors import Problem, SchemaNotFoundError, ValidationError
from ..foreign.table import TIME
from ..models.classes import model_class
from ..models.data_model import DataModel
from ..nodes.classes import class_name_of_family, named
from ..schema import installed
from ..schema.properties import ObjectSchema, PropertySchema
from ..schema.uris import URI
from ..spelling import did_you_mean
from .drafting import schema_uri
from .examples import read_example
from .folder import TO_FILL_IN

__all__ = ["convert", "read_values"]


def convert(source: str | os.PathLike[str], schema: str, values: Mapping[str, Any] | None = None) -> DataModel:
    """Make a model of a FITS file, or of an ASDF file of any tree.

    Parameters
    ----------
    source : str or path-like
        The file. What becomes of a FITS file says `roman_cal_models.registration.examples.read_example`.
    schema : str
        URI of the schema of the product, whole or below RAD's: ``CCSP/TEAM/team_map-1.0.0``.
    values : mapping, optional
        What the file does not say, as nested mappings; it wins over what the file says. Text stands for a time where
        the schema asks for one.

    Returns
    -------
    DataModel
        Not checked: `save` and `validate` do. ``meta.file_date`` is now, if the schema has it and nothing says else.

    Raises
    ------
    SchemaNotFoundError
        There is no such schema, or it is not that of a file.
    ConversionError, NotAsdfError, OSError
        The file cannot be read.
    """
    uri = schema_uri(schema)
    name = class_name_of_family(uri)
    model = None if name is None or str(uri) not in installed().store else model_class(name)
    if name is None or model is None:
        raise SchemaNotFoundError(f"{uri} is not the schema of a file that is known here.{_hint(uri)}")
    tree = _merged(read_example(Path(source)).tree, values or {})
    described = installed().document(str(uri))
    _add_date(tree, described)
    return model._of(named(name).create_from_node(_with_times(tree, described), version=uri.version))


def _hint(uri: URI) -> str:
    """Return which schemas may have been meant, with a space before it."""
    store = installed().store
    versions = ", ".join(each.version for each in store.versions(uri.family, base=uri.base))
    if versions and str(uri) not in store:
        return f" Of {uri.family}, there are: {versions}"
    return did_you_mean(uri.family, {each.family for each in store.schema_uris() if each.base == uri.base})


def read_values(file: Path) -> dict[str, Any]:
    """Return the values of a YAML file that stand for what another file does not say.

    Raises
    ------
    ValidationError
        A value is left that a draft began with.
    YamlError
        It is not YAML, or not a mapping.
    OSError
        It cannot be opened.
    """
    found = yaml.load(file.read_bytes())
    if not isinstance(found, dict):
        raise yaml.YamlError(f"{file}: is a {type(found).__name__}, not a mapping")
    left = [
        Problem(path, "values", f"{value!r} is what the draft left to you", value, None, "")
        for path, value in _leaves(found, ())
        if isinstance(value, str) and value.startswith(TO_FILL_IN)
    ]
    if left:
        raise ValidationError(left, str(file))
    return found


def _leaves(value: Any, path: tuple[str | int, ...]) -> Any:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, str(key)))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, (*path, number))
    else:
        yield path, value


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _add_date(tree: dict[str, Any], schema: ObjectSchema) -> None:
    meta, place = tree.get("meta"), schema.properties.get("meta")
    known = () if place is None or place.object is None else place.object.properties
    if "file_date" in known and isinstance(meta, dict) and "file_date" not in meta:
        from astropy.time import Time

        meta["file_date"] = Time.now()


def _with_times(value: Any, schema: ObjectSchema | None) -> Any:
    """Return a mapping in which text is a time wherever its schema asks for one."""
    if schema is None:
        return value
    return {key: _with_time(each, schema.property_named(key)) for key, each in value.items()}


def _with_time(value: Any, place: PropertySchema | None) -> Any:
    if place is None:
        return value
    if isinstance(value, str) and place.is_time:
        try:
            return TIME.from_text(value)
        except ValueError:
            return value  # told when the model is checked
    return _with_times(value, place.object) if isinstance(value, Mapping) else value
