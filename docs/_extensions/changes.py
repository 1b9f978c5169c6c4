"""A Sphinx extension: the directive ``changes-to-come``, which shows the news fragments of ``changes/``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("changes-to-come", _ChangesToCome)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class _ChangesToCome(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        repository = Path(self.env.app.confdir).parent
        towncrier = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["towncrier"]
        folder = repository / towncrier["directory"]
        lines: list[str] = []
        for kind in towncrier["type"]:
            found = sorted(folder.glob(f"*.{kind['directory']}*.rst"))
            if found:
                lines += [f"**{kind['name']}**", ""]
                for path in found:
                    first, *rest = path.read_text().strip().splitlines()
                    lines += [f"- {first}", *(f"  {line}" for line in rest)]
                lines.append("")
        node = nodes.container()
        self.state.nested_parse(StringList(lines or ["Nothing."], source="changes"), self.content_offset, node)
        return node.children
