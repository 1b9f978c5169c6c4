"""The tables in a database, by SQLAlchemy.

By level, each knowing only those before it:

- ``view_marks``: which views of a database are ours;
- ``tables``: the tables, as SQLAlchemy knows them;
- ``views``: one view for each kind of product;
- ``stored_views``: all views in a database;
- ``connection``: how a database is connected with, and what its errors mean;
- ``reading``: a connection with a database that is only read;
- ``layout``: the tables of a database, brought to what they are in this release;
- ``bulk``: many rows into a table at once;
- ``refusals``: which values of a file a database refuses;
- ``writer``: batches into a database;
- ``inventory``: what a run asks it of its files.
"""
