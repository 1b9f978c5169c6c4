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


_KEPT = "what was found is kept to be quick: found anew it is the same"
_SHORT = "a shorter way to the same answer"
_NEVER_BOTH = "what is kept in `__dict__` is a node, so where a plain value stands nothing is kept"

_SET_QUICKLY = (
    "if accepts is not None and self._sets_quickly and (type(_get(self, name)) in _PLAIN) and accepts(value):"
)
_REMEMBER = "if schema is not None and name in schema.properties and (name not in self._kept):"
_STORED_PLAIN = "if type(raw_get(self, key)) in _PLAIN and key not in self._kept:"
_ACCEPTED = "if schema is not None and type(value) in _PLAIN and schema.accepts_plain(key, value):"

EXPLAINED: tuple[Explanation, ...] = (
    Explanation(
        "header/content.py",
        "searched = max(0, len(content) - 8)",
        "searched = max(1, len(content) - 8)",
        "what ends a header does not stand at its very beginning, where the magic is",
    ),
    Explanation(
        "header/streams.py",
        "_FORKING_FSSPEC = (2026, 6)",
        "_FORKING_FSSPEC = (2027, 6)",
        "told in a process of its own: tests/sources/test_far_files.py, with the oldest and the newest fsspec",
    ),
    Explanation("schema/properties.py", "if len(validators) == 1:", "if False:", _SHORT),
    Explanation("schema/properties.py", "if accepts is None:", "if True:", _KEPT),
    Explanation("schema/properties.py", "if words is not None:", "if False:", _SHORT),
    Explanation(
        "schema/registry.py",
        "return self._objects.get((uri, ())) or self._known((self.resolver.at(uri),), uri, ())",
        "return self._known((self.resolver.at(uri),), uri, ())",
        _KEPT,
    ),
    Explanation(
        "schema/registry.py",
        "return self._objects.get((uri, path)) or self._known(subschemas, uri, path)",
        "return self._known(subschemas, uri, path)",
        _KEPT,
    ),
    Explanation("schema/resolver.py", "if '/' in step or '~' in step:", "if True:", _SHORT),
    Explanation("schema/store.py", "if uri not in self._files:", "if True:", _KEPT),
    Explanation("schema/uris.py", "if '*' not in pattern:", "if False:", _SHORT),
    Explanation("schema/uris.py", "if answer is None:", "if True:", _KEPT),
    Explanation(
        "schema/validators/asdf_keywords.py",
        "return Keyword('datatype', check, iter_problems, inside=False)",
        "return Keyword('datatype', check, iter_problems, inside=True)",
        _SHORT,
    ),
    Explanation(
        "schema/validators/asdf_keywords.py",
        "return Keyword(name, check, iter_problems, inside=False)",
        "return Keyword(name, check, iter_problems, inside=True)",
        _SHORT,
    ),
    Explanation("schema/validators/combiners.py", "if validator.leaf:", "if False:", _SHORT),
    Explanation(
        "schema/validators/combiners.py",
        "return Keyword('allOf', check if len(validators) > 1 else _only(validators[0]), iter_problems, inside=False)",
        "return Keyword('allOf', check, iter_problems, inside=False)",
        _SHORT,
    ),
    Explanation(
        "schema/validators/combiners.py",
        "return Keyword('allOf', check if len(validators) > 1 else _only(validators[0]), iter_problems, inside=False)",
        "return Keyword('allOf', check if len(validators) >= 1 else _only(validators[0]), iter_problems, inside=False)",
        _SHORT,
    ),
    Explanation(
        "schema/validators/combiners.py",
        "return None if self._in_place() else self._link().words()",
        "return None",
        _SHORT,
    ),
    Explanation("schema/validators/compiler.py", "if validator is None:", "if True:", _KEPT),
    Explanation(
        "schema/validators/compiler.py",
        "if len(keywords) == 1 and keywords[0].name == 'allOf' and (len(schema['allOf']) == 1):",
        "if False:",
        _SHORT,
    ),
    Explanation("schema/validators/compiler.py", "self._leaf = True", "self._leaf = False", _SHORT),
    Explanation("schema/validators/compiler.py", "if self._leaf and 'enum' in schema:", "if False:", _SHORT),
    Explanation("schema/validators/core.py", "if not self.assigning and self.check_arrays:", "if False:", _SHORT),
    Explanation(
        "schema/validators/core.py",
        "context._lowered, context._conversion, context.inside = (self._lowered, self._conversion, self.inside)",
        "(removed)",
        _KEPT,
    ),
    Explanation("schema/validators/core.py", "if self._conversion is None:", "if True:", _KEPT),
    Explanation(
        "schema/validators/core.py",
        "return _anything if inside is _anything else check_inside",
        "return check_inside",
        _SHORT,
    ),
    Explanation("schema/validators/core.py", "if outside is _anything:", "if False:", _SHORT),
    Explanation(
        "schema/validators/core.py",
        "return check_outside if inside is _anything else check_both",
        "return check_both",
        _SHORT,
    ),
    Explanation("schema/validators/core.py", "if len(checks) == 1:", "if False:", _SHORT),
    Explanation("schema/validators/core.py", "if len(checks) == 2:", "if False:", _SHORT),
    Explanation("schema/validators/core.py", "return self._words", "return None", _SHORT),
    Explanation("schema/validators/core.py", "self.check, self._words = (check, good)", "(removed)", _SHORT),
    Explanation("schema/validators/keywords.py", "if value.__class__ in glance:", "if False:", _SHORT),
    Explanation(
        "schema/validators/keywords.py",
        "for item in value[start:] if start else value:",
        "for item in value[start:]:",
        _SHORT,
    ),
    Explanation(
        "schema/validators/keywords.py",
        "return Keyword('type', check, iter_problems, inside=False)",
        "return Keyword('type', check, iter_problems, inside=True)",
        _SHORT,
    ),
    Explanation("schema/validators/objects.py", "if not worded:", "if True:", _KEPT),
    Explanation("schema/validators/objects.py", "if words is not None and item.__class__ is str:", "if False:", _SHORT),
    Explanation(
        "schema/validators/tree.py",
        "if member.__class__ not in SCALARS and (not self._check(member, context, visited)):",
        "if not self._check(member, context, visited):",
        _SHORT,
    ),
    Explanation(
        "schema/validators/tree.py",
        "if schema.validator is not satisfied and (not schema.validator.check(tree, context)):",
        "if not schema.validator.check(tree, context):",
        _SHORT,
    ),
    Explanation(
        "schema/validators/tree.py",
        "return () if held and SCALARS.issuperset(map(type, held)) else _containers_in(tree)",
        "return _containers_in(tree)",
        _SHORT,
    ),
    Explanation("schema/validators/tree.py", "if _get(tree, key, tree).__class__ not in SCALARS:", "if True:", _SHORT),
    Explanation("schema/validators/tree.py", "if len(distinct) < 2:", "if False:", _SHORT),
    Explanation(
        "schema/validators/tree.py", "if value.__class__ is dict or value.__class__ is list:", "if False:", _SHORT
    ),
    Explanation(
        "schema/validators/tree.py",
        "if value.__class__ is dict or value.__class__ is list:",
        "if value.__class__ is list:",
        _SHORT,
    ),
    Explanation(
        "schema/validators/tree.py",
        "if value.__class__ is dict or value.__class__ is list:",
        "if value.__class__ is dict:",
        _SHORT,
    ),
    Explanation(
        "schema/validators/tree.py",
        "if value.__class__ is dict or value.__class__ is list:",
        "if value.__class__ is dict and value.__class__ is list:",
        _SHORT,
    ),
    Explanation(
        "schema/validators/tree.py",
        "if value.__class__ in SCALARS or self._passes(value, context, visited):",
        "if self._passes(value, context, visited):",
        _SHORT,
    ),
    Explanation("schema/values.py", "_readers[cls] = reader", "(removed)", _KEPT),
    Explanation("schema/values.py", "PLAIN.add(cls)", "(removed)", _KEPT),
    Explanation(
        "schema/values.py",
        "return hasattr(cls, '__roman_tag__') or _has_tag_slot(cls) or _is_tagged_by_asdf(cls) or (cls in _BUILTIN)",
        "return hasattr(cls, '__roman_tag__') or _is_tagged_by_asdf(cls) or cls in _BUILTIN",
        _SHORT,
    ),
    Explanation(
        "schema/values.py",
        "return hasattr(cls, '__roman_tag__') or _has_tag_slot(cls) or _is_tagged_by_asdf(cls) or (cls in _BUILTIN)",
        "return hasattr(cls, '__roman_tag__') or _has_tag_slot(cls) or _is_tagged_by_asdf(cls)",
        _SHORT,
    ),
    Explanation(
        "schema/registry.py",
        "if not tag.startswith(('tag:', 'asdf:')) or tag.startswith(values.YAML_TAG):",
        "if False:",
        _SHORT,
    ),
    Explanation("nodes/object_node.py", "if schema is not None and type(value) in _PLAIN:", "if False:", _SHORT),
    Explanation("nodes/object_node.py", _SET_QUICKLY, "if False:", _SHORT),
    Explanation("nodes/object_node.py", "if name not in self._declared:", "if True:", _SHORT),
    Explanation("nodes/object_node.py", _REMEMBER, "if False:", _SHORT),
    Explanation("nodes/object_node.py", _REMEMBER, "if schema is not None and name in schema.properties:", _NEVER_BOTH),
    Explanation(
        "nodes/object_node.py",
        "schema.attribute_checks[name] = schema.properties[name].accepts_plain",
        "(removed)",
        _SHORT,
    ),
    Explanation("nodes/object_node.py", _ACCEPTED, "if False:", _SHORT),
    Explanation("nodes/object_node.py", _STORED_PLAIN, "if False:", _SHORT),
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
    Explanation("nodes/lazy_dict.py", "if UnparsedValue in map(type, _values(node)):", "if True:", _SHORT),
    Explanation(
        "header/content.py",
        "searched = max(0, len(content) - 8)",
        "searched = max(0, len(content) - 9)",
        "a byte more is searched twice",
    ),
    Explanation(
        "header/content.py",
        "at = content.find(_END, at + 1)",
        "at = content.find(_END, at + 2)",
        "no end begins with the second byte of another",
    ),
    Explanation(
        "header/content.py",
        "if len(content) < len(_MAGIC) or b'\\xd3BLK' not in content:",
        "if len(content) <= len(_MAGIC) or b'\\xd3BLK' not in content:",
        "the first bytes alone hold no block either",
    ),
)
