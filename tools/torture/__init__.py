"""What files, kills, forks and threads can do to us: each trial in a process of its own that may do little.

- ``trials``: what was tried and what failed;
- ``limits``: what a process may take: memory, time, files and hosts;
- ``workers``: numbered trials in such processes, begun anew where one died;
- ``files``: files to begin with;
- ``probing``: everything that can be asked of a file, and the errors that may come of it;
- ``kills``, ``catalogues``, ``forks``, ``threads``, ``flips``, ``truncations``, ``hostile``, ``headers``: one kind of
  torture each;
- ``hostile_files``: the hostile files by name;
- ``__main__``: all of them, and a table.
"""
