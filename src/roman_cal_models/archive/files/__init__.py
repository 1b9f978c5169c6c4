"""The files of a run: their names, and those that paths, URLs, folders, patterns and lists mean.

By level, each knowing only those before it:

- ``server_errors``: what errors of servers are about;
- ``manifests``: lists of files;
- ``names``: the names of files, as the catalogue has them;
- ``globs``: patterns of names;
- ``far_listing``: what stands below a URL;
- ``listing``: all of these as files one by one.
"""
