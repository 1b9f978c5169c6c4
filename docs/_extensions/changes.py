"""A Sphinx extension: the directive ``changes-to-come``, which shows the news fragments of ``changes/``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_KINDS = {"feature": "New", "bugfix": "Mended", "removal": "To be changed by users", "general": "Other"}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("changes-to-come", _ChangesToCome)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class _ChangesToCome(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        folder = Path(self.env.app.confdir).parent / "changes"
        lines: list[str] = []
        for kind, heading in _KINDS.items():
            found = sorted(folder.glob(f"*.{kind}*.rst"))
            if found:
                lines += [f"**{heading}**", ""]
                for path in found:
                    first, *rest = path.read_text().strip().splitlines()
                    lines += [f"- {first}", *(f"  {line}" for line in rest)]
                lines.append("")
        node = nodes.container()
        self.state.nested_parse(StringList(lines or ["Nothing."], source="changes"), self.content_offset, node)
        return node.children
