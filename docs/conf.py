"""How Sphinx builds these pages: ``python -m sphinx -W --keep-going -b html docs docs/_build/html``."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "roman_cal_models"
author = "roman_cal_models developers"
copyright = author
release = version_of("roman-cal-models")

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
    "changes",  # ours: what is not released yet
    "properties",  # ours: what the search finds by the name of a property
    "families",  # ours: a page a family of schemas, and what of the public names has no place
]
exclude_patterns = ["_build", "README.md"]
source_suffix = {".rst": "restructuredtext", ".ipynb": "myst-nb"}
default_role = "code"

autodoc_typehints = "none"  # numpydoc shows the types, as docstrings write them
numpydoc_show_class_members = False
toc_object_entries_show_parents = "hide"  # names of methods are long enough beside the page

# the notebook's outputs are not kept: it runs once, here
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "text/html", 0)]

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_toc_level": 2, "navigation_depth": 2, "header_links_before_dropdown": 5}
html_sidebars = {
    name: []
    for name in (
        *("index", "install", "tutorial", "first_look", "gallery", "commands"),
        *("questions", "contributing", "changes", "explanation/*"),
    )
}
html_context = {"default_mode": "auto"}  # light or dark, as the reader has it
html_title = f"roman_cal_models {release}"
html_show_sourcelink = False
html_copy_source = False
