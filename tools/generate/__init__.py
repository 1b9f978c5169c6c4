"""Generates the node and model classes from RAD's schemas and this project's own ``schemas/``.

``python -m tools.generate`` writes them; ``--check`` builds them in memory and compares. By level: ``overrides``
(every exception to the schemas, in one table), ``families`` (what there is), ``annotations`` (schema -> Python type),
``classes`` (what is written of each family), ``emit`` (text of the modules).
"""
