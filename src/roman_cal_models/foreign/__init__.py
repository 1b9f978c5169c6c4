"""Foreign objects: what stands in a tree and is not a node of the mission's schemas.

Responsible for what is known of each kind of them: its tags, a made-up object, an example for an error, how an outline,
JSON or a database shows it, how two are compared, what one of a file may ask for. A new kind is one module and one line
of the table.

All rooms above call it, and ask the table instead of knowing kinds by name. It calls ``outline`` and ``yaml`` only:
neither schemas nor nodes, and asdf never. Libraries of foreign objects (numpy, astropy, gwcs) are imported inside
functions, when an object is made or compared.

By level:

- ``datatypes``, ``array_info``: what the YAML of an array says; what a header gives in place of an array;
- ``demands``: the errors of what asks for too much;
- ``kind``, ``protocols``: the questions, with the answers for an object of no kind that is known; who asks them;
- ``arrays`` (with ``array_differences``), ``quantities``, ``tables``, ``times``, ``units``, ``wcs``, ``integers``,
  ``records``, ``external``: a kind each;
- ``table``, ``kinds``: all kinds; which of them an object or a tag is of, asked without importing the table;
- ``bounds``: what the YAML of an object may ask for, all that is in it included.
"""
