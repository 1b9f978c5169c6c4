"""One registration, from beginning to end."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from ..errors import SchemaError
from ..extension import add_registered
from ..models import classes as models
from ..models.data_model import DataModel
from ..schema import installed
from ..schema.registry import SchemaRegistry
from ..schema.store import store
from .folder import check_folder
from .making import make_classes, names_for

__all__ = ["register_schemas"]


def register_schemas(folder: str | os.PathLike[str]) -> dict[str, type[DataModel]]:
    """Make classes of nodes and models of the schemas of a third party, for this process.

    From then on `open`, `read_header`, `identify` and `asdf.open` know the files that bear its tags.

    Parameters
    ----------
    folder : str or path-like
        Holds ``manifests/`` and ``schemas/``, as the ``resources`` of ``rad`` do. The schemas are in RAD's dialect:
        JSON Schema draft 4 with asdf's and RAD's keywords, and ``$ref`` may lead to RAD's own. A schema with
        ``datamodel_name`` is that of a file.

    Returns
    -------
    dict of str to type
        The models, by name. They, and the classes of nodes, are also found under their names in the package.
        For the same folder again, the same models.

    Raises
    ------
    SchemaError
        Something is wrong with a manifest or with a schema, or its names or tags are those of others.
        The message names the file. Nothing was registered.

    Notes
    -----
    What is registered holds for the process. A worker that unpickles such nodes registers the folder first.

    Examples
    --------
    A folder ``example`` whose schema ``spectra-1.0.0`` has ``datamodel_name: SpectraModel``::

        rcm.register_schemas("example")
        rcm.SpectraModel.create_fake_data().save("spectra.asdf")
        rcm.open("spectra.asdf")
    """
    place = Path(folder).resolve()
    base = next((base for base in store().bases[1:] if store().folder_of(base) == place), None)
    if base is None:
        base = _register(place)
    return {name: model for name, model in models.REGISTERED.items() if model._node_class()._base == base}


def _register(place: Path) -> str:
    base = check_folder(place)
    candidate = store().with_folder(base, place)
    try:
        names = names_for(SchemaRegistry(candidate), base, _taken())
    except SchemaError as error:
        raise SchemaError(f"{place}: {error}") from None
    store().add_folder(base, place)
    make_classes(installed(), base, names)
    add_registered(base, place)
    return base


def _taken() -> set[str]:
    """Return the public names of the package."""
    return set(dir(import_module(__name__.partition(".")[0])))
