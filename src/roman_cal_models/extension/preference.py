"""Whose classes a plain `asdf.open` gives, made true for each thread and task by its own setting.

asdf's list of extensions is one for the process. So ours stand in it from the first time on that somebody prefers
them, and say at each file that is opened whether they are meant.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from ..installation import VERSION
from ..settings import config, current, on_change
from ..threads import Threads

if TYPE_CHECKING:
    from ..settings import Settings

__all__ = ["config", "has_roman_datamodels"]

OURS = "roman_cal_models"


@cache
def has_roman_datamodels() -> bool:
    """Return whether there is another package whose classes asdf may give."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        distribution("roman_datamodels")  # asdf knows its extensions by this, imported or not
    except PackageNotFoundError:
        return False
    return True


def _prefer(before: Settings, after: Settings) -> None:
    """Have our extensions stand in asdf's list once the setting asks for them."""
    if before.asdf_classes == after.asdf_classes or after.asdf_classes != OURS or not has_roman_datamodels():
        return
    import asdf

    _add_to(asdf.get_config())  # may be one of `asdf.config_context`
    _of_the_process(_add_to)


def _add_to(asdf_config: Any) -> None:
    known = {id(extension) for extension in asdf_config.extensions}
    for extension in reversed(_preferred()):
        if id(extension) not in known:
            asdf_config.add_extension(extension)


def _of_the_process(change: Callable[[Any], None]) -> None:
    """Change asdf's settings outside of any `asdf.config_context`: those that a new thread sees."""
    import asdf

    with Threads(1) as thread:
        thread.submit(lambda: change(asdf.get_config())).result()


@cache
def _preferred() -> list[Any]:
    """Return our extensions for all Roman tags, which asdf passes by where the setting does not ask for them."""
    from asdf.extension import ExtensionProxy
    from packaging.specifiers import SpecifierSet

    from . import extensions_for

    nothing = SpecifierSet("<0")

    class Preferred(ExtensionProxy):
        @property
        def asdf_standard_requirement(self) -> SpecifierSet:
            # asked at each file, and passed by where the file's version of the standard is not in it
            return super().asdf_standard_requirement if current().asdf_classes == OURS else nothing

    package = ("roman-cal-models", VERSION)
    return [Preferred(extension, *package) for extension in extensions_for("preferred", reads=True)]


on_change(_prefer)
