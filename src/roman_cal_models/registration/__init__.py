"""Schemas of third parties, at run time.

Users call it, and what works in other processes for the archive and on images. It calls schemas, nodes, models and the
asdf face, which all learn the new classes from it.

By level:

- ``documents``: the files of a folder of schemas;
- ``keywords``: their keywords, by the metaschemas;
- ``values``: the units, tags and schemas that they name;
- ``rules``: what RAD's own tests ask of schemas under its authority, and of those of the community;
- ``folder``: a folder of schemas, checked as a whole before anything is done with it;
- ``registering``: one registration, from beginning to end;
- ``surroundings``: what holds in this process, taken along to others;
- ``examples``, ``drafting``: a product as it is, and schemas that describe it, to begin with;
- ``conversion``: a product from such an example, by a schema that is registered.
"""
