"""Speed and memory against ``roman_datamodels``, as ratios: ``python -m benchmarks --help``.

- ``cases``: what is measured, and how much better it should be;
- ``header``: those of headers;
- ``setup``: the files and models that cases work on;
- ``measure``: how: in turns in one process, or in fresh ones;
- ``report``: the table.

Commands of their own: ``archive``, what a file costs the catalogue; ``scale``, what a mission's catalogue costs;
``far``, one large file behind a URL.
"""
