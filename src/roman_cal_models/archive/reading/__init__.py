"""Files -> rows, by one process or by many.

By level, each knowing only those before it:

- ``row_reader``: one file -> its rows;
- ``file_reader``: some files -> rows or failure of each;
- ``batching``: many files, in batches;
- ``reconcile``: what was read of files, as rows of the tables that there are;
- ``fitting``: these rows as compact tuples.
"""
