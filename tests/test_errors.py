"""Errors: one base, the types that callers catch, and the texts that people read."""

from __future__ import annotations

import pickle
from typing import Any

import asdf.exceptions
import pytest

import roman_cal_models as rcm
from roman_cal_models import errors
from roman_cal_models.errors import Problem, SchemaProblem, format_path

SCHEMA = "asdf://stsci.edu/datamodels/roman/schemas/meta/l2_cal_step-1.0.0"
DONE = Problem(("meta", "cal_step", "dark"), "enum", "'DONE' is not one of 'N/A'", "DONE", ["N/A"], SCHEMA)
LONG = Problem(("read_pattern", 0, 1), "type", "'a' is not of type 'integer'", "a", "integer", "")
HELPERS = {"Problem", "SchemaProblem", "format_path"}

CLASSES = sorted(set(errors.__all__) - HELPERS)


@pytest.mark.parametrize("name", CLASSES)
def test_every_exception_has_our_base_and_every_warning_is_a_user_s(name: str) -> None:
    base = UserWarning if name.endswith("Warning") else rcm.RomanCalModelsError
    assert issubclass(getattr(errors, name), base)


@pytest.mark.parametrize("name", CLASSES)
def test_every_error_is_a_name_of_the_package(name: str) -> None:
    assert getattr(rcm, name) is getattr(errors, name)


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (rcm.ValidationError, asdf.exceptions.ValidationError),
        (rcm.MissingKeyError, KeyError),
        (rcm.MissingKeyError, AttributeError),
        (rcm.UnknownAttributeError, AttributeError),
        (rcm.ReservedNameError, AttributeError),
        (rcm.SchemaError, ValueError),
        (rcm.SchemaNotFoundError, LookupError),
        (rcm.NotAsdfError, ValueError),
        (rcm.NotRomanError, ValueError),
        (rcm.UnknownTagError, TypeError),
        (rcm.TruncatedFileError, EOFError),
        (rcm.ForeignValueError, ValueError),
        (rcm.SourceTypeError, TypeError),
        (rcm.ModelClosedError, OSError),
        (rcm.NeedsBlocks, rcm.ForeignValueError),
        (rcm.HeaderLimitError, ValueError),
        (rcm.ReadOnlyError, TypeError),
        (rcm.ReadOnlyError, AttributeError),
    ],
    ids=lambda cls: cls.__name__,
)
def test_an_error_is_what_callers_would_catch(error: type[Exception], base: type[Exception]) -> None:
    assert issubclass(error, base)


def test_a_name_that_is_no_error_is_told() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchError'"):
        _ = errors.NoSuchError


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("meta",), "meta"),
        (("meta", "cal_step", "dark"), "meta.cal_step.dark"),
        (("read_pattern", 0, 1), "read_pattern[0][1]"),
        ((0, "a"), "[0].a"),
    ],
    ids=str,
)
def test_a_path_is_written_as_a_person_would(path: tuple[str | int, ...], text: str) -> None:
    assert format_path(path) == text


def test_a_problem_says_where_what_and_by_which_schema() -> None:
    assert str(DONE) == "meta.cal_step.dark: 'DONE' is not one of 'N/A' (meta/l2_cal_step-1.0.0)"


def test_a_problem_of_no_known_schema_names_none() -> None:
    assert str(LONG) == "read_pattern[0][1]: 'a' is not of type 'integer'"


def test_a_problem_of_the_whole_names_no_place() -> None:
    assert str(Problem((), "type", "3 is not of type 'object'", 3, "object", SCHEMA)) == (
        "3 is not of type 'object' (meta/l2_cal_step-1.0.0)"
    )


def test_one_problem_is_told_on_one_line() -> None:
    assert str(rcm.ValidationError([DONE])) == str(DONE)


def test_one_problem_of_a_file_is_told_with_the_file() -> None:
    assert str(rcm.ValidationError([DONE], "l2.asdf")) == f"l2.asdf: {DONE}"


def test_many_problems_are_counted_and_listed() -> None:
    assert str(rcm.ValidationError([DONE, LONG])) == f"2 problems:\n  {DONE}\n  {LONG}"


def test_many_problems_of_a_file_are_told_with_the_file() -> None:
    assert str(rcm.ValidationError([DONE, LONG], "l2.asdf")) == f"2 problems in l2.asdf:\n  {DONE}\n  {LONG}"


def test_a_validation_error_carries_the_problems_as_records() -> None:
    assert rcm.ValidationError([DONE, LONG]).problems == (DONE, LONG)


def test_a_validation_error_tells_asdf_s_users_the_first_problem() -> None:
    error = rcm.ValidationError([DONE, LONG])
    assert (list(error.path), error.validator, error.instance, error.validator_value) == (
        ["meta", "cal_step", "dark"],
        "enum",
        "DONE",
        ["N/A"],
    )


def test_a_file_error_names_the_file() -> None:
    error = rcm.NotAsdfError("l2.asdf", "is no ASDF file")
    assert str(error) == "l2.asdf: is no ASDF file"
    assert (error.file, error.message) == ("l2.asdf", "is no ASDF file")


def test_a_file_error_of_bytes_names_no_file() -> None:
    assert str(rcm.NotAsdfError(None, "these bytes are no ASDF file")) == "these bytes are no ASDF file"


@pytest.mark.parametrize(
    "error",
    [
        rcm.ValidationError([DONE, LONG], "l2.asdf"),
        rcm.MissingKeyError("dark", lambda: "dark is not here"),
        rcm.MissingKeyError("dark"),
        rcm.NotAsdfError("l2.asdf", "is no ASDF file"),
        rcm.ModelClosedError(None, "closed"),
        rcm.HeaderLimitError("l2.asdf", "too deep", "header_max_depth", 100),
        rcm.UnknownTagError("l2.asdf", "tag"),
        rcm.SchemaNotFoundError("none"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_crosses_processes(error: Any) -> None:
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), str(twin)) == (type(error), str(error))


def test_a_missing_key_is_told_even_where_nobody_describes_it() -> None:
    assert str(rcm.MissingKeyError("dark")) == "'dark' is not here"


def test_the_text_of_a_missing_key_is_made_when_it_is_read() -> None:
    made: list[str] = []
    error = rcm.MissingKeyError("dark", lambda: made.append("text") or "text")
    assert made == []
    assert str(error) == "text"
    assert made == ["text"]


FORGED = "a\x1b]0;pwned\x07\x9b\u202e\u2028b\nFORGED: all is well"


def _of_text(name: str, text: str) -> Exception:
    cls: Any = getattr(errors, name)
    if name == "MissingKeyError":
        return cls(text, lambda: text)
    if name == "ValidationError":
        return cls([Problem((text,), text, text, text, [text], text)], text)
    if name == "InvalidSchemaError":
        return cls([SchemaProblem(text, (text,), text, text, text, [text])])
    if name == "HeaderLimitError":
        return cls(text, text, text, 1)
    return cls(text, text) if issubclass(cls, errors.FileError) else cls(text)


@pytest.mark.parametrize("name", CLASSES)
def test_no_text_of_an_error_or_warning_commands_a_terminal(name: str) -> None:
    error = _of_text(name, FORGED)
    for text in (str(error), repr(error), f"{error}", str(pickle.loads(pickle.dumps(error)))):
        # this one quotes a `ValidationError`, and has its lines
        assert text.replace("\n", "" if name == "ValidationWarning" else "\n").isprintable()
        assert r"a\x1b]0;pwned\x07\x9b\u202e\u2028b" in text.replace("\\\\", "\\")


def test_many_problems_are_a_line_each_whatever_they_quote() -> None:
    error = rcm.ValidationError([Problem((FORGED,), "type", FORGED, FORGED, None, FORGED)] * 2, FORGED)
    assert len(str(error).splitlines()) == 3
    assert all(line.isprintable() for line in str(error).splitlines())


def test_the_parts_of_an_error_are_what_they_were() -> None:
    error = rcm.NotAsdfError(FORGED, FORGED)
    assert (error.file, error.message) == (FORGED, FORGED)


@pytest.mark.parametrize(
    ("error", "file", "text"),
    [
        (FileNotFoundError(2, "No such file or directory", "a.asdf"), None, "a.asdf: No such file or directory"),
        (FileNotFoundError(2, "No such file or directory"), "b.asdf", "b.asdf: No such file or directory"),
        (OSError(18, "Invalid cross-device link", "a", None, "b"), None, "a -> b: Invalid cross-device link"),
        (OSError(28, "No space left on device"), None, "No space left on device"),
        (OSError(13, "Permission denied", 7), "b.asdf", "b.asdf: Permission denied"),
        (OSError(13, "Permission denied", b"a\xff"), None, r"a\udcff: Permission denied"),
        (OSError("no reason\nFORGED"), "b.asdf", r"b.asdf: no reason\nFORGED"),
        (TimeoutError(), "b.asdf", "b.asdf: TimeoutError"),
        (rcm.NotAsdfError("l2.asdf", "is no ASDF file"), "l2.asdf", "l2.asdf: is no ASDF file"),
        (rcm.UpgradeError("of no use"), "l2.asdf", "l2.asdf: of no use"),
        (
            FileNotFoundError(2, "No such file or directory", "\udcff\x1b.asdf"),
            None,
            r"\udcff\x1b.asdf: No such file or directory",
        ),
        (rcm.NotAsdfError("\x1b.asdf", "is no ASDF file"), "\x1b.asdf", r"\x1b.asdf: is no ASDF file"),
    ],
    ids=str,
)
def test_an_error_is_told_with_its_file(error: Exception, file: str | None, text: str) -> None:
    assert errors.told(error, file) == text
