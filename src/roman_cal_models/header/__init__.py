"""The header of an ASDF file: the YAML before its first binary block, read without asdf.

Users call `read_header` and `identify`; models begin with the same steps to open a file. It calls nodes and sources,
and neither models nor the asdf face.

By level:

- ``content``: bytes -> header -> tree, within limits;
- ``streams``: anything that holds a file -> a stream of its first bytes, or of all of it;
- ``wholeness``: whether the blocks are there that a header refers to;
- ``roots``: what Roman put into a tree, and what wrote it;
- ``header_source``: foreign objects as far as a header knows them;
- ``header``: `Header`, which users get;
- ``reading``: `read_header` and `identify`.
"""
