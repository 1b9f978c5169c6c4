"""What is different between two nodes, models or files.

Users and the commands call it. It calls models to open files, nodes to walk them and
foreign kinds for what stands in their leaves, and changes none.

By level:

- ``records``: one record a difference;
- ``comparing``: `diff`, from the top nodes down.
"""
