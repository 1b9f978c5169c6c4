"""Where the raw values of a tree came from, and what builds foreign objects (arrays, times, WCS, tables) from them.

It knows blocks, YAML and what is known of foreign kinds, and neither nodes nor models: a node's `FileValue` asks its
source when the value is used. Headers have a source without blocks, models one with them; the asdf face uses the first
for its trees.

By level:

- ``arrays``: arrays from their YAML and the blocks, without asdf;
- ``file_blocks``: the blocks of one file, as far as they were checked;
- ``yaml_source``: what needs the YAML alone;
- ``file_source``: what needs blocks as well;
- ``sameness``: what is the same in two files, unread.
"""
