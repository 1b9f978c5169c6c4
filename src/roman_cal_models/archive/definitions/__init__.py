"""What RAD says of the archive: columns, their database types, and the tables that they make up.

By level, each knowing only those before it:

- ``datatypes``: the database types that RAD names, and values converted to them;
- ``column_semantics``: units that RAD does not give, and what columns mean to the Virtual Observatory;
- ``mapping``: the archive columns of a family of files;
- ``products``: which tables a kind of file feeds;
- ``described``: what RAD says of each column of the tables;
- ``releases``: what changed between two releases of RAD;
- ``linting``: what is wrong with the columns.
"""
