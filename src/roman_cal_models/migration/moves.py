"""What stands elsewhere in newer versions, or is written otherwise: nothing of it is assumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..changes import Changes
from ..errors import ValidationError

if TYPE_CHECKING:
    from ..nodes.object_node import ObjectNode

__all__ = ["MOVES", "Move", "move"]

NOTHING = object()
"""What a conversion returns for a value that says nothing, such as the mission's fill value."""


def _same(value: Any) -> Any:
    return value


def _time(mjd: Any) -> Any:
    from astropy.time import Time

    return Time(Time(mjd, format="mjd", scale="utc").isot) if mjd > 0 else NOTHING


def _is_problem(value: Any) -> Any:
    if not isinstance(value, bool):
        return NOTHING
    return "True" if value else None


def _is_parallel(sequence: Any) -> Any:
    return sequence > 1 if sequence > 0 else NOTHING


def _pair(shape: Any) -> Any:
    return shape if len(shape) == 2 else NOTHING


def _number(text: Any) -> Any:
    return int(text) if isinstance(text, str) and text.lstrip("-").isdecimal() else NOTHING


def _modes(exposure_types: Any) -> Any:
    """Return the types of exposures that a reference file is for; grism and prism are of one type now."""
    words = [word.strip() for word in exposure_types.split("|") if word.strip()]
    renamed = ["WFI_SPECTRAL" if word in ("WFI_GRISM", "WFI_PRISM") else word for word in words]
    return "".join(f"{word}|" for word in dict.fromkeys(renamed))


def _kind(reference: Any) -> Any:
    return "INVERSELINEARITY" if reference == "INVERSE_LINEARITY" else NOTHING


@dataclass(frozen=True)
class Move:
    """One value of an old version and its place in a newer one.

    Parameters
    ----------
    old, new : str
        The places: ``"meta.basic.visit"``, ``"meta.observation.visit"``.
    convert : callable
        Gives the new value.
    keeps : bool
        Whether the old place holds its value further on.
    while_there : str, optional
        Another old place that says which meaning `old` has.
    """

    old: str
    new: str
    convert: Callable[[Any], Any] = _same
    keeps: bool = False
    while_there: str | None = None


# A name whose meaning changed comes after the moves that free it.
MOVES = (
    # mosaics and what is made of them, up to RAD 1.2: one section `basic` for what several sections hold
    # now; it stays whole, as its own tag asks
    Move("meta.basic.product_type", "meta.product_type", keeps=True),
    Move("meta.basic.time_first_mjd", "meta.coadd_info.time_first", _time, keeps=True),
    Move("meta.basic.time_last_mjd", "meta.coadd_info.time_last", _time, keeps=True),
    Move("meta.basic.time_mean_mjd", "meta.coadd_info.time_mean", _time, keeps=True),
    Move("meta.basic.mean_exposure_time", "meta.coadd_info.exposure_time", keeps=True),
    Move("meta.basic.instrument", "meta.instrument.name", keeps=True),
    Move("meta.basic.optical_element", "meta.instrument.optical_element", keeps=True),
    Move("meta.basic.program", "meta.observation.program", keeps=True),
    Move("meta.basic.pass", "meta.observation.pass", keeps=True),
    Move("meta.basic.segment", "meta.observation.segment", keeps=True),
    Move("meta.basic.visit", "meta.observation.visit", keeps=True),
    Move("meta.basic.location_name", "meta.wcsinfo.skycell_name", keeps=True),
    # the WCS of mosaics: at the image's centre what was "local", at the projection's what had no word for it
    Move("meta.wcsinfo.ra_center", "meta.wcsinfo.ra"),
    Move("meta.wcsinfo.dec_center", "meta.wcsinfo.dec"),
    Move("meta.wcsinfo.orientat", "meta.wcsinfo.orientation_ref"),
    Move("meta.wcsinfo.orientat_local", "meta.wcsinfo.orientation"),
    Move("meta.wcsinfo.pixel_shape", "meta.wcsinfo.image_shape", _pair),
    Move("meta.wcsinfo.pixel_scale", "meta.wcsinfo.pixel_scale_ref", while_there="meta.wcsinfo.pixel_scale_local"),
    Move("meta.wcsinfo.pixel_scale_local", "meta.wcsinfo.pixel_scale"),
    # segmentation maps and catalogues of images, up to RAD 1.2
    Move("meta.optical_element", "meta.instrument.optical_element", keeps=True),
    # what RAD 1.0 told of a visit
    Move("meta.visit.engineering_quality", "meta.exposure.engineering_quality"),
    Move("meta.visit.pointing_engineering_source", "meta.pointing.pointing_engineering_source"),
    Move("meta.exposure.data_problem", "meta.exposure.data_problem", _is_problem),
    # what RAD called otherwise before its release 0.23
    *(
        Move(f"meta.guidestar.{old}", f"meta.guide_star.{new}")
        for old, new in {
            "gw_id": "guide_window_id",
            "gw_fgs_mode": "guide_mode",
            "gw_window_xstart": "window_xstart",
            "gw_window_ystart": "window_ystart",
            "gw_window_xstop": "window_xstop",
            "gw_window_ystop": "window_ystop",
            "gs_id": "guide_star_id",
            "gs_epoch": "epoch",
        }.items()
    ),
    Move("meta.observation.program", "meta.observation.program", _number),
    Move("meta.prd_software_version", "meta.prd_version"),
    Move("meta.program.pi_name", "meta.program.investigator_name"),
    Move("meta.exposure.p_exptype", "meta.exposure.p_exptype", _modes),
    Move("meta.reftype", "meta.reftype", _kind),
    # a parallel observation is of the second or a later sequence of its visit
    Move("meta.observation.visit_file_sequence", "meta.observation.wfi_parallel", _is_parallel, keeps=True),
)


FREED = ("meta.guidestar",)
"""Sections that have another name now. What is not moved stays there, and no schema asks for the rest."""


def move(node: ObjectNode, changes: Changes) -> None:
    """Put the values of an old version where the schema of a node has a place for them, and they are not there yet.

    Parameters
    ----------
    node : ObjectNode
        The top node, of the newer version.
    changes : Changes
        Where to note what was done.
    """
    for path in FREED:
        section, last = _holder(node, path)
        if section is not None and isinstance(section.get(last), dict) and last not in _known(section):
            section[last] = dict(section[last])
    for each in MOVES:
        _move(node, each, changes)


def _move(node: ObjectNode, each: Move, changes: Changes) -> None:
    old, name = _holder(node, each.old)
    if old is None or name not in old or (each.while_there and not _is_there(node, each.while_there)):
        return
    value = each.convert(old[name])
    parent = _made(node, each.new)
    key = each.new.rpartition(".")[2]
    moves = each.old != each.new
    if (
        value is NOTHING
        or parent is None
        or (moves and key in parent and parent is not old)
        or key not in _known(parent)
    ):
        return
    try:
        parent[key] = value
    except ValidationError:
        return  # an old value that the newer schema forbids says nothing about the new one
    if moves and not each.keeps:
        del old[name]
    reason = f"from {each.old}" if moves else "written otherwise in older versions"
    changes.derive(tuple(each.new.split(".")), value, reason)


def _known(node: ObjectNode) -> tuple[str, ...]:
    return node.schema_properties()


def _holder(node: ObjectNode, path: str) -> tuple[Any, str]:
    *parents, name = path.split(".")
    holder: Any = node
    for parent in parents:
        holder = holder.get(parent) if isinstance(holder, dict) else None
    return (holder if isinstance(holder, dict) else None), name


def _is_there(node: ObjectNode, path: str) -> bool:
    holder, name = _holder(node, path)
    return holder is not None and name in holder


def _made(node: ObjectNode, path: str) -> Any:
    """Return the object that is to hold a value, made where its schema has a place for it; None for no place."""
    holder: Any = node
    for parent in path.split(".")[:-1]:
        if parent not in holder:
            if parent not in _known(holder):
                return None
            holder[parent] = {}
        holder = holder[parent]
    return holder
