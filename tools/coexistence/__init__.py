"""What holds when this package and ``roman_datamodels`` are installed side by side, and when ours is alone.

``python -m tools.coexistence`` makes environments in a temporary folder, runs ``probe.py`` in each in fresh processes,
one for each order of imports, and prints a table of what holds. For ``romancal``, it also runs a part of its own
tests with and without this package beside it.
"""
