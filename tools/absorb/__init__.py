"""A new release of RAD, taken in: ``python -m tools.absorb VERSION --issue NUMBER``.

It installs the release, has the classes generated, moves the pin of RAD, tries every upgrade, renews the outputs in the
documentation, writes the news and runs the tests that look at every schema. What is left for a person is printed as
lines that say where they go: rules of the upgrade that only somebody who knows the mission can state, tables of the
archive, database types. ``--take-over`` writes the rules into their modules, as they are printed.

- ``before``: what the classes were generated from until now;
- ``findings``: what the generated classes and the rules by hand have to say to the new schemas, in a fresh process;
- ``lines``: these as lines of code and their places;
- ``news``: the news fragment.
"""
