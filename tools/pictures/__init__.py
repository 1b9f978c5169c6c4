"""Pictures of what notebooks show, to be looked at, and the pictures of the documentation.

``python -m tools.pictures FOLDER`` has a Chromium take them; ``python -m tools.pictures --readme`` draws
``docs/images/steps.png``, and ``--gallery`` those of ``docs/gallery.rst``, for which the package is installed with the
extra ``test``.
"""
