"""Tagged scalars of old files (RAD 1.0 to 1.2): a `str` or a `Time` that bears a tag."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from ..errors import SchemaNotFoundError
from ..schema import installed, uris
from ..schema.uris import ROMAN
from ..yaml import TaggedScalar
from .classes import class_of_document
from .fake_values import fake_scalar

__all__ = ["ScalarNode", "StringNode", "UndescribedString", "is_time", "scalar"]

_String = TypeVar("_String", bound="StringNode")


class ScalarNode:
    """What a tagged scalar has beside its value: the schema and the tag that it keeps when it is saved."""

    __slots__ = ()

    _base: ClassVar[str] = ROMAN
    _families: ClassVar[tuple[str, ...]] = ()
    # generated: what a new one holds, in a minimal node and in a fake one
    _minimal: ClassVar[str | None] = None
    _fake: ClassVar[str | None] = None

    _uri: str

    @property
    def schema_uri(self) -> str:
        """URI of the schema of the scalar."""
        return self._uri

    @property
    def version(self) -> str:
        """Version of that schema."""
        return uris.parse(self._uri).version

    @property
    def tag(self) -> str:
        """The tag under which it is written."""
        tag = installed().store.tag_of(self._uri)
        assert tag is not None
        return tag

    def __roman_tag__(self) -> str:
        return self.tag

    def plain(self) -> Any:
        """Return the value without its tag."""
        raise NotImplementedError  # by the type of the scalar

    def __roman_lower__(self) -> Any:
        raise NotImplementedError  # by the type of the scalar

    @classmethod
    def of(cls, value: Any, uri: str) -> Any:
        """Return a value as the tagged scalar of the schema `uri`; as it is when it is of another type."""
        raise NotImplementedError  # by the type of the scalar

    @classmethod
    def create_minimal(cls, defaults: Any = None, *, version: str | None = None, tag: str | None = None) -> Any:
        """Make the scalar of a minimal node.

        Parameters
        ----------
        defaults : object, optional
            Its value, if it is known.
        version, tag : str, optional
            The version to make; the newest that has a tag by default.

        Returns
        -------
        ScalarNode or None
            None where the schema must tell.
        """
        value = cls.minimal() if defaults is None else defaults
        return None if value is None else cls.of(value, scalar_uri(cls, version, tag))

    @classmethod
    def create_fake_data(
        cls,
        defaults: Any = None,
        shape: tuple[int, ...] | None = None,
        *,
        version: str | None = None,
        tag: str | None = None,
    ) -> Any:
        """Make the scalar of a fake node; the parameters are those of `create_minimal`.

        Parameters
        ----------
        shape : tuple of int, optional
            Not used: a scalar has none.
        """
        uri = scalar_uri(cls, version, tag)
        return cls.of(cls._made_up(uri) if defaults is None else defaults, uri)

    @classmethod
    def minimal(cls) -> Any:
        """Return the value in a minimal node; None where the schema must tell."""
        return cls._minimal

    @classmethod
    def fake(cls) -> Any:
        """Return the value in a fake node; None where the minimal one will do."""
        return cls._fake

    @classmethod
    def _made_up(cls, uri: str) -> Any:
        """Return the value in a fake node of the schema `uri`: that of the class, or one that the schema allows."""
        value = cls.fake()
        value = cls.minimal() if value is None else value
        return fake_scalar(installed().root(uri)) if value is None else value


class StringNode(ScalarNode, str):
    """A tagged `str`.

    Parameters
    ----------
    value : str
        The text.
    version, tag : str, optional
        The version of the schema; the newest that has a tag by default.
    """

    __slots__ = ("_uri",)

    def __new__(cls, value: str = "", /, *, version: str | None = None, tag: str | None = None) -> Self:
        """Make the text and remember its schema."""
        return _string(cls, value, scalar_uri(cls, version, tag))

    @classmethod
    def of(cls, value: Any, uri: str) -> Any:
        """Return a value as the tagged scalar of the schema `uri`."""
        return _string(cls, value, uri) if isinstance(value, str) else value

    def plain(self) -> str:
        """Return the value without its tag."""
        return str.__str__(self)

    def __roman_lower__(self) -> Any:
        return TaggedScalar(self.plain(), self.tag)

    def copy(self) -> Self:
        """Return the text itself, which cannot be changed."""
        return self

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return scalar, (self.plain(), self._uri)


class UndescribedString(ScalarNode, str):
    """A `str` of a file, with a tag of the mission that no installed schema describes, or that of something else.

    Parameters
    ----------
    value : str
        The text.
    tag : str
        The tag.
    """

    __slots__ = ("_tag",)

    _tag: str

    def __new__(cls, value: str, tag: str) -> Self:
        """Make the text and remember its tag."""
        node = str.__new__(cls, value)
        node._tag = tag
        return node

    @property
    def schema_uri(self) -> None:  # type: ignore[override]
        """There is none."""
        return None

    @property
    def version(self) -> str:
        """Version of the tag."""
        return uris.parse(self._tag).version

    @property
    def tag(self) -> str:
        """The tag under which it is written."""
        return self._tag

    def plain(self) -> str:
        """Return the value without its tag."""
        return str.__str__(self)

    def __roman_lower__(self) -> Any:
        return TaggedScalar(self.plain(), self._tag)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return UndescribedString, (self.plain(), self._tag)


def _string(cls: type[_String], value: str, uri: str) -> _String:
    node = str.__new__(cls, value)
    node._uri = uri
    return node


def scalar_uri(cls: type[ScalarNode], version: str | None, tag: str | None) -> str:
    """Return the schema URI of a scalar class at a version or a tag; that of the newest tag by default.

    Raises
    ------
    SchemaNotFoundError
        There is none.
    """
    store = installed().store
    tagged = [
        str(uri) for family in cls._families for uri in store.versions(family, base=cls._base) if store.tag_of(str(uri))
    ]
    wanted = [
        uri
        for uri in tagged
        if (tag is None or store.tag_of(uri) == tag) and (version is None or uris.parse(uri).version == version)
    ]
    if not wanted:
        known = ", ".join(store.tag_of(uri) or "" for uri in tagged)
        raise SchemaNotFoundError(f"{cls.__name__} has no {tag or f'version {version}'}. There are: {known}")
    return wanted[-1]


def scalar(value: Any, uri: str) -> Any:
    """Return a value as the tagged scalar of the schema `uri`; as it is where that is of another type."""
    cls = class_of_document(uri)
    return cls.of(value, uri) if isinstance(cls, type) and issubclass(cls, ScalarNode) else value


def is_time(uri: str) -> bool:
    """Return whether what bears the tag of a schema is a time."""
    cls = class_of_document(uri)
    return isinstance(cls, type) and issubclass(cls, ScalarNode) and not issubclass(cls, str)
