"""The bytes behind a header.

This room is responsible for where the binary blocks of a file are, what they hold, and whether that is what was
written. It knows bytes, NumPy arrays and the locks of the process, and neither asdf nor nodes nor schemas; its errors
are plain ones (`EOFError`, `BrokenBlockError`), to which its callers add the name of the file. ``header``,
``extension`` and ``models`` call it.

By level, each knowing only those before it:

- ``far``: a file that is reached by requests;
- ``positions``: a file as bytes at positions, which no thread and no fork can move;
- ``copying``: bytes of one file into another, by the quickest way that the system has;
- ``index``: the heads of the blocks: where each block is and what it says of itself;
- ``codecs``: compressed content by its four letters, whole or piece by piece, and how much of it there can be;
- ``pieces``: where the pieces of a block are in a far file;
- ``reading``: how much a block holds, its bytes as they are, and parts of its content;
- ``contents``: the whole contents of blocks, by several threads, straight into their place;
- ``sections``: arrays, or parts of them, by as few bytes of their block as can be;
- ``integrity``: whether the blocks are whole, and what they were when they were written;
- ``origins``: which blocks the objects in memory were built from;
- ``compressing``: what is in memory, as the pieces of a block;
- ``writing``: the blocks of a new file, copied as they are or compressed and hashed by several threads.
"""
