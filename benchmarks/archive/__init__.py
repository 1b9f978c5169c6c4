"""What the catalogue costs a file, beside what nobody can do without: ``python -m benchmarks.archive --help``.

- ``files``: the files that are read;
- ``reading``: what it costs to read one;
- ``writing``: what it costs to put the rows of one into a database;
- ``running``: whole runs, near and far, each in a process of its own;
- ``bucket``, ``postgresql``: servers of the benchmark's own.
"""
