"""Schemas of third parties, at run time.

By level:

- ``folder``: a folder of schemas, looked at whole before anything is done with it;
- ``making``: the classes of its nodes and models;
- ``running``: one registration, from beginning to end.
"""
