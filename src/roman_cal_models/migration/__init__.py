"""Nodes of old files as nodes of a newer version.

Models call it and wrap what it gives. It calls nodes and schemas, and knows neither files nor models.

What a file of an old version holds is taken over by the structure of the newer schema. Then, in this order:

- ``moves``: what stands elsewhere now, or is written otherwise;
- ``catalogs``: columns of source catalogues that were renamed or came later;
- ``quantities``: arrays and numbers that were kept with their unit;
- ``arrays``: arrays of another data type;
- ``assumptions``: what the newer schema requires and no old file holds.

``upgrade_node`` puts them together. Nothing is filled in that is not declared in one of these.
"""
