"""The catalogue for services of the Virtual Observatory: its tables and its view ObsCore, as felis takes them.

felis (https://felis.lsst.io) checks such a description and loads it into TAP_SCHEMA, by which a TAP service tells
its clients what it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...installation import rad_version
from ..database.tables import FAILURES, FILE, FILES, ID, PROBLEMS, tables
from ..definitions.column_semantics import ucd_and_unit
from ..definitions.described import described_columns
from .obscore import OBSCORE, ObsCoreColumn, obscore_columns

__all__ = ["felis"]

_SCHEMA = "roman"

_TABLES = {
    "WFIExposure": "Exposures of a detector, raw and calibrated",
    "WFIMosaic": "Mosaics",
    "SegmentationMap": "Segmentation maps of images and mosaics",
    "SourceCatalog": "Source catalogues of images and mosaics",
    "GuideWindow": "Guide windows",
    "ScienceRefData": "By which steps and reference files science products were made",
    "WFICommon": "What files of ground tests share with those of the mission",
    "WFITvac": "Ground tests in thermal vacuum",
    FILES: "Files of which there are rows",
    PROBLEMS: "Values that do not fit into their columns",
    FAILURES: "Files that could not be read",
    OBSCORE: "Calibrated products, as IVOA's ObsCore 1.1 describes them",
}

# Column of the tables that RAD does not name -> description, UCD, unit
_COLUMNS: dict[str, tuple[str, str | None, str | None]] = {
    ID: ("Number of the file that the row is of", "meta.id;meta.file", None),
    FILE: ("Path or URL of the file", "meta.ref.url;meta.file", None),
    "content": ("SHA-256 of the header, its first 40 digits, and of how it was mapped", "meta.checksum", None),
    "schema_uri": ("Schema by which the file was mapped", "meta.ref.uri", None),
    "rad_version": ("Release of RAD that made the rows", "meta.version", None),
    "package_version": ("Release of roman_cal_models that made the rows", "meta.version;meta.software", None),
    "mapping": ("Whose columns the file has: newest or file", "meta.code", None),
    "size": ("Size of the file", "phys.size;meta.file", "byte"),
    "modified": ("When the file was changed, since 1970-01-01 UTC", None, "ns"),
    "etag": ("By which a bucket or server tells one content from another", "meta.checksum", None),
    "ingested": ("When the rows were made (UTC)", "time.processing", None),
    "failed": ("When the file could not be read (UTC)", "time.processing", None),
    "table_name": ("Table of the column", "meta.id;meta.table", None),
    "column_name": ("Column that the value does not fit into", "meta.id", None),
    "path": ("Where the value stands in the file", "meta.id", None),
    "reason": ("What is wrong", "meta.note", None),
}


def felis() -> str:
    """Return the schema of the catalogue for TAP services, as the YAML text that felis takes.

    All tables that `tables` gives, with their keys and indexes, and the view ``obscore``. Columns have the titles and
    descriptions of RAD, and units and UCDs where they are certain.

    Returns
    -------
    str
        ``felis validate`` accepts it, and ``felis load-tap-schema`` loads it. On PostgreSQL, queries have to quote
        names with capitals: ``SELECT * FROM "WFIExposure"``.

    Raises
    ------
    MissingPackageError
        ``sqlalchemy`` is not installed.
    """
    import yaml

    members = [_view(), *map(_table, tables().sorted_tables)]
    for index, member in enumerate(members):
        member["tap:table_index"] = index
    whole = {
        "name": _SCHEMA,
        "@id": f"#{_SCHEMA}",
        "description": f"Catalogue of the Roman Space Telescope's archive, by RAD {rad_version()}",
        "tables": members,
    }
    text: str = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=120)
    return text


def _table(table: Any) -> dict[str, Any]:
    name = _plain(table.name)
    columns = [_column(name, column, index) for index, column in enumerate(table.columns)]
    found: dict[str, Any] = {
        "name": name,
        "@id": f"#{name}",
        "description": _TABLES.get(name, name),
        "primaryKey": [f"#{name}.{column.name}" for column in table.primary_key],
        "columns": columns,
    }
    if constraints := list(_constraints(table)):
        found["constraints"] = constraints
    if table.indexes:
        found["indexes"] = [
            {
                "name": _plain(each.name),
                "@id": f"#{each.name}",
                "description": f"By {', '.join(column.name for column in each.columns)}",
                "columns": [f"#{name}.{column.name}" for column in each.columns],
            }
            for each in sorted(table.indexes, key=lambda each: str(each.name))
        ]
    return found


def _plain(name: str) -> str:
    """Return a name of SQLAlchemy, which has a class of its own for them, as text that YAML takes."""
    return str.__str__(name)


def _constraints(table: Any) -> Iterator[dict[str, Any]]:
    for key in sorted(table.foreign_keys, key=lambda each: str(each.parent.name)):
        name = f"fk_{table.name}_{key.parent.name}"
        yield {
            "name": name,
            "@id": f"#{name}",
            "@type": "ForeignKey",
            "description": "The file that a row is of",
            "columns": [f"#{table.name}.{key.parent.name}"],
            "referencedColumns": [f"#{key.column.table.name}.{key.column.name}"],
        }
    for column in table.columns:
        if column.unique:
            name = f"uq_{table.name}_{column.name}"
            yield {
                "name": name,
                "@id": f"#{name}",
                "@type": "Unique",
                "description": f"One row for each {column.name}",
                "columns": [f"#{table.name}.{column.name}"],
            }


def _column(table: str, column: Any, index: int) -> dict[str, Any]:
    told = described_columns().get((table, column.name))
    if told is None:
        description, ucd, unit = _COLUMNS.get(column.name, (column.comment or column.name, None, None))
    else:
        ucd, _ = ucd_and_unit(told.path)
        # where RAD gives several, a value has one of them
        unit = None if told.unit is None or " or " in told.unit else told.unit
        texts = dict.fromkeys(text for text in (told.title, told.description) if text)
        description = ". ".join(text.rstrip(".") for text in texts) or told.path
    found = {
        "name": _plain(column.name),
        "@id": f"#{table}.{column.name}",
        "description": " ".join(description.split()),
        **_type(column.type),
        "nullable": bool(column.nullable),
        "ivoa:ucd": ucd,
        "ivoa:unit": unit,
        "tap:principal": int(column.primary_key),
        "tap:column_index": index,
    }
    return {key: value for key, value in found.items() if value is not None}


def _type(kind: Any) -> dict[str, Any]:
    """Return the type of a column of SQLAlchemy."""
    import sqlalchemy as sql

    for of_sql, name in (
        (sql.SmallInteger, "short"),
        (sql.BigInteger, "long"),
        (sql.Integer, "int"),
        (sql.Double, "double"),
        (sql.Float, "float"),
        # which has nothing for decimal numbers
        (sql.Numeric, "double"),
    ):
        if isinstance(kind, of_sql):
            return {"datatype": name}
    if isinstance(kind, sql.DateTime):
        return {"datatype": "timestamp", "votable:arraysize": "*", "votable:xtype": "timestamp"}
    if isinstance(kind, sql.Date):
        return {"datatype": "char", "length": len("2027-01-31")}
    if isinstance(kind, sql.CHAR):
        return {"datatype": "char", "length": kind.length}
    is_ascii = not isinstance(kind, (sql.Unicode, sql.UnicodeText))
    if kind.length is None:
        return {"datatype": "text", "votable:datatype": "char" if is_ascii else "unicodeChar", "votable:arraysize": "*"}
    name = "string" if is_ascii else "unicode"
    return {"datatype": name, "length": kind.length, "votable:arraysize": f"{kind.length}*"}


def _view() -> dict[str, Any]:
    return {
        "name": OBSCORE,
        "@id": f"#{OBSCORE}",
        "description": _TABLES[OBSCORE],
        "columns": [_view_column(column, index) for index, column in enumerate(obscore_columns())],
    }


def _view_column(column: ObsCoreColumn, index: int) -> dict[str, Any]:
    if column.datatype == "string":
        kind: dict[str, Any] = {"datatype": "text", "votable:datatype": "char", "votable:arraysize": "*"}
        if column.name == "s_region":
            kind["votable:xtype"] = "adql:REGION"
    else:
        kind = {"datatype": column.datatype}
    found = {
        "name": column.name,
        "@id": f"#{OBSCORE}.{column.name}",
        "description": column.description,
        **kind,
        "ivoa:ucd": column.ucd,
        "ivoa:unit": column.unit,
        "votable:utype": column.utype,
        "tap:std": 1,
        "tap:principal": int(column.is_mandatory),
        "tap:column_index": index,
    }
    return {key: value for key, value in found.items() if value is not None}
