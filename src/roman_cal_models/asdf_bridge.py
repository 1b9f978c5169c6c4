"""What asdf is asked for. Outside ``extension`` (and ``errors_asdf``), nothing else imports asdf.

asdf is imported at the first question, never before. Any room may call it; it knows the errors alone.
"""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from .errors import ForeignValueError, Problem, SchemaNotFoundError

if TYPE_CHECKING:
    from asdf import AsdfFile
    from asdf.extension import Extension
    from astropy.time import Time

__all__ = [
    "cached_by_extensions",
    "converter_of_type",
    "empty_extension",
    "new_file",
    "new_file_of_inline_arrays",
    "resolved_schema",
    "resource",
    "schema_uris_of_tag",
    "tagged",
    "tagged_tree",
    "time_of_yaml",
    "write_file",
]

_T = TypeVar("_T")

# asdf notes which classes were imported since it looked last, and two threads that do so at once disturb each other
_asking_asdf = threading.RLock()


def _renew_lock() -> None:
    """Forget a thread that held the lock, and that a forked process does not have."""
    global _asking_asdf
    _asking_asdf = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


# ---- what asdf is configured with


def cached_by_extensions(function: Callable[..., _T]) -> Callable[..., _T]:
    """Keep what a function returns, as `functools.cache` does, until asdf's extensions or resources are others.

    Parameters
    ----------
    function : callable
        Its answer depends on its positional arguments and on what `asdf.get_config` knows.
    """
    # asdf makes new lists at each change, and `asdf.config_context` shares them until then
    known: tuple[Any, Any, dict[tuple[Any, ...], _T]] = (None, None, {})

    @wraps(function)
    def ask(*args: Any) -> _T:
        nonlocal known
        import asdf

        config = asdf.get_config()
        extensions, mappings, answers = known
        if extensions is not config.extensions or mappings is not config.resource_mappings:
            answers = {}
            known = (config.extensions, config.resource_mappings, answers)
        if args not in answers:
            answers[args] = function(*args)
        return answers[args]

    return ask


def converter_of_type(cls: type) -> Any:
    """Return asdf's converter for a type; None if no extension has one."""
    manager = new_file().extension_manager
    with _asking_asdf:
        return manager.get_converter_for_type(cls) if manager.handles_type(cls) else None


def schema_uris_of_tag(tag: str) -> tuple[str, ...]:
    """Return the URIs of the schemas that asdf's extensions bind to a tag."""
    manager = new_file().extension_manager
    if not manager.handles_tag_definition(tag):
        return ()
    return tuple(manager.get_tag_definition(tag).schema_uris)


def resource(uri: str) -> bytes:
    """Return the content of a resource that is installed, a schema or a manifest.

    Raises
    ------
    SchemaNotFoundError
        None is installed under this URI.
    """
    import asdf

    try:
        resources: Any = asdf.get_config().resource_manager
        content: bytes = resources[uri]
    except KeyError:
        raise SchemaNotFoundError(f"no schema is installed under {uri}") from None
    return content


def resolved_schema(uri: str) -> dict[str, Any]:
    """Return a schema with its references resolved, as asdf does it. It is the caller's own."""
    from asdf.schema import load_schema

    return copy.deepcopy(load_schema(uri, resolve_references=True))


def empty_extension(uri: str) -> Extension:
    """Return a new extension that adds nothing, and is equal to no other one."""
    from asdf.extension import Extension

    class Empty(Extension):
        @property
        def extension_uri(self) -> str:
            return uri

    return Empty()


# ---- a value in asdf's eyes


def tagged_tree(value: Any, context: AsdfFile | None = None) -> Any:
    """Return the tagged tree that asdf would validate and write in place of a value.

    Parameters
    ----------
    value : object
        Any object that asdf can write.
    context : asdf.AsdfFile, optional
        Where blocks of arrays are noted; a new one by default.
    """
    from asdf.yamlutil import custom_tree_to_tagged_tree

    with _asking_asdf:
        return custom_tree_to_tagged_tree(value, context or new_file())


def tagged(tag: str, value: Any) -> Any:
    """Return a plain value under a tag."""
    from asdf import tagged as asdf_tagged

    return asdf_tagged.tag_object(tag, value)


def time_of_yaml(mapping: Mapping[str, Any]) -> Time:
    """Return the time that a file holds as a mapping, because it has a format of its own."""
    from asdf_astropy.converters import TimeConverter

    converter: Any = TimeConverter()
    time: Time = converter.from_yaml_tree(dict(mapping), "", None)
    return time


# ---- files


def new_file(tree: dict[str, Any] | None = None, extensions: list[Any] | None = None) -> AsdfFile:
    """Return a file in memory."""
    from asdf import AsdfFile

    return AsdfFile(tree, extensions=extensions)


@contextmanager
def new_file_of_inline_arrays() -> Generator[AsdfFile]:
    """Lend a file in memory whose arrays are to stand in the YAML."""
    import asdf

    with asdf.config_context() as config:
        config.all_array_storage = "inline"
        yield new_file()


def write_file(
    file: Any, stream: BinaryIO, *, name: str, where: Callable[[Any], str], options: Mapping[str, Any]
) -> None:
    """Write a file.

    Parameters
    ----------
    file : asdf.AsdfFile
        The file.
    stream : binary file object
        Where to.
    name : str
        How messages call the file.
    where : callable
        Returns the path of a value of the tree for a message.
    options : mapping
        What `asdf.AsdfFile.write_to` takes.

    Raises
    ------
    ValidationError
        asdf's validation refuses a value.
    ForeignValueError
        asdf has no converter for a value.
    """
    import asdf

    from .errors import ValidationError  # it is asdf's error as well

    try:
        file.write_to(stream, **options)
    except asdf.exceptions.ValidationError as error:
        problem = Problem(
            tuple(error.path), str(error.validator), error.message, error.instance, error.validator_value, ""
        )
        raise ValidationError([problem], name) from None
    except asdf.exceptions.AsdfSerializationError as error:
        value = error.args[-1]
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        raise ForeignValueError(name, f"{where(value)} cannot be written: asdf has no converter for {kind}") from None
