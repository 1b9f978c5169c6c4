"""Images of files: many of them as one array.

This room is responsible for what is made of the arrays of images without a model of its own. Users call it; it calls
``models`` and ``header`` for files and ``blocks`` for the bytes of arrays. What it needs beside NumPy (xarray, Dask) is
the extra ``images``, imported when it is used.

By level, each knowing only those before it:

- ``placement``: where the arrays of a file stand in it, so that any process can read part of them;
- ``members``: files -> what a stack needs of each;
- ``stacking``: many files as one lazy `xarray.Dataset`;
- ``references``: the same as kerchunk references.
"""
