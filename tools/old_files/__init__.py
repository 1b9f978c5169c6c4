"""Files that old releases of ``roman_datamodels`` wrote: ``python -m tools.old_files``.

The set is committed under ``tests/data/old_writers``, a folder a release. To make it anew, each release is installed
with the ``rad`` of its time in an environment of its own. There `writer` makes a small file of every model that the
release has, and dumps what the release itself reads from it. Of these files one is kept of each layout: the fields,
their types and their tags, whatever the versions of the tags; and an image of every release.

- ``releases``: the releases, and what must be installed with each;
- ``writer`` and ``witness``: what runs in the environment of a release;
- ``making``: from a release to its folder;
- ``checking``: what is read from the files now, by this package and by ``roman_datamodels``.
"""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY / "tests" / "data" / "old_writers"
