"""The header of an ASDF file: the YAML before its first binary block, read without asdf.

By level:

- ``content``: bytes -> header -> tree, within limits;
- ``sources``: anything that holds a file -> its first bytes;
- ``wholeness``: whether the blocks are there that a header speaks of;
- ``roots``: what Roman put into a tree, and what wrote it;
- ``array_info``, ``foreign``: arrays and foreign objects as far as a header knows them;
- ``header``: `Header`, which users get.
"""
