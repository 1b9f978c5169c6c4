"""One registration, from beginning to end."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from ..errors import SchemaError
from ..extension import add_registered
from ..models.classes import model_class, model_of_name
from ..models.data_model import DataModel
from ..nodes.classes import NEWER, named, names_made
from ..nodes.making import families_to_make, make_classes, names_for
from ..schema import installed
from ..schema.registry import SchemaRegistry
from ..schema.store import store
from .folder import check_folder

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
    made = {model: named(node) for node, model in names_made().items() if model is not None and node not in NEWER}
    return {model: model_of_name(model) for model, node in made.items() if node._base == base}


def _register(place: Path) -> str:
    base = check_folder(place)
    candidate = store().with_folder(base, place)
    try:
        names = names_for(families_to_make(SchemaRegistry(candidate), base), base, _taken())
    except SchemaError as error:
        raise SchemaError(f"{place}: {error}") from None
    store().add_folder(base, place)
    make_classes(families_to_make(installed(), base), base, names)
    model_class.cache_clear()
    add_registered(base, place)
    return base


def _taken() -> set[str]:
    """Return the public names of the package."""
    return set(dir(import_module(__name__.partition(".")[0])))
