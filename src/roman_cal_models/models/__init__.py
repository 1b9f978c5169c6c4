"""What a file is.

By level:

- ``changes``: what an upgrade did, one record a value;
- ``node_proxy``, ``looking``: the node reached through its model, and what it tells of what it holds;
- ``data_model``: `DataModel`, the base of all models;
- ``parquet``: source catalogues as Parquet files;
- ``saving``: the whole check and the atomic write;
- ``mixins``: what models of catalogues can do;
- ``generated``: one model a family of files;
- ``opening``: anything that a model can be opened from -> the right model.
"""
