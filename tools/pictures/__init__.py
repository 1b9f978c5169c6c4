"""Pictures of what notebooks show, to be looked at, and the picture of the README.

``python -m tools.pictures FOLDER`` has a Chromium take them. ``docs/images/steps.svg`` is made by ``--readme``.
"""
