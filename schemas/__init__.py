"""The YAML that this package itself guarantees.

This file makes the folder a regular package: an editable install finds no other kind within ``roman_cal_models``.
"""
