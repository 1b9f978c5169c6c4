"""The beginning of a file -> its header, or just what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, overload

from ..errors import SchemaError, UnknownTagError
from ..nodes.classes import class_name_of_family, model_name, node_name_of, other_kind
from ..nodes.from_file import build_root
from ..schema import installed, retired_tags, uris
from ..schema.store import remedy
from .content import HeaderBytes, parse_tree, read_header_bytes
from .header import Header
from .header_source import HeaderSource
from .roots import name_and_version, named, roman_part, roman_tag, value_of, writers
from .streams import FileLike, beginning

__all__ = ["Identity", "identify", "identify_whole", "read_header"]


_Node_co = TypeVar("_Node_co", covariant=True)


class _ModelOf(Protocol[_Node_co]):
    """A model, by the class of its node."""

    @property
    def node(self) -> _Node_co:
        """The top node."""
        ...


@overload
def read_header(
    source: FileLike, model: type[_ModelOf[_Node_co]], *, storage_options: Mapping[str, Any] | None = None
) -> Header[_Node_co]: ...


@overload
def read_header(
    source: FileLike, model: None = None, *, storage_options: Mapping[str, Any] | None = None
) -> Header: ...


def read_header(
    source: FileLike, model: type[Any] | None = None, *, storage_options: Mapping[str, Any] | None = None
) -> Header[Any]:
    """Read the header of a Roman file, and nothing behind it.

    Of a file behind a URL the first 64 kB are requested, and more only if the header is longer. Nothing is checked;
    `asdf` is imported only to build an object (a WCS, a table) when it is used. A section of the header is
    read when it is used: if it is broken or holds too much, the error may come then.

    Parameters
    ----------
    source : str, path-like, bytes or binary file object
        A path or URL, the bytes of a file or of its header alone, or a stream at its beginning, which is put back
        there if it can seek.
    model : type, optional
        The class of models that the file must be of: `ImageModel`. Type checkers then know every name of the nodes.
    storage_options : mapping, optional
        For a URL, what fsspec takes.

    Returns
    -------
    Header
        With the same typed nodes as `open` gives, read-only.

    Raises
    ------
    NotAsdfError, TruncatedFileError
        It is not an ASDF file, or the header is not whole.
    NotRomanError, UnknownTagError
        It holds no Roman data model.
    HeaderLimitError
        The header is larger than the settings ``header_max_bytes``, ``header_max_depth``, ``header_max_nodes`` and
        ``header_max_items`` allow.
    SourceTypeError
        A header cannot be read from such an object, or the file is of another kind than `model`.
    FileNotFoundError, PermissionError
        As the system says.
    """
    if model is not None:
        node_name_of(model)
    content, name = _content(source, storage_options)
    raw, uri = roman_part(parse_tree(content, name), name)
    node = build_root(raw, uri, HeaderSource(name, content.standard))
    model_type = _model_type(uris.parse(uri))
    if model_type is None:
        raise UnknownTagError(name, f"{raw.tag} is not a tag of a file: {type(node).__name__} stands inside of others")
    error = None if model is None else other_kind(node, model, name)
    if error is not None:
        raise error
    return Header(node, name, model_type)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file is, and what wrote it.

    Parameters
    ----------
    file : str or None
        Path or URL; None for bytes, and for a stream without a name.
    model_type : str or None
        Name of the class that `open` gives: ``"ImageModel"``. None for a family that this package does not know.
    family : str
        Its kind: ``"wfi_image"``.
    version : str
        Version of its schema: ``"2.2.0"``.
    tag : str
        Its tag, which is made of both.
    is_known : bool
        Whether the installed ``rad`` has this very version. A newer minor version opens by the nearest that it has.
    software : str or None
        What wrote its nodes: ``"roman_datamodels 1.2.0"``. None where the file does not say.
    rad : str or None
        Release of the schemas that it was written by: ``"rad 1.2.1"``.
    asdf : str or None
        The library that wrote the file: ``"asdf 6.0.0"``.
    calibration_software : str or None
        The pipeline, as ``meta`` names it: ``"RomanCAL 0.16.0"``.
    """

    file: str | None
    model_type: str | None
    family: str
    version: str
    tag: str
    is_known: bool
    software: str | None
    rad: str | None
    asdf: str | None
    calibration_software: str | None


def identify(source: FileLike, storage_options: Mapping[str, Any] | None = None) -> Identity:
    """Identify a file from its first bytes.

    A file of a schema that is not installed is identified as well, without a warning. A file that is not a Roman file
    is an error, as it is for `open`.

    Parameters
    ----------
    source : str, path-like, bytes or binary file object
        As for `read_header`.
    storage_options : mapping, optional
        For a URL, what fsspec takes.

    Returns
    -------
    Identity
        What it is, and what wrote it.

    Raises
    ------
    NotAsdfError, TruncatedFileError
        It is not an ASDF file, or the header is not whole.
    NotRomanError, UnknownTagError
        It is an ASDF file, but of no Roman data model.
    HeaderLimitError, SourceTypeError, FileNotFoundError, PermissionError
        As for `read_header`.
    """
    return _identity(*_content(source, storage_options))


def identify_whole(path: str) -> Identity:
    """Identify a file as `identify` does, and check that a local one is complete.

    Parameters
    ----------
    path : str
        Path or URL.

    Raises
    ------
    TruncatedFileError, ForeignValueError
        It is cut behind its header, or the head of a block is broken.
    """
    from .wholeness import require_whole

    with beginning(path, None) as (stream, name):
        content = read_header_bytes(stream, name)
        identity = _identity(content, name)
        require_whole(stream, content, name)
    return identity


def _identity(content: HeaderBytes, name: str | None) -> Identity:
    tree = parse_tree(content, name)
    tag = roman_tag(tree, name)
    top = value_of(tree, "roman")
    uri = _uri(tag, name)
    former_uri = retired_tags.schema_of_file(tag, top)
    software, rad = writers(tree)
    return Identity(
        file=name,
        model_type=_model_type(uri if former_uri is None else uris.parse(former_uri)),
        family=uri.family,
        version=uri.version,
        tag=tag,
        is_known=installed().store.schema_of(tag) is not None,
        software=software,
        rad=rad,
        asdf=named(value_of(tree, "asdf_library")),
        calibration_software=_calibration_software(top),
    )


def _content(source: Any, storage_options: Mapping[str, Any] | None) -> tuple[HeaderBytes, str | None]:
    with beginning(source, storage_options) as (stream, name):
        return read_header_bytes(stream, name), name


def _uri(tag: str, name: str | None) -> uris.URI:
    try:
        uri = uris.parse(tag)
    except SchemaError:
        uri = None
    if uri is None or uri.base not in installed().store.bases or uri.kind != "tags":
        hint = "" if uri is None else f", nor of registered schemas. {remedy(tag)}"
        raise UnknownTagError(name, f"what stands under 'roman' bears the tag {tag}, which is not of Roman{hint}")
    return uri


def _model_type(uri: uris.URI) -> str | None:
    """Return the name of the model of a family of files; None for what is not a file."""
    return model_name(class_name_of_family(uri) or "")


def _calibration_software(roman: Any) -> str | None:
    meta = value_of(roman, "meta")
    name, version = (value_of(meta, f"calibration_software_{part}") for part in ("name", "version"))
    # the first schemas had no name: there was but one
    return None if version is None else name_and_version(name or "romancal", version)
