"""The order in which the pipelines run their steps."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ..schema import installed

__all__ = ["in_order"]

# As romancal's ExposurePipeline and then its MosaicPipeline have them, by the names of their flags. `jump` and
# `source_detection` are of its first releases: the one ran before the ramps were fitted, the other was the source
# catalogue.
_PIPELINES = (
    "dq_init",
    "saturation",
    "refpix",
    "dark_decay",
    "wfi18_transient",
    "linearity",
    "jump",
    "ramp_fit",
    "dark",
    "assign_wcs",
    "flat_field",
    "photom",
    "source_detection",
    "source_catalog",
    "tweakreg",
    "flux",
    "skymatch",
    "outlier_detection",
    "resample",
)

_FAMILIES = "cal_step"


def in_order(steps: Iterable[str]) -> list[str]:
    """Return steps in the order of the pipelines; then those that only schemas know, in theirs, then others by name."""
    places = _places()
    return sorted(steps, key=lambda step: (places.get(step, len(places)), step))


@cache
def _places() -> dict[str, int]:
    store = installed().store
    families = sorted({(uri.base, uri.family) for uri in store.schema_uris() if uri.family.endswith(_FAMILIES)})
    newest = (installed().document(str(store.versions(name, base=base)[-1])) for base, name in families)
    names = dict.fromkeys((*_PIPELINES, *(name for schema in newest for name in schema.properties)))
    return {name: place for place, name in enumerate(names)}
