"""Schemas of third parties, at run time.

Users call it, and the workers of the archive. It calls schemas, nodes, models and the asdf face, which all learn the
new classes from it.

By level:

- ``folder``: a folder of schemas, checked as a whole before anything is done with it;
- ``making``: the classes of its nodes and models;
- ``registering``: one registration, from beginning to end.
"""
