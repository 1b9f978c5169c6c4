"""What single classes can do beyond their schema. Which class has which is said in ``tools/generate/overrides.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from .object_node import NamedNode

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema

__all__ = ["CalStepMixin", "RefFileMixin", "WfiModeMixin"]


class CalStepMixin(NamedNode):
    """Calibration steps: a step that has not run is incomplete."""

    __slots__ = ()

    @classmethod
    def _minimal_defaults(cls, schema: ObjectSchema) -> dict[str, Any]:
        return dict.fromkeys(schema.properties, "INCOMPLETE")


class RefFileMixin(NamedNode):
    """Reference files: one that was not used is not applicable. RAD 1.x only; later schemas leave it open."""

    __slots__ = ()

    @classmethod
    def _minimal_defaults(cls, schema: ObjectSchema) -> dict[str, Any]:
        if schema.tag is None:
            return {}
        return {name: "N/A" for name, place in schema.properties.items() if place.keyword("type") == "string"}


class WfiModeMixin(NamedNode):
    """The instrument's configuration: its optical element is either a filter or a grating."""

    __slots__ = ()

    _GRATINGS: ClassVar[frozenset[str]] = frozenset({"GRISM", "PRISM"})

    @property
    def filter(self) -> str | None:
        """The optical element if it is a filter, otherwise None."""
        element: str = self["optical_element"]
        return None if element in self._GRATINGS else element

    @property
    def grating(self) -> str | None:
        """The optical element if it is a grating, otherwise None."""
        element: str = self["optical_element"]
        return element if element in self._GRATINGS else None
