"""Roman files by the ``read`` of astropy's own classes, for code that knows those and nothing of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ConversionError, RomanCalModelsError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FORMAT", "register_astropy_io"]

FORMAT = "roman"
"""What the format is called: ``Table.read(path, format="roman")``."""

_CATALOGS = "SourceCatalogModel"


def register_astropy_io() -> None:
    """Have astropy's unified I/O read Roman files: ``Table.read``, ``CCDData.read`` and ``NDDataRef.read``.

    astropy looks nowhere for readers of other packages, so somebody has to call this; calling it again does nothing.
    Without ``format="roman"``, a file is taken for ours if its header says so; other ``.asdf`` files are left to
    others. ``Table.read`` gives the table of a source catalogue, the other two what `DataModel.to_nddata` gives, and
    take its arguments.

    Examples
    --------
    >>> import roman_cal_models as rcm
    >>> from astropy.nddata import CCDData
    >>> rcm.register_astropy_io()
    >>> path = rcm.ImageModel.create_fake_data(shape=(2, 2)).save("image.asdf")  # doctest: +SKIP
    >>> CCDData.read("image.asdf").shape  # doctest: +SKIP
    (2, 2)
    """
    from astropy.io.registry import compat
    from astropy.nddata import CCDData, NDDataRef
    from astropy.table import QTable, Table

    for cls, read, is_catalog in (
        (Table, _read_table, True),
        (QTable, _read_table, True),  # priorities are not inherited
        (CCDData, _image_reader(CCDData), False),
        (NDDataRef, _image_reader(NDDataRef), False),
    ):
        # whoever else claims what ends in .asdf knows less of it
        compat.register_reader(FORMAT, cls, read, force=True, priority=1)
        compat.register_identifier(FORMAT, cls, _identifier(is_catalog=is_catalog), force=True)


def _read_table(source: Any, **kwargs: Any) -> Any:
    from .opening import open

    with open(source, **kwargs) as model:
        if "source_catalog" not in model:
            raise ConversionError(_name_of(source), f"{type(model).__name__} has no source_catalog")
        return model["source_catalog"]


def _image_reader(cls: type[Any]) -> Callable[..., Any]:
    def read(source: Any, *, flags: Any = "DO_NOT_USE", unit: str | None = None, **kwargs: Any) -> Any:
        from .opening import open

        with open(source, **kwargs) as model:
            return model.to_nddata(cls, flags=flags, unit=unit)

    return read


def _identifier(*, is_catalog: bool) -> Callable[..., bool]:
    def is_ours(origin: str, path: str | None, stream: Any, *args: Any, **kwargs: Any) -> bool:
        from ..header.reading import identify

        source = path if path is not None else stream
        if origin != "read" or source is None:
            return False
        try:
            model = identify(source).model_type
        except (RomanCalModelsError, OSError):
            return False
        return model is not None and model.endswith(_CATALOGS) is is_catalog

    return is_ours


def _name_of(source: Any) -> str | None:
    return source if isinstance(source, str) else getattr(source, "name", None)
