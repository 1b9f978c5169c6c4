"""Every tag of every manifest of RAD, held against the peer and against asdf: ``python -m tools.tags``.

For each tag the peer makes a value and asdf writes a file of it. Then

- ``opened``: the file opens here into the class of the tag's family, with its version and its tag;
- ``equal``: what was read is what the peer reads from the same file;
- ``checked``: our checks and asdf's validation, by the schemas that asdf loads itself, agree on the value and on
  copies of it that were broken in one place;
- ``saved``: saved here it bears the same tags in the same places, and the peer and we read from it what we read before;
- ``upgraded``: ``upgrade`` makes a valid value of the newest version of it. For older tags of families that are still
  in the newest manifest.
"""
