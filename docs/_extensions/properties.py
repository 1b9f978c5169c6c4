"""A Sphinx extension: properties of schemas as what the search finds first, by a name such as ``flat_field``.

Sphinx's search counts words of pages, in which a property is one of many. What a domain lists, it finds by name, before
the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.domains import Domain, ObjType
from sphinx.util.docutils import ReferenceRole
from sphinx.util.nodes import make_id

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# of Sphinx's search: 0 before others, 1 as all, 2 after them
AS_ALL, LAST = 1, 2
# families of files from tests on the ground, which few look for
_SEEN_LAST = ("reference/families/fps", "reference/families/tvac")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the domain."""
    app.add_domain(RomanDomain)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class _Property(ReferenceRole):
    """The role ``:roman:property:`flat_field <L2CalStep.flat_field>```: the text, as the place of that property."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        node_id = make_id(self.env, self.inliner.document, "", self.target)
        literal = nodes.literal(self.rawtext, self.title, ids=[node_id])
        self.env.get_domain("roman").data["properties"][self.target] = (self.env.docname, node_id)
        return [literal], []


class RomanDomain(Domain):
    """What the mission's schemas describe."""

    name = "roman"
    label = "Roman"
    object_types = {"property": ObjType("property", "property")}  # noqa: RUF012
    roles = {"property": _Property()}  # noqa: RUF012
    initial_data = {"properties": {}}  # noqa: RUF012
    data_version = 1

    def clear_doc(self, docname: str) -> None:
        """Forget what stood on a page."""
        found = self.data["properties"]
        self.data["properties"] = {name: place for name, place in found.items() if place[0] != docname}

    def merge_domaindata(self, docnames: set[str], otherdata: dict[str, Any]) -> None:
        """Take what another process read."""
        found = otherdata["properties"]
        self.data["properties"] |= {name: place for name, place in found.items() if place[0] in docnames}

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield name, text, type, page, anchor and priority of each property."""
        for name, (docname, anchor) in self.data["properties"].items():
            yield name, name, "property", docname, anchor, LAST if docname.startswith(_SEEN_LAST) else AS_ALL
