"""Console blocks of the documentation, kept true: ``python -m tools.docs_outputs --check`` or ``--write``.

A block is one of ``.. code-block:: console`` (or of three backticks and ``console`` in Markdown) that holds a line
``$ roman-cal-models ...``. Each such command is run, and what it prints stands below it, up to the next ``$``.

- ``files``: the files that commands and examples work on;
- ``blocks``: where blocks stand in a page, and the commands in them;
- ``running``: what commands print;
- ``pages``: the pages, and what they should be.
"""
