"""Typed data models for data of the Nancy Grace Roman Space Telescope.

>>> import roman_cal_models as rcm
>>> step = rcm.L2CalStep.create_minimal()
>>> step.flat_field = "COMPLETE"
>>> step.flat_field
'COMPLETE'

Every name is imported on first use: importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Name -> module, for what is not generated. What checkers and editors see stands in __init__.pyi, which is.
_NAMES = {
    "ArrayInfo": "foreign.array_info",
    "CalStepFlag": "nodes.generated.cal_step_flag",
    "Cutout": "images.cutouts",
    "DataModel": "models.data_model",
    "Header": "header.header",
    "Identity": "header.reading",
    "ListNode": "nodes.list_node",
    "ObjectNode": "nodes.object_node",
    "ReferenceSet": "images.references",
    "StepMatrix": "view.steps",
    "TaggedObjectNode": "nodes.object_node",
    "compile_schema": "schema",
    "config": "extension.preference",
    "cutouts": "images.cutouts",
    "diff": "comparison.comparing",
    "get_asdf_extensions": "extension",
    "get_latest_schema": "schema.resolved",
    "identify": "header.reading",
    "open": "models.opening",
    "read_header": "header.reading",
    "register_astropy_io": "models.astropy_io",
    "register_schemas": "registration.registering",
    "stack": "images.stacking",
    "steps": "view.steps",
    "upgrade": "models.upgrades",
    "virtual": "images.references",
}


# Modules that are reached as attributes: `rcm.archive.rows(...)`.
_MODULES = ("archive", "datamodels", "dqflags", "testing")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name == "__version__":
        from .installation import VERSION

        return VERSION
    module = _module_of(name)
    if module is None:
        # classes begin with a capital letter, and modules, which Python asks for here as well, do not
        if name[:1].isupper():
            from .nodes.classes import REGISTERED, names_made

            made = names_made()
            if name in made:
                return REGISTERED[name]
            if name in made.values():
                from .models.classes import model_of_name

                return model_of_name(name)
        from .spelling import no_attribute

        raise no_attribute(__name__, name, _every_name)
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def _module_of(name: str) -> str | None:
    if name in _NAMES:
        return _NAMES[name]
    if name.startswith("_"):
        return None
    from .errors import __all__ as errors
    from .models.generated._index import MODULES as MODELS
    from .nodes.generated._index import MODULES as NODES

    if name in errors:
        return "errors"
    if name in NODES:
        return f"nodes.generated.{NODES[name]}"
    return f"models.generated.{MODELS[name]}" if name in MODELS else None


def _every_name() -> set[str]:
    """Return all public names."""
    from .errors import __all__ as errors
    from .models.generated._index import MODULES as MODELS
    from .nodes.classes import names_made
    from .nodes.generated._index import MODULES as NODES

    made = names_made()
    return {*_NAMES, *_MODULES, *errors, *NODES, *MODELS, *made, *filter(None, made.values()), "__version__"}


def __dir__() -> list[str]:
    """Return what completion offers: not the classes that one meets by opening a file, and hardly ever names.

    Those are the nodes but for the sections of ``meta``, which steps make, and the models of reference files.
    """
    from .models.generated._index import MODULES as MODELS
    from .nodes.generated._index import CLASSES, MODEL_NAMES
    from .nodes.generated._index import MODULES as NODES

    sections = {name for key, name in CLASSES.items() if key.startswith("meta/") and "#" not in key}
    of_references = {MODEL_NAMES.get(name) for key, name in CLASSES.items() if key.startswith("reference_files/")}
    hardly_named = (NODES.keys() - sections) | of_references.intersection(MODELS)
    return sorted(_every_name() - (hardly_named - _NAMES.keys()))
