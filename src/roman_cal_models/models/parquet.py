"""Source catalogues as Parquet files, both ways.

The columns are those of the table, each with its unit. The metadata of the file has, as ``roman_datamodels`` writes it,
every value of ``meta`` as text under its dotted name (``roman.meta.instrument.detector``) and the table's own header
(``table_meta_yaml``, by which `astropy.table.Table.read` knows units and descriptions). Text does not tell a number
from a word, so the file has the model itself as well, without the table: an ASDF file of a few kB under
``source_catalog.roman_cal_models.asdf``, from which everything comes back as it was. For the same reason a JSON object
under ``source_catalog.roman_cal_models.columns`` tells of each column its NumPy type, the shape of its rows and whether
it is masked. Both stand where the table's own metadata do: what begins with ``roman.`` or anything else, pipeline code
looks up in the model. Values behind a mask are not kept.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingPackageError, NotRomanError, SourceTypeError
from ..nodes.classes import schema_for
from ..nodes.copying import copied
from ..nodes.object_node import ObjectNode
from .classes import model_of_name
from .file_nodes import node_of_file

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema

__all__ = ["read_parquet", "write_parquet"]

TABLE = "source_catalog"
MODEL_KEY = "source_catalog.roman_cal_models.asdf"
COLUMNS_KEY = "source_catalog.roman_cal_models.columns"
HEADER_KEY = "table_meta_yaml"
_PREFIX = "roman."


def _pyarrow() -> Any:
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError:
        raise MissingPackageError("Parquet files need pyarrow: pip install 'roman-cal-models[parquet]'") from None


def write_parquet(node: ObjectNode, texts: Mapping[str, Any], path: Path, *, overwrite: bool = True) -> None:
    """Check a catalogue and write it as a Parquet file, atomically.

    Parameters
    ----------
    node : ObjectNode
        The top node, which holds a table.
    texts : mapping
        Its values under dotted names.
    path : Path
        The file.
    overwrite : bool
        Whether a file that is there is replaced.

    Raises
    ------
    ValidationError
        The node is not valid. Nothing was written.
    ChecksumError, TruncatedFileError
        The table comes from a block of a file that is not what was written there. Nothing was written.
    TargetExistsError, TargetError, OSError
        It cannot be written there, as `atomically` says.
    SourceTypeError
        A column is of a kind that Parquet does not know.
    MissingPackageError
        ``pyarrow`` is not installed.
    """
    from astropy.table.meta import get_yaml_from_table

    # this module is imported to open any file, and saving needs asdf
    from .atomic import atomically
    from .integrity import refuse_wrong_blocks
    from .saving import check, write_unchecked

    arrow = _pyarrow()
    check(node, path)
    refuse_wrong_blocks(node)
    table = node[TABLE]
    bare = copied(node)
    del bare[TABLE]
    model = io.BytesIO()
    file_says = write_unchecked(bare, model, path)
    kept = {name: value for name, value in texts.items() if name.startswith(f"{_PREFIX}meta.")}
    metadata: dict[str, str | bytes] = {name: str(value) for name, value in kept.items()}
    metadata |= {f"{_PREFIX}meta.{name}": str(value) for name, value in file_says.items()}
    metadata |= {f"{TABLE}.{name}": str(value) for name, value in _flat(table.meta)}
    metadata[COLUMNS_KEY] = json.dumps({"class": type(table).__name__, "columns": _kinds(table, path)})
    metadata[HEADER_KEY] = "\n".join(get_yaml_from_table(table))
    metadata[MODEL_KEY] = model.getvalue()
    columns = [_arrow_column(arrow, table[name], path) for name in table.colnames]
    fields = [
        arrow.field(name, column.type, metadata={"unit": str(table[name].unit)})
        for name, column in zip(table.colnames, columns, strict=True)
    ]
    with atomically(path, overwrite=overwrite) as stream:
        arrow.parquet.write_table(
            arrow.Table.from_arrays(columns, schema=arrow.schema(fields, metadata=metadata)), stream, compression="zstd"
        )


def _flat(values: Mapping[Any, Any], start: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{start}{key}.")
        else:
            yield f"{start}{key}", value


def _kinds(table: Any, path: Path) -> dict[str, dict[str, Any]]:
    """Return what Parquet does not record of each column, by name."""
    kinds = {}
    for name in table.colnames:
        column = table[name]
        if not hasattr(column, "dtype") or not hasattr(column, "unit"):
            kind = type(column).__name__
            raise SourceTypeError(f"{path}: column {name!r} cannot be written to Parquet: it is a {kind}")
        kinds[name] = {
            "dtype": column.dtype.str,
            "shape": list(column.shape[1:]),
            "masked": hasattr(column, "mask"),
        }
    return kinds


def _arrow_column(arrow: Any, column: Any, path: Path) -> Any:
    import numpy as np

    values: Any = np.asarray(column.unmasked if hasattr(column, "unmasked") else column)
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    mask = np.asarray(column.mask).reshape(-1) if hasattr(column, "mask") else None
    try:
        flat = arrow.array(values.reshape(-1), mask=mask)
        if values.ndim == 1:
            return flat
        width = math.prod(values.shape[1:])
        return arrow.ListArray.from_arrays(arrow.array(np.arange(len(values) + 1) * width, arrow.int32()), flat)
    except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError) as error:
        raise SourceTypeError(f"{path}: column {column.info.name!r} cannot be written to Parquet: {error}") from None


def read_parquet(stream: Any, name: str | None) -> ObjectNode:
    """Return the top node of a catalogue from its Parquet file.

    Parameters
    ----------
    stream : binary file object
        The file.
    name : str or None
        Its name.

    Raises
    ------
    NotRomanError
        It is not a Parquet file, or not of a Roman catalogue.
    MissingPackageError
        ``pyarrow`` is not installed.
    """
    from astropy.table.meta import YamlParseError

    arrow = _pyarrow()
    try:
        found = arrow.parquet.read_table(stream)
    except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError, OSError) as error:
        raise NotRomanError(name, f"cannot be read as a Parquet file: {error}") from None
    try:
        return _node(found, name)
    except (ValueError, TypeError, LookupError, AttributeError, YamlParseError) as error:
        if isinstance(error, NotRomanError) and error.file == name:
            raise
        raise NotRomanError(name, f"the metadata of the Parquet file does not describe a catalogue: {error}") from error


def _node(found: Any, name: str | None) -> ObjectNode:
    from ..settings import config

    metadata = {key.decode(): value for key, value in (found.schema.metadata or {}).items()}
    if MODEL_KEY in metadata:
        node, _ = node_of_file(io.BytesIO(metadata[MODEL_KEY]), None)
    else:
        node = _from_texts({key: value.decode() for key, value in metadata.items() if key != HEADER_KEY}, name)
    if node._schema is None or node._schema.property_named(TABLE) is None:
        raise NotRomanError(name, f"a Parquet file, but {type(node).__name__} is not a catalogue")
    # reading refuses nothing: what is wrong with the columns is left to `validate`
    with config(validate_assignment="off", unknown="ignore"):
        node[TABLE] = _table(found, metadata.get(HEADER_KEY), json.loads(metadata.get(COLUMNS_KEY, "{}")))
    return node


def _table(found: Any, header: bytes | None, ours: Mapping[str, Any]) -> Any:
    """Return the columns as a table, with the types, units and descriptions of its header."""
    from astropy.table import Column, MaskedColumn, QTable, Table
    from astropy.table.meta import get_header_from_yaml

    told = {"datatype": [], "meta": {}} if header is None else get_header_from_yaml(header.decode().splitlines())
    about = {column["name"]: column for column in told["datatype"]}
    kinds = ours.get("columns", {})
    table = Table(meta=told.get("meta"))
    for name in found.column_names:
        facts = about.get(name, {})
        # the header does not give the length of a column of text
        told_type = facts.get("datatype", "string")
        kind = {"dtype": None if told_type == "string" else told_type, "shape": [], **kinds.get(name, {})}
        values, mask = _values(found[name].combine_chunks(), kind)
        options = {key: facts.get(key) for key in ("unit", "description", "format", "meta")}
        if kind.get("masked", mask.any()):
            table[name] = MaskedColumn(values, mask=mask, name=name, **options)
        else:
            table[name] = Column(values, name=name, **options)
    return QTable(table) if ours.get("class") == "QTable" else table


def _values(column: Any, kind: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the values of a column, and which of them are missing."""
    import numpy as np

    dtype = None if kind["dtype"] is None else np.dtype(kind["dtype"])
    is_list = str(column.type).startswith(("list", "large_list", "fixed_size_list"))
    flat = column.flatten() if is_list else column
    mask = flat.is_null().to_numpy(zero_copy_only=False)
    if flat.null_count:
        # in the place of what is missing stands what fits the type of the others
        items = flat.to_pylist()
        default = next((type(item)() for item in items if item is not None), 0 if dtype is None else dtype.type())
        values = np.asarray([default if item is None else item for item in items], dtype=dtype)
    else:
        values = flat.to_numpy(zero_copy_only=False)
        values = values.astype(str if dtype is None and values.dtype == object else dtype or values.dtype, copy=False)
    shape = (len(column), *(kind["shape"] or ([-1] if is_list and len(column) else [])))
    values, mask = values.reshape(shape), mask.reshape(shape)
    # what asdf and Arrow share with us is read-only
    return values if values.flags.writeable else values.copy(), mask


# -- the files of roman_datamodels -----------------------------------------------------------------------------------


def _from_texts(texts: Mapping[str, str], name: str | None) -> ObjectNode:
    """Return the node that dotted names and texts describe: each value gets the type that the newest schema says."""
    kind = texts.get(f"{_PREFIX}meta.model_type")
    try:
        cls = model_of_name(kind or "")._node_class()
    except KeyError:
        raise NotRomanError(name, "a Parquet file, but its metadata names no Roman model") from None
    tree: dict[str, Any] = {}
    for key, text in texts.items():
        if key.startswith(_PREFIX):
            _put(tree, key.removeprefix(_PREFIX).split("."), text)
    schema = schema_for(cls, None, None)
    assert schema is not None
    from ..settings import config

    with config(validate_assignment="off", unknown="ignore"):
        node: ObjectNode = cls(_typed_object(tree, schema))
    return node


def _put(tree: dict[str, Any], parts: list[str], text: str) -> None:
    for part in parts[:-1]:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise ValueError(f"{part!r} is both a value and a group")
    if tree.setdefault(parts[-1], text) is not text:
        raise ValueError(f"{parts[-1]!r} is both a value and a group")


def _typed_object(tree: Mapping[str, Any], schema: ObjectSchema | None) -> dict[str, Any]:
    found = {key: _typed(value, None if schema is None else schema.property_named(key)) for key, value in tree.items()}
    if schema is None:
        return found
    for key in schema.required - found.keys():
        # flattened to texts, a list without items and null leave nothing
        place = schema.property_named(key)
        if place is not None and "array" in place.types:
            found[key] = []
        elif place is not None and place.is_nullable:
            found[key] = None
    return found


def _typed(value: Any, place: PropertySchema | None) -> Any:
    if isinstance(value, dict):
        if place is not None and "array" in place.types and all(key.isdigit() for key in value):
            return [_typed(value[key], place.items) for key in sorted(value, key=int)]
        return _typed_object(value, None if place is None else place.object)
    if place is None:
        return value
    if value == "None" and (place.is_nullable or "string" not in place.types):
        return None
    if any("/time-" in tag for tag in place.tags):
        from astropy.time import Time

        return Time(value)
    return _number(value, place.types)


def _number(text: str, types: frozenset[str]) -> Any:
    """Return a text as what the schema wants; as it is where it is not of that type, so that `validate` reports it."""
    if "string" in types:
        return text
    if "boolean" in types and text in ("True", "False"):
        return text == "True"
    for type_, convert in (("integer", int), ("number", float)):
        if type_ in types:
            try:
                return convert(text)
            except ValueError:
                continue
    return text
