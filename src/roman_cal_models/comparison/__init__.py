"""What is different between two nodes, models or files.

``running`` is `rcm.diff` and walks through both trees, ``arrays`` and ``wcs`` compare what stands in their leaves,
``records`` are what they find.
"""
