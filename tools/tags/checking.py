"""The columns of the table, for one tag."""

from __future__ import annotations

import random
import warnings
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import asdf
import roman_datamodels.datamodels as peer
from roman_datamodels._stnode._registry import NODE_CLASSES_BY_TAG

import roman_cal_models as rcm
from roman_cal_models.models.classes import model_class
from roman_cal_models.models.opening import model_of
from roman_cal_models.nodes.classes import class_name_of, class_of_document
from roman_cal_models.nodes.object_node import ObjectNode
from roman_cal_models.schema import installed, uris
from tests.models.test_agreement import asdf_accepts, breakages, places
from tests.peer import FILE_SAYS, differences, plain, roman_tags

__all__ = ["COLUMNS", "Row", "all_tags", "check", "is_upgradable"]

COLUMNS = ("opened", "equal", "checked", "saved", "upgraded")
SHAPE = (2, 2, 2)
FAULTS = 4


@dataclass
class Row:
    """What was found for a tag.

    Parameters
    ----------
    tag : str
        The tag.
    faults : dict of str to str
        Column -> what is wrong; columns that are in order are not there.
    columns : tuple of str
        The columns that were looked at.
    peer_upgrades : bool
        Whether the peer's ``create_from_model`` makes something valid of an older tag.
    """

    tag: str
    columns: tuple[str, ...]
    faults: dict[str, str] = field(default_factory=dict)
    peer_upgrades: bool = False

    def is_good(self, column: str) -> bool:
        """Return whether a column was looked at and is in order."""
        return column in self.columns and column not in self.faults


@cache
def all_tags() -> tuple[str, ...]:
    """Return the tags of all manifests, by family and version."""
    tags = {tag for manifest in installed().store.manifests for tag in manifest.schema_uris}
    return tuple(sorted(tags, key=lambda tag: (uris.parse(tag).family, uris.parse(tag))))


@cache
def _newest() -> dict[str, str]:
    return {uris.parse(tag).family: tag for tag in installed().store.newest_manifest.schema_uris}


def is_upgradable(tag: str) -> bool:
    """Return whether a tag is an older one of a family that is in the newest manifest."""
    family = uris.parse(tag).family
    return family in _newest() and _newest()[family] != tag


def check(tag: str, folder: Path, columns: tuple[str, ...] = COLUMNS) -> Row:
    """Make a file of a tag and look at it.

    Parameters
    ----------
    tag : str
        The tag.
    folder : Path
        Where files may be written.
    columns : tuple of str
        What to look at.
    """
    has_upgrade = is_upgradable(tag) and hasattr(rcm.DataModel, "upgrade")
    row = Row(tag, tuple(name for name in columns if name != "upgraded" or has_upgrade))
    path = folder / "peer.asdf"
    with warnings.catch_warnings():
        # the peer and asdf warn of old tags and of old files
        warnings.simplefilter("ignore")
        asdf.AsdfFile({"roman": peer_value(tag)}).write_to(path)
        with _file(path) as file:
            value = file["roman"]
            for column in row.columns:
                fault = globals()[f"_{column}"](tag, value, path)
                if fault:
                    row.faults[column] = fault
        if "upgraded" in row.columns:
            row.peer_upgrades = _peer_upgrades(path)
    return row


def peer_value(tag: str) -> Any:
    """Return the peer's made-up value of a tag."""
    return NODE_CLASSES_BY_TAG[tag]._create_fake_data(tag=tag, shape=SHAPE)


def _file(path: Path) -> Any:
    """Open a file here: as a model where it is one, else with asdf and our extensions."""
    try:
        model = rcm.open(path)
    except rcm.UnknownTagError:
        return asdf.open(path, extensions=rcm.get_asdf_extensions())
    return _File(model)


class _File:
    """A model as the file that it came from."""

    def __init__(self, model: rcm.DataModel) -> None:
        self.model = model

    def __getitem__(self, key: str) -> Any:
        return self.model.node

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.model.close()


def _class(tag: str) -> Any:
    uri = installed().store.schema_of(tag)
    assert uri is not None
    schema = installed().root(uri).object
    cls = class_of_document(uri)
    return cls if isinstance(cls, type) or schema is None else getattr(rcm, class_name_of(schema))


def _opened(tag: str, value: Any, path: Path) -> str:
    uri = installed().store.schema_of(tag)
    if type(value) is not _class(tag):
        return f"is of the class {type(value).__name__}"
    if (value.tag, value.schema_uri) != (tag, uri):
        return f"has the tag {value.tag} and the schema {value.schema_uri}"
    return ""


def _differing(theirs: Any, ours: Any, ignore: tuple[str, ...] = ()) -> str:
    if isinstance(ours, str):
        return "" if str(theirs) == str(ours) else f"{theirs!r} is not {ours!r}"
    if not isinstance(ours, (dict, list)):
        return "" if str(plain(theirs)) == str(ours) else f"{theirs!r} is not {ours!r}"
    return "; ".join(differences(theirs, ours, ignore=ignore))


def _equal(tag: str, value: Any, path: Path) -> str:
    with asdf.open(path) as file:
        return _differing(file["roman"], value)


def _checked(tag: str, value: Any, path: Path) -> str:
    if not isinstance(value, (dict, list)):
        return "" if asdf_accepts(value) else "asdf refuses the value"
    problems = value.problems()  # type: ignore[union-attr]
    found = [] if asdf_accepts(value) == (not problems) else [f"as it is: we say {problems}"]
    chance = random.Random(tag)
    with rcm.config(validate_assignment="off", unknown="ignore"):
        every = list(places(value))
        for container, key, where in chance.sample(every, min(FAULTS, len(every))):
            kept = container[key]
            fault, broken = chance.choice(sorted(breakages(kept).items(), key=lambda item: item[0]))
            container[key] = broken
            problems = value.problems()  # type: ignore[union-attr]
            if asdf_accepts(value) != (not problems):
                found.append(f"{where}: {fault}: we say {[str(problem) for problem in problems]}")
            container[key] = kept
    return "; ".join(found)


def _saved(tag: str, value: Any, path: Path) -> str:
    target = path.with_name("ours.asdf")
    if isinstance(value, ObjectNode) and model_class(type(value).__name__) is not None:
        model_of(value).save(target)
    else:
        asdf.AsdfFile({"roman": value}, extensions=rcm.get_asdf_extensions()).write_to(target)
    if roman_tags(target) != roman_tags(path):
        return f"other tags: {roman_tags(target) - roman_tags(path)} for {roman_tags(path) - roman_tags(target)}"
    with asdf.open(target) as file, _file(target) as again:
        return _differing(file["roman"], value, FILE_SAYS) or _differing(value, again["roman"], FILE_SAYS)


def _upgraded(tag: str, value: Any, path: Path) -> str:
    model = model_of(value).upgrade()  # type: ignore[attr-defined]
    problems = model.problems()
    return "" if not problems and model.tag == _newest()[uris.parse(tag).family] else f"{model.tag}: {problems}"


def _peer_upgrades(path: Path) -> bool:
    with peer.open(path) as old:
        try:
            type(old).create_from_model(old).validate()
        except asdf.ValidationError:
            return False
        except (AttributeError, KeyError, TypeError, ValueError):
            return False  # it does not get as far
    return True
