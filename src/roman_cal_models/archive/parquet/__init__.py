"""The tables as a Parquet data set.

By level, each knowing only those before it:

- ``schema``: the tables as Arrow knows them;
- ``manifest``: what a data set knows of its files;
- ``parts``: rows into its parts;
- ``writer``: batches into it;
- ``inventory``: what a run asks it of its files;
- ``data_set``: many files into it.
"""
