"""The reference: nothing public is left out of its page."""

from __future__ import annotations

import re
from pathlib import Path

import roman_cal_models as rcm
from roman_cal_models import errors

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "errors.rst").read_text()


def test_the_page_on_errors_has_every_exception_and_warning() -> None:
    listed = set(re.findall(r"^\.\. autoexception:: (\w+)", PAGE, re.MULTILINE)) | {"ValidationError"}
    public = {
        name
        for name in rcm._every_name()
        if isinstance(value := getattr(errors, name, None), type) and issubclass(value, Exception)
    }
    assert listed == public


def test_every_public_error_is_of_the_module_of_errors() -> None:
    own = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    listed = set(re.findall(r"^\.\. autoexception:: (\w+)", PAGE, re.MULTILINE))
    assert listed <= own | {"ValidationError"}
