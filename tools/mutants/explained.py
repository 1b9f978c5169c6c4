"""Mutants that no test can tell from the code as it is, or none should, each with the reason.

An entry that is no mutant of today's code is an error.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EXPLAINED", "Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a mutant survives.

    Parameters
    ----------
    file : str
        From the package's folder on.
    before, after : str
        The statement, as the tool prints it.
    why : str
        The reason.
    """

    file: str
    before: str
    after: str
    why: str


_QUICKER = "a quicker way to what the slower one does as well: only the benchmarks tell them apart"
_NEVER_BOTH = "what is kept in `__dict__` is a node, so where a plain value stands nothing is kept"

_SET_QUICKLY = (
    "if accepts is not None and self._sets_quickly and (type(_get(self, name)) in _PLAIN) and accepts(value):"
)
_REMEMBER = "if schema is not None and name in schema.properties and (name not in self._kept):"
_STORED_PLAIN = "if type(raw_get(self, key)) in _PLAIN and key not in self._kept:"
_ACCEPTED = "if schema is not None and type(value) in _PLAIN and schema.accepts_plain(key, value):"

EXPLAINED: tuple[Explanation, ...] = (
    Explanation("nodes/object_node.py", "if schema is not None and type(value) in _PLAIN:", "if False:", _QUICKER),
    Explanation("nodes/object_node.py", _SET_QUICKLY, "if False:", _QUICKER),
    Explanation("nodes/object_node.py", "if name not in self._declared:", "if True:", _QUICKER),
    Explanation("nodes/object_node.py", _REMEMBER, "if False:", _QUICKER),
    Explanation("nodes/object_node.py", _REMEMBER, "if schema is not None and name in schema.properties:", _NEVER_BOTH),
    Explanation(
        "nodes/object_node.py",
        "schema.attribute_checks[name] = schema.properties[name].accepts_plain",
        "(removed)",
        _QUICKER,
    ),
    Explanation("nodes/object_node.py", _ACCEPTED, "if False:", _QUICKER),
    Explanation("nodes/object_node.py", _STORED_PLAIN, "if False:", _QUICKER),
    Explanation("nodes/object_node.py", _STORED_PLAIN, "if type(raw_get(self, key)) in _PLAIN:", _NEVER_BOTH),
    Explanation(
        "nodes/lazy_dict.py",
        "if key in self._kept or type(raw_get(self, key)) in RAW_TYPES:",
        "if True:",
        "without need it takes the lock, and does the same",
    ),
    Explanation(
        "nodes/validation.py",
        "return False",
        "return True",
        "the checks are made once more, of what stands there as before",
    ),
    Explanation("nodes/lazy_dict.py", "if UnparsedValue in map(type, _values(node)):", "if True:", _QUICKER),
)
