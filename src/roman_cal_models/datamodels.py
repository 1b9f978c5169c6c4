"""The models and nodes under the names by which users of ``roman_datamodels.datamodels`` know them.

A pipeline step changes its import line, and nothing else::

    from roman_cal_models import datamodels
    from roman_cal_models.datamodels import ImageModel

What checkers and editors see stands in ``datamodels.pyi``, which is generated.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Name -> module and name here; all models and errors have one name everywhere.
_NAMES = {
    "DNode": ("nodes.object_node", "ObjectNode"),
    "DataModel": ("models.data_model", "DataModel"),
    "FilenameMismatchWarning": ("errors", "FilenameMismatchWarning"),
    "LNode": ("nodes.list_node", "ListNode"),
    "TaggedListNode": ("nodes.list_node", "ListNode"),
    "TaggedObjectNode": ("nodes.object_node", "TaggedObjectNode"),
    "TaggedScalarNode": ("nodes.scalar_node", "ScalarNode"),
    "open": ("models.opening", "open"),
}


def __getattr__(name: str) -> Any:
    from .models.generated._index import MODULES

    if name == "MODEL_REGISTRY":
        value: Any = _model_registry()
        globals()[name] = value
        return value
    if name in _NAMES:
        module, own = _NAMES[name]
    elif name in MODULES:
        module, own = f"models.generated.{MODULES[name]}", name
    elif name[:1].isupper() and name in _made():
        return import_module(f"{__package__}.models.classes").model_of_name(name)
    else:
        from .spelling import no_attribute

        raise no_attribute(__name__, name, __dir__)
    value = getattr(import_module(f"{__package__}.{module}"), own)
    globals()[name] = value
    return value


def _model_registry() -> dict[Any, Any]:
    """Return the class of top nodes -> its model, for all files."""
    from .models.classes import model_of_name
    from .nodes.classes import named
    from .nodes.generated._index import MODEL_NAMES

    return {named(node): model_of_name(model) for node, model in MODEL_NAMES.items()}


def _made() -> set[str]:
    """Return the models that are made at run time."""
    from .nodes.classes import names_made

    return {model for model in names_made().values() if model is not None}


def __dir__() -> list[str]:
    from .models.generated._index import MODULES

    return sorted({*_NAMES, *MODULES, "MODEL_REGISTRY"})
