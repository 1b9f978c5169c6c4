"""What the pipeline's products hold when they are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..foreign.table import TIME
from ..foreign.times import TIME_TAG
from ..nodes.classes import is_of_third_party, named
from ..nodes.deferred import FakeValue

__all__ = ["product_defaults"]

_REFERENCE = "Ref"


def product_defaults(model: str, node: str, given: Mapping[str, Any], *, fake: bool) -> dict[str, Any]:
    """Return the given values on top of those that each product of the pipeline has.

    Reference files are made by others than the pipeline; they have no defaults.

    Parameters
    ----------
    model : str
        Name of the model, which is its ``meta.model_type``.
    node : str
        Name of its node.
    given : mapping
        The values that win.
    fake : bool
        Whether the date is the made-up one instead of now.
    """
    if node.endswith(_REFERENCE) or node in ("Fps", "Tvac"):
        return dict(given)
    if is_of_third_party(node):
        return _of_third_party(model, node, given, fake=fake)
    meta = {
        "calibration_software_name": "RomanCAL",
        "file_date": _date(fake=fake),
        "origin": "STSCI/SOC",
    }
    given_meta = given.get("meta", {})
    # the type of a model is never a matter of what was given: a conversion brings another's
    return {**given, "meta": {**meta, **given_meta, "model_type": model}}


def _of_third_party(model: str, node: str, given: Mapping[str, Any], *, fake: bool) -> dict[str, Any]:
    """Return what holds for everybody's files: the pipeline has not made them."""
    schema = named(node)._schema_of(None)
    place = schema.properties.get("meta")
    known = () if place is None or place.object is None else place.object.properties
    meta = {"file_date": _date(fake=fake)} if "file_date" in known else {}
    given_meta = given.get("meta", {})
    of_model = {"model_type": model} if "model_type" in known else {}
    if not isinstance(given_meta, Mapping):
        return dict(given)
    return {**given, "meta": {**meta, **given_meta, **of_model}} if known else dict(given)


def _date(*, fake: bool) -> Any:
    if fake:
        return FakeValue(TIME_TAG, TIME.fake)
    from astropy.time import Time

    return Time.now()
