"""Trees to look at: what an outline holds, and the outline as lines of text and as HTML.

Knows nothing of nodes: ``nodes.outline_builder`` makes the outlines.

By level:

- ``entry``: `Entry`, one thing in a tree;
- ``text``, ``page``: outlines for terminals and for notebooks.
"""
