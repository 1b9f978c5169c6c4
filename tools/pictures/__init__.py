"""Pictures of what notebooks show, to be looked at, and the picture of the README.

``python -m tools.pictures FOLDER`` has a Chromium take them; ``python -m tools.pictures --readme`` draws
``docs/images/steps.png``.
"""
