"""The test suites of the peer and of the pipeline, run with this package in the peer's place.

``python -m tools.peer_suites romancal``, ``rdm`` and ``romanisim`` make two environments in a temporary folder, one
with ``roman_datamodels`` and one with this package instead, run the suite in both, and print how many of the tests that
pass with the peer pass with us; each other one with the reason. What the pipeline asks CRDS and the catalogue of stars
for is made up, the same for both.
"""
