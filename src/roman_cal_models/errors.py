"""Every exception and warning of this package, under one base.

Each is also the built-in (or asdf) type that a caller would catch without knowing us.
``ValidationError`` is an `asdf.exceptions.ValidationError` too; importing asdf takes far longer than
importing this package, so that one class stands in ``errors_asdf`` and is fetched when it is first named.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .printable import printable, printable_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from .errors_asdf import ValidationError

__all__ = [
    "CatalogError",
    "CatalogWarning",
    "ChecksumError",
    "ConversionError",
    "CutoutError",
    "FileError",
    "FilenameMismatchWarning",
    "FitsWarning",
    "ForeignValueError",
    "HeaderLimitError",
    "InvalidSchemaError",
    "MissingKeyError",
    "MissingPackageError",
    "ModelClosedError",
    "NeedsBlocks",
    "NewerVersionWarning",
    "NotAsdfError",
    "NotRomanError",
    "OutsideImageError",
    "Problem",
    "ReadOnlyError",
    "ReservedNameError",
    "RomanCalModelsError",
    "SchemaError",
    "SchemaNotFoundError",
    "SchemaProblem",
    "SchemaWarning",
    "SkippedFileWarning",
    "SourceTypeError",
    "StackError",
    "TargetError",
    "TargetExistsError",
    "TruncatedFileError",
    "UnitError",
    "UnknownAttributeError",
    "UnknownAttributeWarning",
    "UnknownTagError",
    "UpgradeError",
    "ValidationError",
    "ValidationWarning",
    "WorkerError",
    "format_path",
]

ROMAN_SCHEMAS = "asdf://stsci.edu/datamodels/roman/schemas/"


def format_path(path: tuple[str | int, ...]) -> str:
    """Return a path in a tree as a person would write it: ``meta.exposure.read_pattern[0]``.

    Parameters
    ----------
    path : tuple of str and int
        Keys of objects and indices of lists, from the top.
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else str(part)
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a value breaks its schema, or in which its file is broken.

    Parameters
    ----------
    path : tuple of str and int
        Where the value stands, from the node that was checked: ``("meta", "cal_step", "flat_field")``.
    kind : str
        The schema keyword that is broken: ``"enum"``, ``"type"``, ``"required"``, ``"tag"``, ...
        Of what a model was opened from: ``"truncated"``, where the file is cut; ``"block"``, where the head of a
        block does not fit, or its content cannot be decompressed; ``"checksum"``, where a block is not what was
        written; ``"no_checksum"``, where the writer left none; ``"index"``, where the index of the blocks is wrong.
        ``"shape"``, where an array has another shape than the one that it belongs to.
        Branch on this, never on the text.
    message : str
        What is wrong, without the path: ``'DONE' is not one of 'N/A', 'COMPLETE'``.
    value : object
        The value that was found (for ``required``: the object that lacks the property; for a block, its number).
    allowed : object
        The value of the keyword: the list of allowed values, the maximum, the wanted tag, ...
    schema_uri : str
        The schema that asks for it; empty where it is not a schema that does.
    level : {"error", "warning"}
        A model with errors is not valid. A model whose only problems are
        warnings, of kind ``"shape"`` or ``"no_checksum"``, can be saved.
    """

    path: tuple[str | int, ...]
    kind: str
    message: str
    value: Any
    allowed: Any
    schema_uri: str
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = format_path(self.path)
        text = f"{where}: {self.message}" if where else self.message
        schema = self.schema_uri.removeprefix(ROMAN_SCHEMAS)
        return printable(f"{text} ({schema})" if schema else text)


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """What is wrong with a file of a folder of schemas.

    Parameters
    ----------
    file : str
        The schema or the manifest; the folder, where none is to be named.
    path : tuple of str and int
        Where in it: ``("properties", "flux", "unit")``. Empty for the whole file.
    kind : str
        The rule that is broken: a keyword of schemas (``"type"``, ``"required"``), by the metaschema, or ``"unit"``,
        ``"tag"``, ``"$ref"``, ``"title"``, ``"keyword"`` (one that is not known), ``"id"``, ``"name"`` (of a class),
        ``"yaml"``, ``"style"``, ``"ccsp"``, ``"archive"``, ``"newest"``. Branch on this, never on the text.
    message : str
        What is wrong, without file and path.
    value : object
        What was found.
    allowed : object
        What may stand there; None where no list or rule can be given.
    level : {"error", "warning"}
        A folder with errors is not registered.
    """

    file: str
    path: tuple[str | int, ...]
    kind: str
    message: str
    value: Any = None
    allowed: Any = None
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = format_path(self.path)
        return printable(f"{self.file}: {where}: {self.message}" if where else f"{self.file}: {self.message}")


def told(error: BaseException, file: str | PathLike[str] | None = None) -> str:
    """Return an error as one line that names the file: those of the system in the manner of our own.

    Parameters
    ----------
    error : BaseException
        Of this package or of the system.
    file : str or path-like, optional
        The file it is about, unless its text names one.
    """
    text = str(error) or type(error).__name__
    name = None if file is None else os.fspath(file)
    if isinstance(error, OSError) and error.strerror and not isinstance(error, RomanCalModelsError):
        named = [os.fsdecode(each) for each in (error.filename, error.filename2) if isinstance(each, (str, bytes))]
        text, name = error.strerror, " -> ".join(named) or name
    elif name is not None and printable(name) in printable(text):
        name = None
    return printable(text if name is None else f"{name}: {text}")


class _Printable(BaseException):
    """An error whose text may quote a file and is shown at terminals: it is one line without control characters."""

    def __str__(self) -> str:
        return printable(super().__str__())


class RomanCalModelsError(_Printable, Exception):
    """Base of all exceptions of this package."""


class MissingKeyError(RomanCalModelsError, AttributeError, KeyError):
    """A node holds nothing under this name.

    Both an `AttributeError` and a `KeyError`, whichever spelling was used. The text is made only when it is read:
    ``hasattr`` and ``getattr`` with a default meet this error often and throw it away.

    Parameters
    ----------
    key : object
        The name.
    describe : callable, optional
        Returns the text.
    """

    def __init__(self, key: object, describe: Callable[[], str] | None = None) -> None:
        super().__init__(key)
        self.key = key
        self._describe = describe

    def __str__(self) -> str:
        return printable(f"{self.key!r} is not here" if self._describe is None else self._describe())

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_missing_key, (self.key, str(self))


def _restore_missing_key(key: object, text: str) -> MissingKeyError:
    return MissingKeyError(key, lambda: text)


class ReservedNameError(RomanCalModelsError, AttributeError):
    """The attribute that was set cannot be a property: a method has this name, or it begins with an underscore."""


class UnknownAttributeError(RomanCalModelsError, AttributeError):
    """A name that the schema does not know was set while ``config(unknown="error")`` holds."""


class FilenameMismatchWarning(_Printable, UserWarning):
    """A file was renamed since it was written: ``meta.filename`` names another. The model keeps what is written."""


class CatalogWarning(_Printable, UserWarning):
    """A column of the archive's catalogue has another type in the database than RAD gives it, and is left so."""


class FitsWarning(_Printable, UserWarning):
    """A FITS file says less than the model, or less exactly: of its WCS, or an array of a type that FITS lacks."""


class SkippedFileWarning(_Printable, UserWarning):
    """A file was left out of a stack, as ``on_error="skip"`` asks for; the text says why."""


class NewerVersionWarning(_Printable, UserWarning):
    """A file bears a tag that is newer than the installed schemas, and the nearest that they know is used for it.

    Or it is of a kind that the installed RAD knows and this release does not, and has a class that was made of its
    schema. The text says which package to update.
    """


class UnknownAttributeWarning(_Printable, UserWarning):
    """A name was set that the schema does not know and that is close to one that it knows."""


class ValidationWarning(UserWarning):
    """A value breaks its schema, and ``config(validate_assignment="warn")`` holds."""

    def __str__(self) -> str:
        # its text is that of a `ValidationError`, which has a line a problem
        return printable_lines(super().__str__())


class SchemaError(RomanCalModelsError, ValueError):
    """A schema cannot be used: a broken URI, a `$ref` that leads nowhere, a keyword of the wrong type."""


class InvalidSchemaError(SchemaError):
    """A folder of schemas cannot be registered.

    Parameters
    ----------
    problems : sequence of SchemaProblem
        All that is wrong, in the order of the files. The text has a line for each.
    """

    def __init__(self, problems: Sequence[SchemaProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __str__(self) -> str:
        return printable_lines(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


class SchemaWarning(_Printable, UserWarning):
    """Something in a schema that was registered is most likely a mistake, such as a keyword that nobody knows."""


class SchemaNotFoundError(SchemaError, LookupError):
    """No schema is installed under this URI."""


class UnitError(RomanCalModelsError, ValueError):
    """The unit of a value is not known, or not one that its schema allows."""


class UpgradeError(RomanCalModelsError, ValueError):
    """A model cannot be brought to another version."""

    missing: tuple[str, ...] = ()
    """What the newer version requires, and neither the model nor a rule tells."""


class MissingPackageError(RomanCalModelsError, ImportError):
    """A package is not installed that is needed only for this; the text says how to install it."""


class CatalogError(RomanCalModelsError, ValueError):
    """The archive's catalogue cannot be written there, or not be asked this, or an argument does not fit."""


class WorkerError(RomanCalModelsError, RuntimeError):
    """Processes to read files in could not be started."""


class FileError(RomanCalModelsError):
    """Base of the errors about one file; ``.file`` names it.

    Parameters
    ----------
    file : str, path-like or None
        The file, or None for bytes and streams that have no name.
    message : str
        What is wrong with it.
    """

    def __init__(self, file: str | PathLike[str] | None, message: str) -> None:
        self.file = None if file is None else str(file)
        self.message = message
        super().__init__(f"{self.file}: {message}" if self.file else message)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.file, self.message)


class NotAsdfError(FileError, ValueError):
    """The file is not an ASDF file."""


class NotRomanError(FileError, ValueError):
    """The ASDF file holds no Roman data model under the key ``roman``."""


class UnknownTagError(NotRomanError, TypeError):
    """What stands under ``roman`` does not bear the tag of a Roman data model."""


class TruncatedFileError(NotAsdfError, EOFError):
    """The file ends before its header or a block of it does."""


class TargetError(FileError, OSError):
    """A file cannot be saved under this name: it is a URL, or not text, or what is there is not a file."""


class TargetExistsError(TargetError, FileExistsError):
    """A file is there already, and was not allowed to be replaced."""


class ForeignValueError(FileError, ValueError):
    """A foreign object of a file (an array, a WCS, a time, a table) cannot be built from what the file holds."""


class StackError(FileError, ValueError):
    """A file does not fit into a stack: its array is not like the others, cannot be referred to, or has changed."""


class ChecksumError(ForeignValueError):
    """The bytes that an array of a file is made of are not those that were written: their checksum differs."""


class NeedsBlocks(ForeignValueError):
    """A value of a header needs a block of the file: open the file to read it."""


class HeaderLimitError(FileError, ValueError):
    """A header is larger, deeper or longer than a setting allows.

    Parameters
    ----------
    file : str, path-like or None
        The file.
    message : str
        What there is too much of.
    setting : str
        Name of the setting: ``header_max_bytes``, ``header_max_depth``, ...
    limit : int
        Its value.
    """

    def __init__(self, file: str | PathLike[str] | None, message: str, setting: str, limit: int) -> None:
        self.setting = setting
        self.limit = limit
        super().__init__(file, message)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.file, self.message, self.setting, self.limit)


class ConversionError(FileError, ValueError):
    """A model cannot be given to another tool so: it has no image, or a column that FITS has no type for."""


class CutoutError(FileError, ValueError):
    """Nothing can be cut out of a model so: it has no image or no WCS, or the size is none."""


class OutsideImageError(CutoutError, IndexError):
    """A part that was to be cut out lies outside of the image, all of it."""


class ReadOnlyError(RomanCalModelsError, TypeError, AttributeError):
    """Nodes of a header cannot be changed."""


class SourceTypeError(RomanCalModelsError, TypeError):
    """A model cannot be opened from an argument of this type."""


class ModelClosedError(FileError, OSError):
    """A value that was not loaded was asked for after its file was closed."""


def __getattr__(name: str) -> Any:
    if name == "ValidationError":
        from .errors_asdf import ValidationError

        globals()["ValidationError"] = ValidationError
        return ValidationError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
