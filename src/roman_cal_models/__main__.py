"""``python -m roman_cal_models``: the command ``roman-cal-models``, where scripts are not on the path."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main(program="python -m roman_cal_models"))
