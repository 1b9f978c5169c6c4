"""What the schemas say: where they are, where they lead, what they say of a value, and whether a value fits.

Every room above asks here, and nothing here knows a node, a file or a model. What stands here calls the ground floor
only. `installed` and `compile_schema` are what most callers need; of the modules below, others may import all but those
of ``validators``, which only the registry and the records ask. By level, each knowing only those before it:

- ``uris``: the URIs of schemas, tags and manifests, the only place that takes one apart;
- ``retired_tags``: the tags that RAD has given up;
- ``store``: URI -> parsed schema, and RAD's manifests;
- ``resolver``: from one piece of a schema to the next, the only place that follows ``$ref``, ``allOf``, ``anyOf``;
- ``values``, ``bounds``: what asdf sees of a Python value, and what a foreign object may ask for;
- ``validators``: schemas compiled into fast checks;
- ``properties``: the records of what the schemas say of one property or object, merged;
- ``registry``: what is installed: one store, its records and its checks;
- ``families``, ``resolved``: what node classes are made of, and schemas in one piece for users who read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .registry import SchemaRegistry
    from .validators.compiler import CompiledSchema

__all__ = ["compile_schema", "installed"]


def compile_schema(schema: Mapping[str, Any], *, uri: str = "") -> CompiledSchema:
    """Compile a schema into checks.

    JSON Schema draft 4 and asdf's additions (``tag``, ``datatype``, ``exact_datatype``, ``ndim``, ``max_ndim``).
    A ``$ref`` may lead to any installed schema.

    Parameters
    ----------
    schema : mapping
        The schema, parsed.
    uri : str, optional
        Its URI, for relative references and for messages; by default its ``id``.

    Returns
    -------
    CompiledSchema
        Its ``problems(instance)`` lists every problem of an instance.

    Raises
    ------
    SchemaError
        A keyword has a value that it cannot have, or a ``$ref`` leads nowhere.

    Examples
    --------
    >>> from roman_cal_models.schema import compile_schema
    >>> [str(problem) for problem in compile_schema({"type": "string", "maxLength": 3}).problems("dark")]
    ["'dark' is too long: 4 characters, at most 3"]
    """
    from .validators.compiler import compile_schema as compile_with

    return compile_with(schema, uri=uri, load=installed().store.load, tagged=installed().compiled_of_tag)


@cache
def installed() -> SchemaRegistry:
    """Return the registry of the installed schemas, made at first use."""
    from .registry import SchemaRegistry
    from .store import store

    return SchemaRegistry(store(), restored_by=installed)
