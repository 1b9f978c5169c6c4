"""Foreign objects: what stands in a tree and is not a node of the mission's schemas.

A kind of them (arrays, times, quantities, units, tables, world coordinates and transforms, ...) is one small module
and one line in ``table``. ``kind`` lists the questions that the rooms above ask of a kind, and answers them for objects
of any other kind; a module overrides the answers that its kind gives in another way. ``kinds`` finds the kind of an
object or of a tag. ``datatypes``, ``array_info`` and ``array_differences`` know more of arrays; ``bounds`` says what an
object of a file may ask for.

All rooms above may call this one, and ask the table instead of knowing kinds by name. It calls ``outline`` and
``yaml`` only: neither schemas nor nodes, and asdf never. Libraries of foreign objects (numpy, astropy, gwcs) are
imported inside functions, when an object is made or compared.
"""
