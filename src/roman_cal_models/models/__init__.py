"""What a file is: its model, what opens and saves it, and what one asks of it.

Users call this room, and so do comparison, registration, the archive, the views and the commands. It calls nodes,
headers, sources and migration, and the asdf face to write.

By level, each module above those that it calls:

- ``opening``, ``upgrades``: what users call to open a file as the right model, upgraded if wanted;
- ``generated``, ``mixins``: one model a family of files, and what models of catalogues can do beyond their schema;
- ``data_model``: `DataModel`, the base of all models; ``classes``: which model stands for which node;
- methods of `DataModel`, one module a subject: ``saving``, ``validation``, ``loading``, ``units``, ``quality``,
  ``plotting``, ``schema_info``, ``tree_display``, ``nddata``, ``fits``, ``cutout``, ``class_opening``,
  ``upgrading``. They are functions that the class takes or calls;
- ``cutout_arrays``, ``cutout_sky``, ``cutout_windows``: what ``cutout`` is made of; ``fits_contents``,
  ``fits_header``, ``fits_tables``, ``fits_wcs``: what ``fits`` is;
- ``astropy_io``: models by the ``read`` of astropy's classes;
- ``node_opening``, ``parquet``, ``file_nodes``: a source -> its top node, without a model;
- ``integrity``, ``atomic``: blocks that are what was written, files that appear whole;
- ``defaults``: what the products of the pipeline hold when they are made.
"""
