"""What is different between two nodes, models or files.

Users and the commands call it. It calls models to open files and nodes to walk them, and changes neither.

By level:

- ``records``: one record a difference;
- ``arrays``, ``wcs``: two arrays, read piece by piece; two world coordinate systems;
- ``comparing``: `diff`, from the top nodes down.
"""
