"""What is made of the images of many files: parts of them, and all of them as one array.

Users and the commands call this room. It calls models for files and their parts, ``header`` and ``blocks`` for where
arrays stand in a file, ``registration`` for what holds in other processes, and ``executors`` for a cluster; and nothing
of the catalogue of the archive. What it needs beside NumPy (xarray, Dask) is the extra ``images``, imported when it is
used.

By level, each knowing only those before it:

- ``targets``: positions and sizes, as many as one likes;
- ``bands``: pixels that several parts of one image share, read once;
- ``cutouts``: many files by many positions -> their cutouts, as they get ready.

- ``placement``: where the arrays of a file stand in it, so that any process can read part of them;
- ``members``: files -> what a stack needs of each;
- ``stacking``: many files as one lazy `xarray.Dataset`;
- ``references``: the same as kerchunk references.
"""
