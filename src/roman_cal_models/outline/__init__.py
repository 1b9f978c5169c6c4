"""Trees to look at: what an outline holds, and the outline as lines of text and as HTML.

This room is responsible for how a tree looks. ``nodes`` and what knows foreign objects make the entries, ``models``,
``view`` and ``cli`` show them; it calls nothing but ``printable``, and knows neither nodes nor schemas.

By level:

- ``entry``: `Entry`, one thing in a tree;
- ``text``, ``tree``, ``page``: outlines for ``print``, for ``info`` and for notebooks.
"""
