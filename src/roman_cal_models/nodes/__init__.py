"""The typed tree of a Roman file: nodes that are real dicts and lists, checked by their schemas.

Responsible for what stands in a tree: how raw values of a file become nodes when they are taken out, how values that
are set are coerced and checked, how nodes are made, copied, compared and shown. It reads no bytes and opens no file:
who can build an array is passed in, as a `deferred.Source`.

Called by the rooms above: ``header`` and ``models`` build trees (``from_file``), ``extension`` writes them, and all of
them look into trees without building anything (``lazy_dict.raw_get``). It calls ``schema``, ``yaml``, ``outline`` and
what is below those.

By level, each knowing only those before it:

- ``deferred``, ``equality``: foreign objects that are not built yet; equality of trees that hold arrays;
- ``lazy_dict``: a dict that builds its values when they are taken;
- ``core``: the containers that all nodes are made of, and what each is bound to;
- ``classes``: which class stands for which schema. It knows the classes by name, and imports none before it is used;
- ``names``, ``docstrings``, ``descriptions``, ``properties``: which names are known; what schemas say of properties;
- ``fake_values``, ``scalar_node``, ``time_node``: made-up values; tagged scalars of old files;
- ``assignment``: values that are set, coerced, checked and refused;
- ``copying``, ``read_only``, ``from_file``: copies; nodes of headers; nodes from files;
- ``creation``, ``validation``, ``shapes``: nodes from schemas; what is wrong with a node;
- ``reading_ahead``: arrays that are read several at a time before all are built;
- ``plain``, ``outline_builder``, ``one_line``: nodes in other forms;
- ``list_node``, ``object_node``: the nodes as users know them, whose methods delegate to all of these;
- ``mixins``, ``catalogs``: what single classes can do;
- ``generated``: one module a family of schemas, written by ``tools/generate``.
"""
