"""What is made of the images of many files.

Users and the commands call this room. It calls models for files and their parts, ``registration`` for what holds in
other processes, and ``executors`` for a cluster; and nothing of the catalogue of the archive.

By level, each knowing only those before it:

- ``targets``: positions and sizes, as many as one likes;
- ``bands``: pixels that several parts of one image share, read once;
- ``cutouts``: many files by many positions -> their cutouts, as they get ready.
"""
