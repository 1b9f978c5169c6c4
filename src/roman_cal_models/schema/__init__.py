"""What the schemas say.

By level, each knowing only those before it:

- ``uris``: the URIs of schemas, tags and manifests, the only place that takes one apart;
- ``store``: URI -> parsed schema, and RAD's manifests;
- ``values``: what asdf sees of a Python value: its tag, its tree;
- ``rules``: a schema compiled once into fast checks;
- ``places``: what the schemas say of each place in a tree;
- ``facts``: the places of all installed schemas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .facts import Facts
    from .rules import CompiledSchema

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
    from .rules import compile_schema as compile_with
    from .store import store

    return compile_with(schema, uri=uri, resolve=store().load, tagged=_schemas_of_tag)


@cache
def installed() -> Facts:
    """Return the facts of the installed schemas, made at first use."""
    from .facts import Facts
    from .rules import Compiler
    from .store import store

    return Facts(store(), Compiler(store().load, _schemas_of_tag))


def _schemas_of_tag(tag: str) -> Sequence[CompiledSchema]:
    """Return the checks that every value of a tag must pass, as asdf finds them by the tag."""
    uri = installed().store.schema_of(tag)
    if uri is not None:
        return (installed().compiler.compile(uri, ""),)
    if not tag.startswith(("tag:", "asdf:")) or tag.startswith("tag:yaml.org,2002:"):
        return ()
    from .values import schema_uris_of_tag

    return tuple(installed().compiler.compile(uri, "") for uri in schema_uris_of_tag(tag))
