"""Trees to look at: what an outline holds, and the outline as lines of text and as HTML.

This room is responsible for how a tree looks. ``nodes`` and what knows foreign objects make the entries, ``models``,
``view`` and ``cli`` show them; it calls nothing but ``printable``, and knows neither nodes nor schemas.

By level:

- ``entry``: `Entry`, one thing in a tree;
- ``choice``: which entries are shown where there is not room for all;
- ``text``, ``tree``, ``page``: outlines for ``print`` and prompts, for ``info`` and for notebooks;
- ``displayed``: when something is shown as a tree, and when on one line.
"""
