"""What the code has to say to the schemas of a new RAD, as JSON: ``python -m tools.absorb.findings BEFORE``.

It runs in a process of its own, after the classes were generated.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import roman_cal_models as rcm
from roman_cal_models.archive.definitions.linting import lint
from roman_cal_models.archive.definitions.products import is_likely, likely_tables
from roman_cal_models.installation import rad_version
from roman_cal_models.migration import assumptions
from roman_cal_models.migration.assumptions import FILL, Assumption
from roman_cal_models.nodes.classes import class_name_of_family, model_name
from roman_cal_models.schema import installed, uris
from roman_cal_models.schema.families import collect
from roman_cal_models.schema.properties import ObjectSchema, PropertySchema
from roman_cal_models.schema.uris import ROMAN
from tools.generate.classes import new_folders

_SHAPE = (3, 3, 3)


def main(arguments: list[str]) -> None:
    """Print the findings."""
    families = set(json.loads(arguments[0])["families"])
    known = uris.parse(f"{ROMAN}/manifests/{json.loads(arguments[0])['manifest']}").numbers
    store = installed().store
    new = [uris.parse(tag) for each in store.manifests if each.uri.numbers > known for tag in each.schema_uris]
    old = {tag for each in store.manifests if each.is_static or each.uri.numbers <= known for tag in each.schema_uris}
    new = sorted({tag for tag in new if str(tag) not in old})
    files = [tag for tag in new if _model(tag) is not None]
    print(
        json.dumps(
            {
                "rad": rad_version(),
                "new_models": [_model(tag) for tag in files if tag.family not in families],
                "new_versions": [tag.short for tag in files if tag.family in families],
                "folders": new_folders(collect(installed())),
                "tables": {
                    uri.family: likely_tables(str(uri))
                    for uri in map(_schema, files)
                    if uri.family not in families and is_likely(str(uri)) and likely_tables(str(uri))
                },
                "archive": [str(each) for each in lint() if each.kind in ("unknown type", "unknown table")],
                "upgrades": _upgrades(),
            }
        )
    )


def _schema(tag: uris.URI) -> uris.URI:
    return uris.parse(str(installed().store.schema_of(str(tag))))


def _model(tag: uris.URI) -> str | None:
    return model_name(class_name_of_family(_schema(tag)) or "")


def _upgrades() -> dict[str, Any]:
    """Return the rules that are missing, and the upgrades that fail otherwise."""
    store = installed().store
    newest = {uris.parse(tag).family: tag for tag in store.newest_manifest.schema_uris}
    rules: dict[tuple[str, str | None], dict[str, Any]] = {}
    failures: dict[str, str] = {}
    tags = {tag for manifest in store.manifests for tag in manifest.schema_uris}
    # the nearest first: it shows what was only renamed
    for tag in sorted(tags, key=uris.parse, reverse=True):
        target = newest.get(uris.parse(tag).family)
        name = _model(uris.parse(tag))
        if target is None or target == tag or name is None:
            continue
        try:
            _try(getattr(rcm, name), tag, target, rules)
        except (rcm.RomanCalModelsError, KeyError, TypeError, ValueError) as error:
            failures[uris.parse(tag).short] = f"{type(error).__name__}: {error}"
    return {"rules": list(rules.values()), "failures": failures}


def _try(model: Any, tag: str, target: str, rules: dict[tuple[str, str | None], dict[str, Any]]) -> None:
    """Upgrade made-up values of a tag; what lacks a rule is given one for this process, until nothing does."""
    old = model(model._node_class().create_fake_data(tag=tag, shape=_SHAPE))
    # what an older tag has a rule for already may stand elsewhere in this one
    family = uris.parse(target).family
    for path in {path for (path, _), rule in rules.items() if rule["family"] == family}:
        _note(path, tag, target, rules)
    while True:
        try:
            new = old.upgrade()
        except rcm.UpgradeError as error:
            if not error.missing:
                raise
            for path in error.missing:
                rule = _note(path, tag, target, rules)
                array = rule.get("array")
                value = FILL if array is None else assumptions._like_data(array[0], 0, ndim=array[1])
                assumptions._BY_PATH[path] = Assumption((path,), value, "for a trial")
            continue
        problems = [str(each) for each in new.problems()]
        if problems:
            raise rcm.UpgradeError("; ".join(problems))
        return


def _note(path: str, tag: str, target: str, rules: dict[tuple[str, str | None], dict[str, Any]]) -> dict[str, Any]:
    """Note the rule for a path of a tag, unless it is that of an older one; one that has the path lacks none."""
    rule = _rule(path, tag, target, {former for known, former in rules if known == path})
    if not rules.keys() & {(path, None), (path, rule["moved_from"])} or rule["moved_from"]:
        rules.setdefault((path, rule["moved_from"]), rule)
    return rule


def _rule(path: str, tag: str, target: str, formers: set[str | None]) -> dict[str, Any]:
    """Return what may be assumed, or moved, for a path that the newer version requires.

    `formers` are the names that it had in versions between.
    """
    newer, older = (installed().document(str(installed().store.schema_of(each))) for each in (target, tag))
    place = newer.properties.get(path)
    rule: dict[str, Any] = {"path": path, "moved_from": None, "family": uris.parse(target).family}
    if place is not None:
        rule["moved_from"] = next((name for name in formers if name in older.properties), None) or _former(
            place, newer, older
        )
        array = place.keyword("datatype"), place.keyword("ndim")
        if isinstance(array[0], str) and isinstance(array[1], int):
            rule["array"] = array
    return rule


def _former(place: PropertySchema, newer: ObjectSchema, older: ObjectSchema) -> str | None:
    """Return the property of an older version that is the same under another name, and is gone since."""
    gone = [each for each in older.properties.items() if each[0] not in newer.properties]
    same = [name for name, each in gone if each.title == place.title and each.tags == place.tags]
    return same[0] if len(same) == 1 else None


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1:])
