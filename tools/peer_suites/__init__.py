"""The test suites of the peer and of the pipeline, run with this package in the peer's place."""
