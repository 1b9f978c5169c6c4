"""Every exception to "the schema says it", with its reason. An entry that matches nothing is an error."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MIXINS", "MODEL_MIXINS", "NAMES", "NOT_NODES", "SCALAR_DEFAULTS", "ScalarDefaults", "unused"]


@dataclass(frozen=True)
class ScalarDefaults:
    """What a new tagged scalar holds, in a minimal node and, where it differs, in a fake one."""

    minimal: str | None = None
    fake: str | None = None


# Class -> class of nodes/mixins.py or nodes/catalogs.py that adds behaviour.
MIXINS = {
    "L2CalStep": ("mixins", "CalStepMixin"),
    "L3CalStep": ("mixins", "CalStepMixin"),
    "RefFile": ("mixins", "RefFileMixin"),
    "WfiMode": ("mixins", "WfiModeMixin"),
    "ImageSourceCatalog": ("catalogs", "CatalogMixin"),
    "MosaicSourceCatalog": ("catalogs", "CatalogMixin"),
    "MultibandSourceCatalog": ("catalogs", "CatalogMixin"),
    "ForcedImageSourceCatalog": ("catalogs", "CatalogMixin"),
    "ForcedMosaicSourceCatalog": ("catalogs", "CatalogMixin"),
    "TimeDomainSourceCatalog": ("catalogs", "CatalogMixin"),
}

# Model -> the class of models/mixins.py that adds behaviour.
MODEL_MIXINS = {
    "ImageSourceCatalogModel": "CatalogModelMixin",
    "MosaicSourceCatalogModel": "CatalogModelMixin",
    "MultibandSourceCatalogModel": "CatalogModelMixin",
    "ForcedImageSourceCatalogModel": "CatalogModelMixin",
    "ForcedMosaicSourceCatalogModel": "CatalogModelMixin",
    "TimeDomainSourceCatalogModel": "CatalogModelMixin",
    "WfiWcsModel": "WcsModelMixin",
}

# Tagged scalars of RAD 1.x whose value can be told although their schema leaves it open.
SCALAR_DEFAULTS = {
    "CalibrationSoftwareName": ScalarDefaults(minimal="RomanCAL"),
    "Origin": ScalarDefaults(minimal="STSCI/SOC"),
    "Telescope": ScalarDefaults(minimal="ROMAN"),
    "PrdVersion": ScalarDefaults(fake="8.8.8"),
    "SdfSoftwareVersion": ScalarDefaults(fake="7.7.7"),
}

# Families that describe the inside of a foreign object (the columns of an astropy table), so that no node is of them.
NOT_NODES = frozenset(
    {
        "tables/forced_catalog_table",
        "tables/multiband_catalog_table",
        "tables/prompt_catalog_table",
        "tables/source_catalog_columns",
        "tables/time_domain_source_catalog_table",
        "forced_catalog_table",
        "multiband_catalog_table",
        "prompt_catalog_table",
        "source_catalog_columns",
    }
)

# Property of RAD -> attribute, where the name cannot be one.
NAMES = {"pass": "pass_"}


def unused(classes: set[str], models: set[str], families: set[str], properties: set[str]) -> list[str]:
    """Return the entries that match nothing that was generated."""
    return [
        *sorted({*MIXINS, *SCALAR_DEFAULTS} - classes),
        *sorted(set(MODEL_MIXINS) - models),
        *sorted(NOT_NODES - families),
        *sorted(set(NAMES) - properties),
    ]
