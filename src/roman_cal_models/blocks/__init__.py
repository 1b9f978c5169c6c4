"""The bytes behind a header: a room that knows neither asdf nor nodes.

``positions``
    A file as bytes at positions, which no thread and no fork can move.
``index``
    The heads of the blocks: where each block is and what it says of itself. Needs ``positions`` alone.
``codecs``
    Compressed content, and how much of it there can be.
``reading``
    The content of a block, whole or in parts. A whole block is read in one place, `raw_bytes`.
``decoding``
    The content of a block, piece by piece from its bytes, where nobody needs it whole. Needs ``codecs``.
``integrity``
    Whether the blocks are whole, and what they were when they were written. Needs ``index`` and ``decoding``.
``origins``
    Which blocks the objects in memory were built from.
``sections``
    Arrays, or parts of them, by as few bytes of their block as can be.
"""
