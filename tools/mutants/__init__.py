"""Whether the tests would notice: the code is changed in one place, and the tests of its room are run.

- ``rooms``: which files are changed, and which tests have to notice;
- ``mutations``: what is changed;
- ``reach``: which tests reach which line, remembered in ``.mutants/``;
- ``sessions``: pytest in forked processes, to which one mutant costs no more than the tests that reach it;
- ``swapping``: a mutant in place of what was imported, or of what is to be imported;
- ``explained``: mutants that no test can tell from the code as it is, each with the reason;
- ``__main__``: takes a sample, prints a table and who survived.

Nothing here imports the package: each process of a session does, with or without a mutant.
"""
