"""Mutated headers read by our YAML reader and by asdf's: ``python -m tools.fuzz_yaml --help``.

- ``headers``: real headers, written by the peer;
- ``mutations``: how a header is broken, from a number alone;
- ``comparing``: whether both readers gave the same;
- ``child``: the process that reads, of which nothing is expected but that it may die;
- ``__main__``: starts it anew where it died, and prints what was found.
"""
