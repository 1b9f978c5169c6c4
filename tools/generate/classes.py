"""The classes to write: of each family its own and those of the objects inside of it, with their properties."""

from __future__ import annotations

from dataclasses import dataclass, field

from roman_cal_models.schema.families import NAMING_FOLDERS, Family, class_names
from roman_cal_models.schema.properties import ObjectSchema, PropertySchema
from roman_cal_models.schema.uris import URI

from .annotations import Annotation, Names, annotation

__all__ = ["Class", "Property", "ancestors", "classes_of", "names_of", "new_folders", "parents_of"]

# Folders of RAD that do not belong to the name of a family.
_HOMES = ("meta", "enums", "tables", "CCSP", "tagged_scalars")


@dataclass
class Property:
    """A property, over all versions of its object."""

    name: str
    place: PropertySchema
    type: Annotation
    versions: str


@dataclass
class Class:
    """A class to write."""

    name: str
    family: Family
    path: tuple[str, ...]
    versions: list[tuple[URI, ObjectSchema]]
    properties: list[Property]
    parents: list[str] = field(default_factory=list)

    @property
    def newest(self) -> ObjectSchema:
        """Its newest schema."""
        return self.versions[0][1]

    @property
    def is_file(self) -> bool:
        """Whether it is the top node of files."""
        return not self.path and self.family.model is not None


def names_of(families: list[Family]) -> Names:
    """Return the names of all classes, and of the modules that they stand in."""
    classes: dict[str, str] = {}
    module_of: dict[str, str] = {}
    for family in families:
        names = class_names([family])
        classes |= names
        module_of |= dict.fromkeys(names.values(), family.module)
    return Names(classes, module_of, {family.name for family in families if family.kind == "enum"})


def new_folders(families: list[Family]) -> dict[str, list[str]]:
    """Return the folders of RAD of which nobody has said what they mean for names, with the classes from there.

    They add nothing to the names, as if they stood in ``_HOMES``.
    """
    found: dict[str, list[str]] = {}
    for family in families:
        folders = {folder for home in family.homes for folder in home.split("/")[:-1]}
        for folder in folders - {*_HOMES, *NAMING_FOLDERS}:
            found.setdefault(folder, []).append(family.name)
    return found


def classes_of(family: Family, names: Names) -> list[Class]:
    """Return the classes of a family of objects, the innermost first."""
    by_name: dict[str, Class] = {}
    for path, versions in family.objects().items():
        name = names.classes[family.newest.family if not path else f"{versions[0][0].family}#{'.'.join(path)}"]
        one = by_name.setdefault(name, Class(name, family, path, [], []))
        # patterns change from version to version; the newest says where the class stands
        if not one.versions or versions[0][0] > one.versions[0][0]:
            one.path = path
        one.versions = sorted([*one.versions, *versions], key=lambda pair: family.versions.index(pair[0]), reverse=True)
    for one in by_name.values():
        one.properties = _properties(one.versions, names)
    # what is nested comes first, so that a reader has met it
    return sorted(by_name.values(), key=lambda one: -len(one.path))


def _properties(versions: list[tuple[URI, ObjectSchema]], names: Names) -> list[Property]:
    properties = []
    for key in dict.fromkeys(key for _, schema in versions for key in schema.properties):
        holders = [(uri, schema) for uri, schema in versions if key in schema.properties]
        place = holders[0][1].properties[key]
        properties.append(Property(key, place, annotation(place, names), _versions(holders, versions)))
    return properties


def _versions(holders: list[tuple[URI, ObjectSchema]], versions: list[tuple[URI, ObjectSchema]]) -> str:
    """Return in which versions a property exists, if not in all."""
    if len(holders) == len(versions):
        return ""
    newest, oldest = holders[0][0], holders[-1][0]
    if newest == versions[0][0]:
        return f"From {oldest.short} on."
    if oldest == versions[-1][0]:
        return f"Up to {newest.short}."
    return f"In {oldest.short}." if oldest == newest else f"From {oldest.short} to {newest.short}."


def parents_of(one: Class, by_name: dict[str, Class], names: Names) -> list[str]:
    """Return the classes whose schema the newest schema takes in whole, by ``allOf``.

    One of which a property has another type here is left out, so that no type is overridden by a wider one.
    """
    if one.is_file:
        return []
    found = [names.classes[family] for family in one.newest.parents if family in names.classes]
    found = [name for name in dict.fromkeys(found) if name != one.name and name in by_name]
    own = {prop.name: prop.type.text for prop in one.properties}
    found = [
        name
        for name in found
        if all(own.get(prop.name) == prop.type.text or prop.versions for prop in _all_properties(name, by_name, names))
    ]
    inherited = {ancestor for name in found for ancestor in ancestors(name, by_name, names)}
    return [name for name in found if name not in inherited]


def ancestors(name: str, by_name: dict[str, Class], names: Names) -> set[str]:
    """Return the parents of a class, theirs, and so on."""
    direct = set(parents_of(by_name[name], by_name, names))
    return direct.union(*(ancestors(parent, by_name, names) for parent in direct))


def _all_properties(name: str, by_name: dict[str, Class], names: Names) -> list[Property]:
    inherited = [prop for parent in ancestors(name, by_name, names) for prop in by_name[parent].properties]
    return [*inherited, *by_name[name].properties]
