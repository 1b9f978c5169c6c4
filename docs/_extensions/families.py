"""A Sphinx extension: pages of the families, written from the installed schemas before each build.

It also warns of public names that no page describes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.definitions.releases import Change
from roman_cal_models.nodes.descriptions import Description
from roman_cal_models.schema import installed, uris
from roman_cal_models.schema.properties import ITEMS
from roman_cal_models.view.families import Family, changes_of, family, family_names

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_log = logging.getLogger(__name__)

_FOLDER = Path("reference", "families")
_GROUPS = {
    "Files": lambda each: each.model_name is not None,
    "Sections of files": lambda each: each.model_name is None and each.class_name is not None,
    "Families without a class": lambda each: each.class_name is None,
}
_HEADINGS = ("Property", "Title", "Type", "Allowed", "Unit", "Since", "Archive")
_WIDTHS = "24 19 8 14 7 7 21"
_MOST_SHOWN = 12
# data, and meta.exposure, but not meta.exposure.type, which is one of the section
_DEPTH_IN_FILES = 2


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what is done before and after a build."""
    app.connect("builder-inited", _write)
    app.connect("env-check-consistency", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write(app: Sphinx) -> None:
    folder = Path(app.srcdir) / _FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    described: set[str] = set()
    store = installed().store
    # by URI, which is found without a search
    told = [family(str(store.versions(name)[-1])) for name in family_names()]
    told.sort(key=lambda each: (not uris.parse(each.schema_uri).family.startswith(("meta/", "enums/")), each.name))
    pages = {f"{_file(each.name)}.rst": _text(_page(each, described)) for each in told}
    pages["index.rst"] = _text(_index(told))
    pages["others.rst"] = _text(_others(described))
    pages["obscore.rst"] = _text(_obscore())
    folder.mkdir(parents=True)
    for name, text in pages.items():
        (folder / name).write_text(text)


def _file(name: str) -> str:
    return name.replace("/", "--")


def _text(lines: Iterable[str]) -> str:
    return "\n".join([":orphan:", "", *lines, ""])


def _headed(text: str, sign: str) -> list[str]:
    return [text, sign * len(text), ""]


def _index(told: list[Family]) -> Iterator[str]:
    yield from _headed("Families", "=")
    yield f"What the schemas of ``rad`` {version('rad')} and our own say, as they were installed at this build."
    yield ""
    for group, belongs in _GROUPS.items():
        rows = [
            (
                f":doc:`{each.name} <{_file(each.name)}>`",
                _classes(each.model_name, each.class_name),
                _escaped(each.title or ""),
                each.versions[-1],
            )
            for each in sorted(told, key=lambda each: each.name)
            if belongs(each)
        ]
        yield from _headed(group, "-")
        yield from _table(("Family", "Class", "Title", "Newest"), rows, ":class: families", ":widths: 27 31 29 13")


def _page(told: Family, described: set[str]) -> Iterator[str]:
    changes = changes_of(told.schema_uri)
    yield from _headed(told.name, "=")
    yield _escaped(told.title or "No title.")
    yield ""
    if told.description not in (None, told.title):
        yield _escaped(" ".join(told.description.split()))
        yield ""
    registry = {
        "Schema": f"``{told.schema_uri}``",
        "Tag": f"``{told.tag}``" if told.tag else "none: written in place",
        "Versions": ", ".join(told.versions),
        "Type": ", ".join(told.types) if told.types != ("object",) else "",
        "Allowed": _values(told.allowed, most=None),
        "All": ":doc:`index`",
    }
    yield from (f":{name}: {value}" for name, value in registry.items() if value)
    yield ""
    names = (told.model_name, told.class_name)
    is_home = not described.issuperset(name for name in names if name is not None)
    for name in names:
        if name is not None and name in described:
            yield f"- :py:obj:`roman_cal_models.{name}`"
            yield ""
        elif name is not None:
            described.add(name)
            yield from _class(name)
    if told.properties:
        yield from _headed("Properties", "-")
        yield "Those with ``*`` are required, where the object that holds them is there."
        yield ""
        since = _added(changes)
        rows = [
            _row(each, since.get(each.path, told.versions[0]), _place(told, each.path) if is_home else None)
            for each in told.properties
        ]
        yield from _table(_HEADINGS, rows, ":class: properties", f":widths: {_WIDTHS}")
    yield from _changes(told, changes)


def _class(name: str) -> Iterator[str]:
    value = getattr(rcm, name)
    if not isinstance(value, type) or value.__module__ == "builtins":
        # an enumeration as checkers know it, or plain text
        yield from (f".. py:data:: roman_cal_models.{name}", "", f"   {_escaped(_literal(value))}", "")
        return
    yield from (f".. py:class:: roman_cal_models.{name}", "")
    text, _, _ = (value.__doc__ or "").partition("\nProperties by")  # which the table below shows
    yield f"   {' '.join(text.split())}"
    yield ""


def _literal(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value).replace("typing.", "")


def _others(described: set[str]) -> Iterator[str]:
    """Yield the page of the classes of objects that schemas describe in place."""
    yield from _headed("Objects in place", "=")
    yield "Classes of objects that have no schema of their own: the schema of another family describes them."
    yield ""
    for name in _generated():
        if name not in described:
            described.add(name)
            yield from _class(name)


def _generated() -> list[str]:
    from roman_cal_models.models.generated._index import MODULES as MODELS
    from roman_cal_models.nodes.generated._index import MODULES as NODES

    return sorted({*MODELS, *NODES})


def _added(changes: dict[str, list[Change]]) -> dict[str, str]:
    """Return the properties that the first version did not have, and the newest version that brought them."""
    return {
        each.path.replace(ITEMS, ""): number
        for number, found in reversed(changes.items())
        for each in found
        if (each.kind, each.what) == ("added", "property")
    }


def _place(told: Family, path: str) -> str | None:
    """Return the name under which the search finds a property, or None: of sections of files, the sections' own do."""
    depth = path.count(".")
    if depth == 0 and told.class_name is not None and told.model_name is None:
        return f"{told.class_name}.{path}"
    return f"{told.model_name}.{path}" if depth < _DEPTH_IN_FILES and told.model_name is not None else None


def _row(told: Description, since: str, place: str | None) -> tuple[str, ...]:
    kinds = [each.rpartition("/")[2].partition("-")[0] for each in told.types]
    unit = told.unit if isinstance(told.unit, str) else " or ".join(told.unit or ())
    columns = "" if told.columns is None else f"{_columns(told.columns.destinations)} ({told.columns.datatype})"
    name = f"``{told.path}``" if place is None else f":roman:property:`{told.path} <{place}>`"
    return (
        name + (r" \*" if told.is_required else ""),
        _escaped(" ".join((told.title or "").split())),
        " or ".join(kinds),
        _values(told.allowed, most=_MOST_SHOWN),
        _escaped(unit),
        since,
        _escaped(columns),
    )


def _columns(destinations: Iterable[str]) -> str:
    """Return columns of tables, each name once: most have the same in all tables."""
    tables: dict[str, list[str]] = {}
    for destination in destinations:
        table, _, column = destination.partition(".")
        tables.setdefault(column, []).append(table)
    return "; ".join(
        f"{found[0]}.{column}" if len(found) == 1 else f"{column} in {', '.join(found)}"
        for column, found in tables.items()
    )


def _values(allowed: tuple[object, ...] | None, most: int | None) -> str:
    shown = [f"``{value!r}``" for value in (allowed or ())[:most]]
    left = len(allowed or ()) - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left else "")


def _changes(told: Family, changes: dict[str, list[Change]]) -> Iterator[str]:
    changed = {number: found for number, found in changes.items() if found}
    if changed:
        yield from _headed("Changes", "-")
    for number, found in changed.items():
        yield f"{number}"
        yield from (f"    - {_escaped(_said(each, told.name))}" for each in found)
        yield ""


def _obscore() -> Iterator[str]:
    yield from _headed("Columns of ObsCore", "=")
    yield "What the view ``obscore`` of a catalogue takes for each of its columns; what a product lacks is null."
    yield ""
    rows = []
    for column in archive.obscore_columns():
        products: dict[str, list[str]] = {}
        for product, source in column.sources.items():
            products.setdefault(source, []).append(product)
        if len(products) == 1 and len(column.sources) == 6:
            told = _escaped(next(iter(products)))
        else:
            told = "; ".join(f"{', '.join(names)}: {_escaped(source)}" for source, names in products.items())
        rows.append((f"``{column.name}``", column.datatype, column.unit or "", column.ucd or "", told))
    yield from _table(("Column", "Type", "Unit", "UCD", "From"), rows, ":widths: 18 8 8 22 44")


def _said(change: Change, name: str) -> str:
    return str(change).removeprefix(name).strip()


def _classes(*names: str | None) -> str:
    return ", ".join(f":py:obj:`~roman_cal_models.{name}`" for name in names if name)


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]], *options: str) -> Iterator[str]:
    yield from (".. list-table::", "   :header-rows: 1", *(f"   {option}" for option in options), "")
    for row in (headings, *rows):
        for at, cell in enumerate(row):
            yield f"   {'*' if at == 0 else ' '} - {cell}".rstrip()
    yield ""


def _escaped(text: str) -> str:
    """Return text of schemas as text, whatever signs of reStructuredText are in it."""
    for sign in "\\*`|_":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("file://", "file\\://")  # which is no link


def _check(app: Sphinx, env: Any) -> None:
    """Warn of public names that no page describes."""
    known = {name for name, _, _, _, _, _ in env.get_domain("py").get_objects()}
    wanted = {f"roman_cal_models.{name}" for name in rcm._every_name()} - {"roman_cal_models.__version__"}
    wanted |= {f"roman_cal_models.archive.{name}" for name in dir(archive)}
    for name in sorted(wanted - known):
        _log.warning("no page describes the public name %s", name)
