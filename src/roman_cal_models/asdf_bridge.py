"""What asdf is asked for. Outside ``extension`` (and ``errors_asdf``), nothing else imports asdf.

asdf is imported at the first question, never before. Any room may call it; it knows the errors alone.
"""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar
from weakref import WeakKeyDictionary

from .errors import ForeignValueError, Problem, SchemaNotFoundError
from .locks import LongLock
from .printable import printable

if TYPE_CHECKING:
    from asdf import AsdfFile
    from astropy.time import Time

__all__ = [
    "Conversion",
    "cached_by_extensions",
    "compressions",
    "compressor_of",
    "converted_tree",
    "converter_of_type",
    "file_for_conversions",
    "inline_threshold",
    "known_tags",
    "new_file",
    "new_file_of_inline_arrays",
    "newest_tag",
    "resolved_schema",
    "resource",
    "schema_uris_of_tag",
    "settled_config",
    "tagged",
    "tagged_tree",
    "time_of_yaml",
    "warn_of_unknown_tags",
    "write_file",
]

_T = TypeVar("_T")

# asdf notes which classes were imported since it looked last, and two threads that do so at once disturb each other
_asking_asdf = LongLock()

# by which file a thread converts
_of_thread = threading.local()


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
    with _asking_asdf.held():
        return manager.get_converter_for_type(cls) if manager.handles_type(cls) else None


def schema_uris_of_tag(tag: str) -> tuple[str, ...]:
    """Return the URIs of the schemas that asdf's extensions bind to a tag."""
    manager = new_file().extension_manager
    if not manager.handles_tag_definition(tag):
        return ()
    return tuple(manager.get_tag_definition(tag).schema_uris)


@cached_by_extensions
def known_tags() -> frozenset[str]:
    """Return the tags that asdf's extensions know."""
    return frozenset(tag.tag_uri for each in new_file().extension_manager.extensions for tag in each.tags)


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


def inline_threshold() -> int | None:
    """Return how many elements an array must have to stand in a block, if asdf was told."""
    import asdf

    threshold: int | None = asdf.get_config().array_inline_threshold
    return threshold


def compressions() -> frozenset[bytes]:
    """Return the four letters of the compressions that asdf's extensions know."""
    extensions = new_file().extension_manager.extensions
    return frozenset(compressor.label.ljust(4, b"\0") for each in extensions for compressor in each.compressors)


def compressor_of(compression: bytes) -> Any:
    """Return the compressor that one of asdf's extensions has for four letters; None if none has one."""
    import asdf

    for extension in asdf.get_config().extensions:
        for compressor in extension.compressors:
            if compressor.label == compression.rstrip(b"\0"):
                return compressor
    return None


@contextmanager
def settled_config() -> Generator[Any]:
    """Have asdf behave the same whatever its release and its global settings are."""
    import asdf

    # found out once and for all: a context that finds them missing looks for them itself, and forgets them at its end
    config = asdf.get_config()
    _ = config.extensions, config.resource_mappings
    with asdf.config_context() as config:
        config.validate_on_read = False
        config.warn_on_failed_conversion = False
        config.default_array_save_base = False
        yield config


# ---- a value in asdf's eyes


class Conversion:
    """Objects -> the tagged trees that asdf validates and writes in their place.

    It does what asdf's own walk does, by the same converters, but looks a type up once, and no plain value. What it
    does not do (objects that hold themselves, converters that are generators, containers of other types) is left to
    asdf's walk.

    Parameters
    ----------
    file : asdf.AsdfFile
        Whose extensions are asked, and where blocks of arrays are noted.
    """

    def __init__(self, file: AsdfFile) -> None:
        from asdf.extension._serialization_context import BlockAccess

        self.context: Any = file._create_serialization_context(BlockAccess.WRITE)
        self._file = file
        self._manager = file.extension_manager
        self._converters = _converters.setdefault(self._manager, {})
        # by identity, with the value itself, so that no other gets its identity meanwhile
        self._trees: dict[int, tuple[Any, Any]] = {}
        self._within: set[int] = set()

    def tree(self, value: Any) -> Any:
        """Return the tagged tree of a value; the same object where the value was met before."""
        from asdf.yamlutil import custom_tree_to_tagged_tree

        try:
            if any(self._converter(cls) is not None for cls in _PLAIN):
                raise _LeftToAsdf
            return self._tree(value)
        except _LeftToAsdf:
            return custom_tree_to_tagged_tree(value, self._file, _serialization_context=self.context)
        finally:
            self._within.clear()

    @property
    def has_blocks(self) -> bool:
        """Whether a converter has asked for a block of the file."""
        blocks: Any = self._file._blocks
        return len(blocks._write_blocks) > 0 or blocks._streamed_write_block is not None

    def _tree(self, value: Any) -> Any:
        if value.__class__ in _SCALARS:
            return value
        identity = id(value)
        known = self._trees.get(identity)
        if known is not None:
            return known[1]
        if identity in self._within:
            raise _LeftToAsdf
        self._within.add(identity)
        converter = self._converter(value.__class__)
        tree = self._members(value if converter is None else self._converted(value, converter))
        self._within.discard(identity)
        self._trees[identity] = (value, tree)
        return tree

    def _converter(self, cls: type) -> Any:
        known = self._converters
        if cls in known:
            return known[cls]
        converter = self._manager.get_converter_for_type(cls) if self._manager.handles_type(cls) else None
        # a class of another library may get one when another of its modules is imported
        if converter is not None or cls.__module__ in _SETTLED:
            known[cls] = converter
        return converter

    def _converted(self, value: Any, converter: Any) -> Any:
        """Have the converter of a value make its tree, or those that it leaves that to."""
        context, used = self.context, []
        while (tag := converter.select_tag(value, context)) is None:
            used.append(converter)
            value = converter.to_yaml_tree(value, tag, context)
            converter = self._converter(value.__class__)
            if converter is None:
                return value
            if converter in used:
                raise _LeftToAsdf  # which says what is wrong
        context.assign_object(value)
        content = converter.to_yaml_tree(value, tag, context)
        context.assign_blocks()
        if not isinstance(content, (dict, list, str)):
            raise _LeftToAsdf
        context._mark_extension_used(converter.extension)
        return tagged(tag, content)

    def _members(self, value: Any) -> Any:
        cls = value.__class__
        if cls is dict:
            return {key: self._tree(item) for key, item in value.items()}
        if cls is list:
            return [self._tree(item) for item in value]
        if cls is tuple:
            return tuple([self._tree(item) for item in value])
        tag = getattr(value, "_tag", None)
        content = value if tag is None else value.data
        if content.__class__ is dict or content.__class__ is list:
            return cls(self._members(content), tag)
        if isinstance(value, (dict, list, tuple)) or cls.__module__ == "asdf.lazy_nodes":
            raise _LeftToAsdf
        return value


class _LeftToAsdf(Exception):
    """The tree holds something that asdf's own walk must convert."""


_SCALARS: frozenset[type] = frozenset({str, int, float, bool, type(None)})
_PLAIN: tuple[type, ...] = (*_SCALARS, dict, list, tuple)

# modules whose classes have a converter from the beginning or never
_SETTLED = frozenset({"builtins", "numpy", "asdf.tagged"})

_converters: WeakKeyDictionary[Any, dict[type, Any]] = WeakKeyDictionary()
"""What is known of the converters of types, by the extensions that have them."""


def tagged_tree(value: Any, conversion: Conversion | None = None) -> Any:
    """Return the tagged tree that asdf would validate and write in place of a value.

    Parameters
    ----------
    value : object
        Any object that asdf can write.
    conversion : Conversion, optional
        What converts it; a new one by default.
    """
    with _asking_asdf.held():
        return (conversion or Conversion(new_file())).tree(value)


def tagged(tag: str, value: Any) -> Any:
    """Return a plain value under a tag."""
    from asdf import tagged as asdf_tagged

    return asdf_tagged.tag_object(tag, value)


def converted_tree(tree: Any, file: AsdfFile) -> Any:
    """Return what asdf's converters make of a tagged tree, by the version of the standard of a file."""
    from asdf.yamlutil import tagged_tree_to_custom_tree

    # a file notes in itself what is being converted: two threads that shared one would mix up their trees
    if getattr(_of_thread, "like", None) is not file:
        _of_thread.like, _of_thread.file = file, file_for_conversions(file.version_string)
    return tagged_tree_to_custom_tree(tree, _of_thread.file)


def newest_tag(stem: str, file: AsdfFile) -> str | None:
    """Return the newest tag beginning with `stem` that asdf can build, by the file's version of the standard."""
    manager = file.extension_manager
    known = {tag.tag_uri for extension in manager.extensions for tag in extension.tags}
    return max((tag for tag in known if tag.startswith(stem) and manager.handles_tag(tag)), default=None)


def warn_of_unknown_tags(tags: Iterable[str], file: AsdfFile) -> None:
    """Warn of what stays as it is in the YAML, as asdf does, but in no letters that a terminal obeys."""
    unknown = {tag for tag in tags if not file.extension_manager.handles_tag(tag)}
    if unknown:
        from asdf.exceptions import AsdfConversionWarning

        for tag in sorted(unknown):
            text = f"{tag} is not recognized, converting to raw Python data structure"
            warnings.warn(printable(text), AsdfConversionWarning, stacklevel=3)


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


def file_for_conversions(standard: str) -> AsdfFile:
    """Return a file without blocks, of the version of the ASDF standard that says what tags mean."""
    import asdf

    _let_tagged_be_pickled()
    try:
        # arrays in the tree are arrays at once, also inside of an object of an unknown tag
        return asdf.AsdfFile(version=standard, lazy_load=False, ignore_unrecognized_tag=True)
    except ValueError:  # a standard that this asdf does not know: its newest is the nearest
        return asdf.AsdfFile(lazy_load=False, ignore_unrecognized_tag=True)


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


def _let_tagged_be_pickled() -> None:
    """Have an object of an unknown tag pickled, which asdf gives in classes that do not know how."""
    import copyreg

    from asdf.tagged import TaggedDict, TaggedList

    for cls in (TaggedDict, TaggedList):
        copyreg.pickle(cls, _reduced)


def _reduced(value: Any) -> tuple[Any, ...]:
    return type(value), (value.data, value._tag)
