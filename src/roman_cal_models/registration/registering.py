"""One registration, from beginning to end."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from ..errors import InvalidSchemaError, SchemaWarning
from ..extension import add_registered
from ..models.classes import model_class, model_of_name
from ..models.data_model import DataModel
from ..nodes.classes import NEWER, class_name_of_family, forget, model_name
from ..nodes.making import make_classes
from ..schema import installed
from ..schema.store import Store, store
from .folder import Folder, check_folder, families_of

__all__ = ["register_schemas"]


def register_schemas(folder: str | os.PathLike[str]) -> dict[str, type[DataModel]]:
    """Make classes of nodes and models of the schemas of a third party, for this process.

    From then on `open`, `read_header`, `identify` and `asdf.open` know the files that bear its tags.

    Parameters
    ----------
    folder : str or path-like
        Holds ``manifests/`` and ``schemas/``, as the ``resources`` of ``rad`` do. The schemas are in RAD's dialect:
        JSON Schema draft 4 with asdf's and RAD's keywords, and ``$ref`` may lead to RAD's own. A schema with
        ``datamodel_name`` is that of a file. They are of an authority of their own, or new ones of RAD's, such as
        ``asdf://stsci.edu/datamodels/roman/schemas/CCSP/TEAM/team_map-1.0.0``: then what RAD's tests ask of them is
        asked here as well.

    Returns
    -------
    dict of str to type
        The models, by name. They, and the classes of nodes, are also found under their names in the package.
        For the same folder again, the same models.

    Raises
    ------
    InvalidSchemaError
        Something is wrong with manifests or schemas, or their names, tags or URIs are those of others; its
        ``problems`` are all that is wrong. Nothing was registered.

    Warns
    -----
    SchemaWarning
        For what is most likely a mistake: a keyword that nobody knows, a reference to what is not the newest.

    Notes
    -----
    What is registered holds for the process. A worker that unpickles such nodes registers the folder first.

    A schema that the installed RAD has under the same URI is RAD's: a copy that says the same is passed over, and one
    that says something else is an error. So a draft may stay registered when RAD has taken it in.

    Examples
    --------
    A folder ``example`` whose schema ``spectra-1.0.0`` has ``datamodel_name: SpectraModel``::

        rcm.register_schemas("example")
        rcm.SpectraModel.create_fake_data().save("spectra.asdf")
        rcm.open("spectra.asdf")
    """
    place = Path(folder).resolve()
    base = next((base for base, known in store().registered if known == place), None)
    if base is None:
        checked = check_folder(Path(folder))
        if checked.errors:
            raise InvalidSchemaError(checked.errors)
        for problem in checked.problems:
            warnings.warn(str(problem), SchemaWarning, stacklevel=2)
        base = checked.base
        if checked.is_new:
            _register(place, checked)
    return _models(base, place)


def _register(place: Path, checked: Folder) -> None:
    assert checked.names is not None
    store().add_folder(checked.base, place)
    make_classes(families_of(checked.schemas, installed(), checked.base), checked.base, checked.names)
    forget()
    model_class.cache_clear()
    add_registered(checked.base, place)


def _models(base: str, place: Path) -> dict[str, type[DataModel]]:
    found: dict[str, type[DataModel]] = {}
    for uri in sorted(Store([(base, place)]).schema_uris()):
        node = class_name_of_family(uri) or ""
        model = model_name(node)
        if model is not None:
            NEWER.discard(node)  # who has its schema need not be told that it is new
            found[model] = model_of_name(model)
    return found
