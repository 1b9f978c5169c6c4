"""What the columns of the catalogue mean, in the words of the Virtual Observatory: UCDs, and units.

RAD gives no UCD, and units mostly in the titles, for people. The table has those that are certain by what RAD says of
a property, by its path in the file; a column that is in no line has none. UCDs are of IVOA's controlled vocabulary
(UCD1+), units as VOUnits and FITS write them: what RAD calls DN is adu there.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

__all__ = ["PATTERNS", "ucd_and_unit"]

# Path, whose * stands for anything; UCD; unit. The first line that a path matches holds.
PATTERNS: tuple[tuple[str, str | None, str | None], ...] = (
    # the file
    ("meta.filename", "meta.id;meta.file", None),
    ("meta.file_date", "time.creation;meta.file", None),
    ("meta.product_type", "meta.code.class", None),
    ("meta.model_type", "meta.code.class", None),
    ("meta.origin", "meta.curation", None),
    ("meta.data_release_id", "meta.id;meta.dataset", None),
    ("meta.calibration_software_name", "meta.id;meta.software", None),
    ("meta.calibration_software_version", "meta.version;meta.software", None),
    ("meta.sdf_software_version", "meta.version;meta.software", None),
    ("meta.prd*_version", "meta.version", None),
    ("meta.ref_file.crds.sw_version", "meta.version;meta.software", None),
    ("meta.ref_file.crds.version", "meta.version;meta.software", None),
    ("meta.ref_file.crds.*", "meta.version", None),
    ("meta.ref_file.*", "meta.id;meta.file", None),
    ("meta.cal_step.*", "meta.code.status;obs.calib", None),
    # telescope and instrument
    ("meta.telescope", "meta.id;instr.tel", None),
    ("meta.instrument.name", "meta.id;instr", None),
    ("meta.instrument.detector", "meta.id;instr.det", None),
    ("meta.instrument.optical_element", "meta.id;instr.filter", None),
    ("meta.optical_element", "meta.id;instr.filter", None),
    ("meta.groundtest.detector_temp", "phys.temperature;instr.det", "K"),
    ("meta.groundtest.ota_temp", "phys.temperature;instr.tel", "K"),
    # programme and observation
    ("meta.program.title", "meta.title;obs.proposal", None),
    ("meta.program.investigator_name", "meta.id.PI", None),
    ("meta.program.*category", "meta.code.class;obs.proposal", None),
    ("meta.observation.program", "meta.id;obs.proposal", None),
    ("meta.observation.observation_id", "meta.id;obs", None),
    ("meta.observation.visit_id", "meta.id;obs", None),
    ("meta.visit.start_time", "time.start;obs", None),
    # exposures
    ("meta.exposure.type", "meta.code.class;obs.exposure", None),
    ("meta.exposure.start_time", "time.start;obs.exposure", None),
    ("meta.exposure.end_time", "time.end;obs.exposure", None),
    ("meta.exposure.*exposure_time", "time.duration;obs.exposure", "s"),
    ("meta.exposure.*_time", "time.duration", "s"),
    ("meta.exposure.engineering_quality", "meta.code.qual", None),
    ("meta.exposure.nresultants", "meta.number", None),
    ("meta.coadd_info.time_first", "time.start;obs", None),
    ("meta.coadd_info.time_last", "time.end;obs", None),
    ("meta.coadd_info.time_mean", "time.epoch;stat.mean", None),
    ("meta.coadd_info.exposure_time", "time.duration;obs.exposure", "s"),
    ("meta.coadd_info.max_exposure_time", "time.duration;obs.exposure;stat.max", "s"),
    # places on the sky
    ("meta.coordinates.reference_frame", "pos.frame", None),
    ("meta.wcsinfo.ra*", "pos.eq.ra", "deg"),
    ("meta.wcsinfo.dec*", "pos.eq.dec", "deg"),
    ("meta.wcsinfo.s_region", "pos.outline;obs.field", None),
    ("meta.wcsinfo.skycell_name", "meta.id;obs.field", None),
    ("meta.wcsinfo.roll_ref", "pos.posAng", "deg"),
    ("meta.wcsinfo.v3yangle", "pos.posAng", "deg"),
    ("meta.wcsinfo.orientation*", "pos.posAng", "deg"),
    ("meta.wcsinfo.v[23]_ref", None, "arcsec"),
    ("meta.wcsinfo.[xy]_ref", "pos.wcs.crpix", "pixel"),
    ("meta.wcsinfo.pixel_scale*", "pos.wcs.scale", "deg/pixel"),
    ("meta.wcsinfo.projection", "pos.wcs.ctype", None),
    ("meta.wcsinfo.image_shape", "pos.wcs.naxis", "pixel"),
    ("meta.pointing.ra_v1", "pos.eq.ra", "deg"),
    ("meta.pointing.dec_v1", "pos.eq.dec", "deg"),
    ("meta.pointing.target_ra", "pos.eq.ra", "deg"),
    ("meta.pointing.target_dec", "pos.eq.dec", "deg"),
    ("meta.pointing.pa_*", "pos.posAng", "deg"),
    ("meta.velocity_aberration.ra_reference", "pos.eq.ra", "deg"),
    ("meta.velocity_aberration.dec_reference", "pos.eq.dec", "deg"),
    ("meta.velocity_aberration.scale_factor", "arith.factor", None),
    ("meta.visit.dither.executed_pattern", None, "arcsec"),
    # where the telescope is
    ("meta.ephemeris.time", "time.epoch", "d"),
    ("meta.ephemeris.spatial_x", "pos.cartesian.x;instr.tel", "km"),
    ("meta.ephemeris.spatial_y", "pos.cartesian.y;instr.tel", "km"),
    ("meta.ephemeris.spatial_z", "pos.cartesian.z;instr.tel", "km"),
    ("meta.ephemeris.velocity_*", "phys.veloc;instr.tel", "km/s"),
    # guide stars
    ("meta.guide_star.predicted_ra", "pos.eq.ra", "deg"),
    ("meta.guide_star.predicted_dec", "pos.eq.dec", "deg"),
    ("meta.guide_star.epoch", "time.epoch", None),
    ("meta.guide_star.guide_star_id", "meta.id;src", None),
    ("meta.guide_star.gsc_id", "meta.id;src", None),
    ("meta.guide_star.window_*", None, "pixel"),
    ("meta.guidestar.data_start", "time.start", "d"),
    ("meta.guidestar.data_end", "time.end", "d"),
    ("meta.guidestar.gw_window_*", None, "pixel"),
    ("meta.gw_window_*", None, "pixel"),
    ("meta.gw_start_time", "time.start", None),
    ("meta.gw_end_time", "time.end", None),
    ("meta.gw_function_start_time", "time.start", None),
    ("meta.gw_function_end_time", "time.end", None),
    ("meta.gw_frame_readout_time", "time.duration", "s"),
    ("meta.t_start", "time.start", None),
    ("meta.t_stop", "time.end", None),
    ("meta.*_resultant_exp_time", "time.duration;obs.exposure", "s"),
    # light
    ("meta.photometry.conversion_megajanskys", "phot.calib", None),
    ("meta.photometry.conversion_megajanskys_uncertainty", "stat.error;phot.calib", None),
    ("meta.photometry.pixel_area", "phys.angArea;instr.pixel", None),
    ("meta.statistics.zodiacal_light", "phot.flux.density.sb", "MJy/sr"),
    ("meta.statistics.image_median", "phot.count;stat.median", "adu/s"),
    ("meta.statistics.image_rms", None, "adu/s"),
    ("meta.rcs.counts", "phot.count", "adu"),
)


@cache
def ucd_and_unit(path: str) -> tuple[str | None, str | None]:
    """Return the UCD and the unit of what stands at a path of a file; None for what is not certain."""
    for pattern, ucd, unit in PATTERNS:
        if fnmatchcase(path, pattern):
            return ucd, unit
    return None, None
