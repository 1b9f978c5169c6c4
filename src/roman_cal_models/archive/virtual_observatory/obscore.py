"""ObsCore: the view of the catalogue by which the Virtual Observatory finds calibrated products.

The columns are those of IVOA's ObsCore 1.1 (https://www.ivoa.net/documents/ObsCore/20170509/, table 7 and appendix C),
mandatory ones and some of the optional ones, with the types, units, UCDs and utypes that it gives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from ...errors import CatalogError
from ...schema import installed, uris
from ..database.tables import FILES, ID, Dialect, tables
from ..definitions.mapping import columns, schemas_of_files
from .obscore_sources import (
    Constant,
    Degrees,
    Element,
    FileSize,
    FileUrl,
    First,
    Identifier,
    Mjd,
    Number,
    Pixels,
    RegionDiameter,
    Source,
    Text,
    WidestPixels,
)
from .optical_elements import DETECTOR_PIXEL_SCALE

if TYPE_CHECKING:
    from sqlalchemy import MetaData

__all__ = ["AUTHORITY", "OBSCORE", "ObsCoreColumn", "obscore_columns", "obscore_ddl", "obscore_query", "view_statement"]

OBSCORE = "obscore"
"""Name of the view."""

AUTHORITY = "x-unregistered/roman"
"""Under which files have identifiers, until somebody publishes them under an authority that is registered."""


@dataclass(frozen=True, slots=True)
class ObsCoreColumn:
    """One column of the view.

    Parameters
    ----------
    name : str
        ``s_ra``.
    datatype : {"string", "int", "long", "double"}
        Type of its values.
    unit, ucd, utype : str or None
        As ObsCore gives them.
    description : str
        What it tells.
    is_mandatory : bool
        Whether ObsCore asks for it.
    sources : mapping
        What it takes for each kind of product: paths in the file, for the most part. What is not there is null.
    """

    name: str
    datatype: Literal["string", "int", "long", "double"]
    unit: str | None
    ucd: str | None
    utype: str | None
    description: str
    is_mandatory: bool
    sources: Mapping[str, str]


def obscore_columns() -> tuple[ObsCoreColumn, ...]:
    """Return the columns of the view ``obscore``, and where each of them comes from."""
    found = []
    for name, (datatype, unit, ucd, utype, description) in _COLUMNS.items():
        sources = {
            product.name: product.sources[name].told for product in _products(AUTHORITY) if name in product.sources
        }
        told = datatype, unit or None, ucd, utype, description, name not in _OPTIONAL
        found.append(ObsCoreColumn(name, *told, sources))
    return tuple(found)


def obscore_ddl(dialect: Dialect, authority: str = AUTHORITY) -> str:
    """Return the statement that creates the view ``obscore`` of the catalogue's tables.

    Parameters
    ----------
    dialect : {"sqlite", "postgresql", "mssql"}
        The database.
    authority : str
        Under which ``obs_publisher_did`` names files: ``mission.example/roman``. `ingest` creates the view, if there is
        no ``obscore``, under an authority that is not registered; who publishes it puts this one in its place.

    Raises
    ------
    CatalogError
        The authority is not one.
    MissingPackageError
        ``sqlalchemy`` is not installed.
    """
    if not authority or set(authority) & set("?#'\" %"):
        raise CatalogError(f"{authority!r} is no authority of IVOA identifiers")
    from importlib import import_module

    engine = import_module(f"sqlalchemy.dialects.{dialect}").dialect()
    return f"{view_statement(tables(), engine, authority)};\n"


def view_statement(metadata: MetaData, dialect: Any, authority: str = AUTHORITY) -> str:
    """Return the statement that creates the view.

    Parameters
    ----------
    metadata : sqlalchemy.MetaData
        The tables that the view is of; those that it lacks have no rows in the view.
    dialect : sqlalchemy.engine.Dialect
        Of the database.
    authority : str
        As for `obscore_ddl`.
    """
    query = obscore_query(metadata, authority).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    # doubled for drivers that take it for a placeholder
    return f"CREATE VIEW {OBSCORE} AS\n{str(query).replace('%%', '%')}"


def obscore_query(metadata: MetaData, authority: str = AUTHORITY) -> Any:
    """Return the query that the view is.

    Parameters
    ----------
    metadata, authority
        As for `view_statement`.
    """
    import sqlalchemy as sql

    return sql.union_all(
        *(_select(product, metadata) for product in _products(authority) if product.table in metadata.tables)
    )


# -- products --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Product:
    """Files that the view has rows of.

    Parameters
    ----------
    name : str
        What they are called.
    table : str
        The table of the catalogue that they feed.
    families : tuple of str
        Their schemas.
    sources : mapping
        Where each column comes from.
    """

    name: str
    table: str
    families: tuple[str, ...]
    sources: Mapping[str, Source]


# how large an image is, which may be a part of a detector or of a sky cell
_DIAMETER = RegionDiameter("meta.wcsinfo.s_region")

# what images of one exposure and what is made of them say, and co-added ones
_OF_EXPOSURES: dict[str, Source] = {
    "s_ra": Number("meta.wcsinfo.ra_ref"),
    "s_dec": Number("meta.wcsinfo.dec_ref"),
    "s_fov": _DIAMETER,
    "t_min": Mjd("meta.exposure.start_time"),
    "t_max": Mjd("meta.exposure.end_time"),
    "t_exptime": Number("meta.exposure.exposure_time"),
}
_OF_MOSAICS: dict[str, Source] = {
    "target_name": Text("meta.wcsinfo.skycell_name"),
    "s_ra": Number("meta.wcsinfo.ra"),
    "s_dec": Number("meta.wcsinfo.dec"),
    "s_fov": First((_DIAMETER, WidestPixels("meta.wcsinfo.image_shape", "meta.wcsinfo.pixel_scale"))),
    "t_min": Mjd("meta.coadd_info.time_first"),
    "t_max": Mjd("meta.coadd_info.time_last"),
    "t_exptime": Number("meta.coadd_info.exposure_time"),
}
# RAD has no column for how many pixels such an image has: all of a detector, or those that were cut out
_PIXELS_OF_EXPOSURES: dict[str, Source] = {"s_pixel_scale": Constant(DETECTOR_PIXEL_SCALE, "nominal")}
_PIXELS_OF_MOSAICS: dict[str, Source] = {
    "s_xel1": Pixels("meta.wcsinfo.image_shape", 0),
    "s_xel2": Pixels("meta.wcsinfo.image_shape", 1),
    "s_pixel_scale": Degrees("meta.wcsinfo.pixel_scale"),
}


def _common(authority: str) -> dict[str, Source]:
    name = First((Text("meta.filename"), FileUrl(is_url=False)))
    return {
        "dataproduct_subtype": Text("meta.product_type"),
        "obs_collection": Constant("ROMAN"),
        "obs_id": First((Text("meta.observation.observation_id"), name)),
        "obs_title": Text("meta.program.title"),
        "obs_publisher_did": Identifier(authority, name),
        "proposal_id": Number("meta.observation.program"),
        "access_url": FileUrl(),
        # no type is registered for ASDF: https://www.iana.org/assignments/media-types
        "access_format": Constant("application/x-asdf"),
        "access_estsize": FileSize(),
        "s_region": Text("meta.wcsinfo.s_region"),
        "s_resolution": Element("fwhm"),
        "t_xel": Constant(1),
        "em_min": Element("blue"),
        "em_max": Element("red"),
        "em_xel": Constant(1),
        "facility_name": Text("meta.telescope"),
        "instrument_name": Text("meta.instrument.name"),
    }


@cache
def _products(authority: str) -> tuple[_Product, ...]:
    def product(
        name: str, table: str, families: Sequence[str], kind: str, level: int, ucd: str, *others: Mapping[str, Source]
    ) -> _Product:
        sources: dict[str, Source] = {
            "dataproduct_type": Constant(kind),
            "calib_level": Constant(level),
            "o_ucd": Constant(ucd),
        }
        for other in (_common(authority), *others):
            sources |= other
        return _Product(name, table, tuple(families), sources)

    flux, brightness, source = "phot.flux.density", "phot.flux.density.sb", "meta.id;src"
    return (
        product("image", "WFIExposure", ["wfi_image"], "image", 2, "phot.count", _OF_EXPOSURES, _PIXELS_OF_EXPOSURES),
        product("mosaic", "WFIMosaic", ["wfi_mosaic"], "image", 3, brightness, _OF_MOSAICS, _PIXELS_OF_MOSAICS),
        product(
            "segmentation map of an image", "SegmentationMap", ["segmentation_map"], "image", 4, source,
            _OF_EXPOSURES, _PIXELS_OF_EXPOSURES,
        ),
        product(
            "segmentation map of a mosaic", "SegmentationMap",
            ["mosaic_segmentation_map", "multiband_segmentation_map"], "image", 4, source,
            _OF_MOSAICS, _PIXELS_OF_MOSAICS,
        ),
        product(
            "catalogue of an image", "SourceCatalog", ["image_source_catalog", "forced_image_source_catalog"],
            "measurements", 4, flux, _OF_EXPOSURES,
        ),
        product(
            "catalogue of a mosaic", "SourceCatalog",
            ["mosaic_source_catalog", "forced_mosaic_source_catalog", "multiband_source_catalog"],
            "measurements", 4, flux, _OF_MOSAICS,
        ),
    )  # fmt: skip


@cache
def _columns_of(product_families: tuple[str, ...], table: str) -> dict[str, str]:
    """Return the column of each path, as the newest schemas of some families say."""
    wanted = set(product_families)
    newest = [uri for uri in schemas_of_files(installed()) if uris.parse(uri).family in wanted]
    return {one.path: one.column for uri in newest for one in columns(uri) if one.table == table}


def _select(product: _Product, metadata: MetaData) -> Any:
    import sqlalchemy as sql

    table, files = metadata.tables[product.table], metadata.tables[FILES]
    names = _columns_of(product.families, product.table)

    def column(path: str) -> Any:
        return table.columns.get(names.get(path, ""))

    types: dict[str, Any] = {"int": sql.Integer(), "long": sql.BigInteger(), "double": sql.Double()}
    shown = []
    for name, (datatype, *_) in _COLUMNS.items():
        source = product.sources.get(name)
        value = None if source is None else source.sql(column, files)
        if value is None:
            value = sql.cast(sql.null(), types.get(datatype, sql.Unicode(1)))
        elif datatype != "string":
            value = sql.cast(value, types[datatype])
        elif not isinstance(value.type, sql.String):
            value = sql.cast(value, sql.Unicode(30))
        shown.append(value.label(name))
    uri = files.columns["schema_uri"]
    kinds = sql.or_(*(uri.contains(f"/schemas/{family}-", autoescape=True) for family in product.families))
    return sql.select(*shown).select_from(table.join(files, files.columns[ID] == table.columns[ID])).where(kinds)


# -- columns ---------------------------------------------------------------------------------------------------------

_OPTIONAL = frozenset({"dataproduct_subtype", "obs_title", "proposal_id", "s_pixel_scale"})

_SPACE = "Char.SpatialAxis"
_TIME = "Char.TimeAxis"
_SPECTRUM = "Char.SpectralAxis"

_Facts = tuple[Literal["string", "int", "long", "double"], str, "str | None", "str | None", str]

# name -> type, unit, UCD, utype, description
_COLUMNS: dict[str, _Facts] = {
    "dataproduct_type": (
        "string", "", "meta.code.class", "ObsDataset.dataProductType", "What the data are: image or measurements",
    ),
    "dataproduct_subtype": (
        "string", "", "meta.code.class", "ObsDataset.dataProductSubtype", "What the mission calls such products",
    ),
    "calib_level": (
        "int", "", "meta.code;obs.calib", "ObsDataset.calibLevel",
        "Calibrated (2), put together (3) or analysed (4)",
    ),
    "obs_collection": ("string", "", "meta.id", "DataID.collection", "Name of the collection"),
    "obs_id": ("string", "", "meta.id", "DataID.observationID", "Identifier of the observation"),
    "obs_title": ("string", "", "meta.title;obs", "DataID.title", "Title of the programme"),
    "obs_publisher_did": (
        "string", "", "meta.ref.ivoid", "Curation.publisherDID", "Identifier that the publisher gives the product",
    ),
    "proposal_id": (
        "string", "", "meta.id;obs.proposal", "Provenance.Proposal.identifier", "Number of the programme",
    ),
    "access_url": ("string", "", "meta.ref.url", "Access.reference", "Where the file is"),
    "access_format": ("string", "", "meta.code.mime", "Access.format", "Media type of the file"),
    "access_estsize": ("long", "kbyte", "phys.size;meta.file", "Access.size", "Size of the file"),
    "target_name": ("string", "", "meta.id;src", "Target.name", "Name of the object or field"),
    "s_ra": (
        "double", "deg", "pos.eq.ra", f"{_SPACE}.Coverage.Location.Coord.Position2D.Value2.C1",
        "Right ascension of the centre (ICRS)",
    ),
    "s_dec": (
        "double", "deg", "pos.eq.dec", f"{_SPACE}.Coverage.Location.Coord.Position2D.Value2.C2",
        "Declination of the centre (ICRS)",
    ),
    "s_fov": (
        "double", "deg", "phys.angSize;instr.fov", f"{_SPACE}.Coverage.Bounds.Extent.diameter",
        "Diameter of the circle around what is covered",
    ),
    "s_region": (
        "string", "", "pos.outline;obs.field", f"{_SPACE}.Coverage.Support.Area", "Region of the sky that is covered",
    ),
    "s_resolution": (
        "double", "arcsec", "pos.angResolution", f"{_SPACE}.Resolution.Refval.value",
        "Full width at half maximum of a point source",
    ),
    "s_xel1": ("long", "", "meta.number", f"{_SPACE}.numBins1", "Pixels along the first axis"),
    "s_xel2": ("long", "", "meta.number", f"{_SPACE}.numBins2", "Pixels along the second axis"),
    "s_pixel_scale": (
        "double", "arcsec", "phys.angSize;instr.pixel", f"{_SPACE}.Sampling.RefVal.SamplingPeriod", "Size of a pixel",
    ),
    "t_min": (
        "double", "d", "time.start;obs.exposure", f"{_TIME}.Coverage.Bounds.Limits.StartTime",
        "Start of the first exposure, as modified Julian date (UTC)",
    ),
    "t_max": (
        "double", "d", "time.end;obs.exposure", f"{_TIME}.Coverage.Bounds.Limits.StopTime",
        "End of the last exposure, as modified Julian date (UTC)",
    ),
    "t_exptime": ("double", "s", "time.duration;obs.exposure", f"{_TIME}.Coverage.Support.Extent", "Exposure time"),
    "t_resolution": ("double", "s", "time.resolution", f"{_TIME}.Resolution.Refval.value", "Resolution in time"),
    "t_xel": ("long", "", "meta.number", f"{_TIME}.numBins", "Number of samples in time"),
    "em_min": (
        "double", "m", "em.wl;stat.min", f"{_SPECTRUM}.Coverage.Bounds.Limits.LoLimit", "Shortest wavelength (vacuum)",
    ),
    "em_max": (
        "double", "m", "em.wl;stat.max", f"{_SPECTRUM}.Coverage.Bounds.Limits.HiLimit", "Longest wavelength (vacuum)",
    ),
    "em_res_power": (
        "double", "", "spect.resolution", f"{_SPECTRUM}.Resolution.ResolPower.refVal", "Resolving power of spectra",
    ),
    "em_xel": ("long", "", "meta.number", f"{_SPECTRUM}.numBins", "Number of samples along the spectral axis"),
    "o_ucd": ("string", "", "meta.ucd", "Char.ObservableAxis.ucd", "UCD of what was observed"),
    "pol_states": (
        "string", "", "meta.code;phys.polarization", "Char.PolarizationAxis.stateList", "Polarisation states",
    ),
    "pol_xel": ("long", "", "meta.number", "Char.PolarizationAxis.numBins", "Number of polarisation states"),
    "facility_name": ("string", "", "meta.id;instr.tel", "Provenance.ObsConfig.Facility.name", "Name of the telescope"),
    "instrument_name": (
        "string", "", "meta.id;instr", "Provenance.ObsConfig.Instrument.name", "Name of the instrument",
    ),
}  # fmt: skip
