"""The catalogue as other archives know theirs: ObsCore, TAP_SCHEMA.

By level, each knowing only those before it:

- ``optical_elements``: the bands of the instrument;
- ``obscore_regions``: the diameter of a region;
- ``obscore_sources``: where the values of ObsCore come from;
- ``obscore``: the view;
- ``tap_schema``: the tables as TAP services know them.
"""
