"""The pieces of a Roman tree.

By level, each knowing only those before it:

- ``deferred``: foreign objects that are not built yet;
- ``comparing``, ``flat``, ``display``: equality, flat dictionaries, one line of text;
- ``lazy_dict``: a dict that builds its values when they are taken;
- ``classes``, ``naming``: which class stands for which schema; which names are known;
- ``object_node``, ``list_node``, ``scalar_node``, ``time_node``: the kinds of nodes;
- ``building``, ``reading``, ``creation``, ``checking``: nodes from files, from users, from schemas; their problems;
- ``mixins``, ``catalogs``: what single classes can do;
- ``generated``: one module a family of schemas, written by ``tools/generate``.
"""
