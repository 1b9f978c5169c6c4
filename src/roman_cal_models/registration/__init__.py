"""Schemas of third parties, at run time.

Users call it, and what works in other processes for the archive and on images. It calls schemas, nodes, models and the
asdf face, which all learn the new classes from it.

By level:

- ``folder``: a folder of schemas, checked as a whole before anything is done with it;
- ``registering``: one registration, from beginning to end;
- ``surroundings``: what holds in this process, taken along to others.
"""
