"""Small folders of schemas, made for one test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from roman_cal_models.schema.registry import SchemaRegistry
from roman_cal_models.schema.store import Store

__all__ = ["BASE", "made", "schema_uri", "tag_uri", "write_manifest", "write_schemas"]

BASE = "asdf://example.org/made"


def schema_uri(name: str, base: str = BASE) -> str:
    return f"{base}/schemas/{name}"


def tag_uri(name: str, base: str = BASE) -> str:
    return f"{base}/tags/{name}"


def write_schemas(folder: Path, schemas: Mapping[str, Mapping[str, Any]], base: str = BASE) -> None:
    """Write schemas, by their names: ``meta/step-1.0.0``."""
    for name, schema in schemas.items():
        _write(folder / f"schemas/{name}.yaml", {"id": schema_uri(name, base), **schema})


def write_manifest(folder: Path, tags: Mapping[str, str], name: str = "made-1.0.0", base: str = BASE) -> None:
    """Write a manifest that binds tags to schemas, both by their names."""
    bound = [{"tag_uri": tag_uri(tag, base), "schema_uri": schema_uri(of, base)} for tag, of in tags.items()]
    document = {"id": f"{base}/manifests/{name}", "extension_uri": f"{base}/extensions/{name}", "tags": bound}
    _write(folder / f"manifests/{name}.yaml", document)


def made(folder: Path, schemas: Mapping[str, Mapping[str, Any]], *tagged: str, base: str = BASE) -> SchemaRegistry:
    """Return the registry of some schemas, of which those named at the end have tags of the same names."""
    write_schemas(folder, schemas, base)
    write_manifest(folder, {name: name for name in tagged}, base=base)
    return SchemaRegistry(Store([(base, folder)]))


def _write(file: Path, document: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # JSON is YAML
    file.write_text(json.dumps(document), encoding="utf-8")
