"""What newer versions require and no old file holds: which value is assumed, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..changes import Changes, Path
from ..errors import UpgradeError, format_path
from ..installation import VERSION, rad_version
from ..nodes.generated._index import RAD_VERSION
from ..schema import uris

if TYPE_CHECKING:
    from ..nodes.object_node import ObjectNode

__all__ = ["ASSUMPTIONS", "FILL", "Assumption", "assume"]

FILL = object()
"""The mission's fill values: text "?", numbers -999999, False, the first word of an enum; times are 1970-01-01."""


@dataclass(frozen=True)
class Assumption:
    """A value for what is missing.

    Parameters
    ----------
    paths : tuple of str
        Where; what stands below is meant as well. ``*`` as the last name stands for every one.
    value : object
        The value, `FILL`, or a function that makes it of the top node.
    reason : str
        Why this value may be assumed.
    """

    paths: tuple[str, ...]
    value: Any
    reason: str


def _like_data(dtype: str, value: float, ndim: int = 2) -> Callable[[ObjectNode], Any]:
    """Return what makes an array of the shape of the primary array's last axes."""

    def make(node: ObjectNode) -> Any:
        import numpy as np

        return np.full(node["data"].shape[-ndim:], value, dtype)

    return make


def _steps(node: ObjectNode) -> Any:
    """Return a section in which no step has run."""
    place = node["meta"]._place("cal_step")
    from ..nodes.classes import class_of

    cls = class_of(place.object)
    return cls.create_minimal(version=place.object.parsed.version)


ASSUMPTIONS = (
    Assumption(("meta.cal_step.*",), "INCOMPLETE", "the step did not exist when the file was made"),
    Assumption(("meta.cal_step",), _steps, "the file does not tell which steps have run"),
    Assumption(
        (
            "meta.ref_file.apcorr",
            "meta.ref_file.bam",
            "meta.ref_file.darkdecaysignal",
            "meta.ref_file.epsf",
            "meta.ref_file.integralnonlinearity",
            "meta.ref_file.inverselinearity",
        ),
        "N/A",
        "there was no such reference file when the file was made",
    ),
    Assumption(("meta.calibration_software_name",), "RomanCAL", "there was but one when the file was made"),
    Assumption(("meta.exposure.hga_move",), False, "older files do not tell; the antenna rarely moves"),
    Assumption(("dq2", "pixeldq2"), _like_data("uint32", 0), "none of these flags was known when the file was made"),
    Assumption(("chisq", "dumo"), _like_data("float16", float("nan")), "older pipelines did not compute it"),
    Assumption(("meta.cal_logs",), (), "older files of this kind hold no log"),
    Assumption(
        (
            "meta.association",
            "meta.coadd_info",
            "meta.image",
            "meta.image_metas",
            "meta.individual_image_meta",
            "meta.instrument",
            "meta.observation",
            "meta.photometry",
            "meta.pointing",
            "meta.product_type",
            "meta.resample",
            "meta.statistics",
            "meta.wcsinfo",
        ),
        FILL,
        "files of this kind did not tell it in older versions",
    ),
    Assumption(("meta.coordinates",), FILL, "all files of the mission are in one frame, which older ones leave out"),
    Assumption(("meta.exposure", "meta.ref_file"), FILL, "files of this kind did not tell all of it in older versions"),
    Assumption(("meta.visit.wfi_acm_z_defocus_size",), FILL, "not told by older files"),
    Assumption(("meta.psf_match_reference_filter",), FILL, "not told by older files"),
    Assumption(
        ("meta.jitter_major", "meta.jitter_minor", "meta.jitter_position_angle"),
        FILL,
        "older files of this kind were made without jitter",
    ),
    Assumption(
        (
            "meta.guide_star",
            "meta.gw_science_file_source",
            "meta.prd_version",
            "meta.rcs",
            "meta.velocity_aberration",
            "meta.visit.dither",
            "meta.visit.nexposures",
        ),
        FILL,
        "not told by files of RAD before its release 0.23",
    ),
    Assumption(("meta.t_start", "meta.t_stop"), FILL, "not told by older files"),
    Assumption(("psf",), FILL, "not told by older files"),
)

_BY_PATH = {path: each for each in ASSUMPTIONS for path in each.paths}

_ROUNDS = 8
"""A value that is filled in may itself lack required values; this many levels are the most."""


def assume(node: ObjectNode, changes: Changes) -> None:
    """Fill in what is required and missing.

    Parameters
    ----------
    node : ObjectNode
        The top node, of the newer version.
    changes : Changes
        Where to note what was assumed.

    Raises
    ------
    UpgradeError
        Nothing is declared for some of the values; all of them are named.
    """
    for _ in range(_ROUNDS):
        missing = list(dict.fromkeys(problem.path for problem in node.problems() if problem.kind == "required"))
        if not missing:
            return
        unknown = [path for path in missing if _declared(path) is None]
        if unknown:
            error = UpgradeError(_without_rule(node, unknown))
            error.missing = tuple(map(format_path, unknown))
            raise error
        for path in missing:
            _fill(node, path, changes)


def _fill(node: ObjectNode, path: Path, changes: Changes) -> None:
    assumption = _declared(path)
    assert assumption is not None
    holder: Any = node
    *parents, name = path
    for part in parents:
        holder = holder[part]
    if assumption.value is FILL:
        value = _filled(holder, name)
    else:
        value = assumption.value(node) if callable(assumption.value) else assumption.value
    holder[name] = value
    for inner, leaf in _leaves(holder[name], path):
        changes.assume(inner, leaf, assumption.reason)


def _declared(path: Path) -> Assumption | None:
    """Return what is declared for a path, or for the nearest section around it."""
    names = [str(part) for part in path if isinstance(part, str)]
    around = [".".join(names[:n]) for n in range(len(names), 0, -1)]
    keys = (around[0], ".".join([*names[:-1], "*"]), *around[1:])
    return next((_BY_PATH[key] for key in keys if key in _BY_PATH), None)


def _without_rule(node: ObjectNode, paths: list[Path]) -> str:
    from ..nodes.newer import is_known

    names = ", ".join(map(format_path, paths))
    text = f"{names} {'is' if len(paths) == 1 else 'are'} required by the newer version, and the file does not hold "
    text += "it" if len(paths) == 1 else "them"
    tag = node.tag
    if tag is None or is_known(tag):
        return text
    target = uris.parse(tag)
    known = [each for each in type(node).versions() if is_known(str(target.with_version(each)))]
    stop = f", up to {target.family}-{known[-1]}" if known else ""
    return (
        f"{text}. {target.short} is of the installed rad {rad_version()}, and roman-cal-models {VERSION} has rules for "
        f"rad {RAD_VERSION}{stop}. To update: pip install --upgrade roman-cal-models"
    )


def _filled(holder: ObjectNode, name: Any) -> Any:
    from ..nodes.creation import create_fake_data

    assert holder._schema is not None
    return _without_dates(create_fake_data(type(holder), holder._schema, None, None)[name])


def _without_dates(value: Any) -> Any:
    """Return fill values whose times are seen to be none: the made-up ones lie within the mission."""
    from astropy.time import Time

    if isinstance(value, Time):
        return Time("1970-01-01T00:00:00", format="isot", scale="utc")
    for key, item in list(value.items()) if isinstance(value, dict) else []:
        value[key] = _without_dates(item)
    return value


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    array: Any = value
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif hasattr(array, "dtype") and array.size:
        yield path, array.ravel()[0]
    else:
        yield path, value
