"""The complete YAML reader: PyYAML, as asdf uses it, within limits."""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from .values import CORE_TAG, TaggedMapping, TaggedScalar, TaggedSequence, YamlError

__all__ = ["load_with_pyyaml", "parsed"]

# What any libyaml reads: from 0.2.6 on it has a limit of its own, which nobody is to meet.
MAX_DEPTH = 999
MAX_MERGED = 1_000_000
MERGE_TAG = CORE_TAG + "merge"
MAX_DIGITS = 10_000  # of a number in base 60, which takes time by the square of its length

_BRACKET_OR_INDICATOR = re.compile(r"[\[{\]}]|[-?](?=\s)")


def load_with_pyyaml(data: bytes | str) -> Any:
    """Read one YAML document.

    Raises
    ------
    YamlError
        If asdf's loader refuses the document, or it nests or merges beyond all measure.
    """
    import yaml

    if _may_be_deep(data):
        for _ in parsed(data, MAX_DEPTH, _too_deep):
            pass
    with _yaml_errors():
        return yaml.load(data, Loader=_loader())


def parsed(data: bytes | str, max_depth: int, too_deep: Callable[[int], YamlError]) -> Iterator[Any]:
    """Yield the events of PyYAML, which makes no values yet.

    Parameters
    ----------
    data : bytes or str
        A YAML document.
    max_depth : int
        How many collections may stand in each other.
    too_deep : callable
        Makes the error about more of them, from the line, counted from 1.

    Raises
    ------
    YamlError
        If it nests deeper, whether libyaml bears that or not, or if PyYAML refuses the document.
    """
    import yaml

    if max_depth > MAX_DEPTH:
        max_depth, too_deep = MAX_DEPTH, _too_deep
    depth = position = 0
    with _yaml_errors():
        try:
            for event in yaml.parse(data, Loader=_loader()):
                if isinstance(event, yaml.CollectionStartEvent):
                    depth += 1
                    if depth > max_depth:
                        raise too_deep(event.start_mark.line + 1)
                elif isinstance(event, yaml.CollectionEndEvent):
                    depth -= 1
                position = event.end_mark.index
                yield event
        except yaml.MarkedYAMLError as error:
            # libyaml reads ahead of its events, though not beyond a line, so that it may give up before they show how
            # deep the text is
            mark = error.problem_mark
            if mark is not None and depth + _deepest(data, position, mark.index) > max_depth:
                raise too_deep(mark.line + 1) from None
            raise


def _deepest(data: bytes | str, start: int, end: int) -> int:
    """Return how many more collections stand in each other, somewhere in a part of a text, as its last line shows."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    start = max(start, text.rfind("\n", 0, end) + 1)
    depth = deepest = 0
    for found in _BRACKET_OR_INDICATOR.finditer(text, start, end + 1):
        depth += -1 if found[0] in "]}" else 1
        deepest = max(deepest, depth)
    return deepest


@contextmanager
def _yaml_errors() -> Generator[None]:
    """Raise what PyYAML raises as an error of ours."""
    import yaml

    try:
        yield
    except YamlError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ": ".join(filter(None, (error.context, error.problem)))
        raise YamlError(message, mark.line + 1 if mark else None) from error
    except RecursionError as error:
        raise YamlError("nested deeper than Python can follow") from error
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        # PyYAML's own slips on odd values ("!!int ''", "!!timestamp x") are refusals as well
        raise YamlError(str(error) or type(error).__name__) from error


def _may_be_deep(data: bytes | str) -> bool:
    """Return whether a text may nest so deep that PyYAML would exhaust the stack of the process, or refuse it."""
    text = data if isinstance(data, str) else data.decode("latin-1").replace("\0", "")
    # Each of these opens two levels at most; so does each column of indentation, and to indent n columns deep
    # takes n * n / 2 spaces.
    openings = sum(map(text.count, ("[", "{", "- ", "-\t", "? ", "?\t")))
    return 2 * (openings + math.isqrt(2 * len(text))) >= MAX_DEPTH


def _too_deep(line: int) -> YamlError:
    return YamlError(f"nested more than {MAX_DEPTH} deep", line)


@cache
def _loader() -> Any:
    """Make the loader: PyYAML's safe one, with tagged values and ordered mappings as asdf gives them."""
    import yaml
    from yaml.constructor import ConstructorError

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def __init__(self, stream: Any) -> None:
            super().__init__(stream)
            self.merged = 0
            self.entries: dict[Any, int] = {}

        def flatten_mapping(self, node: Any) -> None:
            # before PyYAML does it, whose releases repeat different entries
            if any(key.tag == MERGE_TAG for key, _ in node.value):
                self.merged += self.count_entries(node)
            if self.merged > MAX_MERGED:
                raise ConstructorError(None, None, f"merges more than {MAX_MERGED} entries", node.start_mark)
            super().flatten_mapping(node)

        def count_entries(self, node: Any) -> int:
            """Return how many entries a node brings into a mapping, those that merges repeat counted each time."""
            if isinstance(node, yaml.SequenceNode):
                return sum(map(self.count_entries, node.value))
            if not isinstance(node, yaml.MappingNode):
                return 1
            if node not in self.entries:
                self.entries[node] = 0  # what merges itself adds nothing to itself
                self.entries[node] = sum(
                    self.count_entries(value) if key.tag == MERGE_TAG else 1 for key, value in node.value
                )
            return self.entries[node]

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            mapping = super().construct_mapping(node, deep)
            for key, _ in node.value:
                self.check_key(key)
            return mapping

        def check_key(self, node: Any) -> None:
            # asdf's tagged strings cannot be hashed, so that it refuses them as keys; ours can
            if isinstance(self.construct_object(node, deep=True), TaggedScalar):
                raise ConstructorError(None, None, "found a tagged key", node.start_mark)

        def construct_yaml_int(self, node: Any) -> Any:
            self.check_digits(node)
            return super().construct_yaml_int(node)

        def construct_yaml_float(self, node: Any) -> Any:
            self.check_digits(node)
            return super().construct_yaml_float(node)

        def check_digits(self, node: Any) -> None:
            if len(node.value) > MAX_DIGITS and ":" in node.value:
                raise ConstructorError(None, None, f"a number of more than {MAX_DIGITS} characters", node.start_mark)

        def construct_tagged(self, node: Any) -> Any:
            if isinstance(node, yaml.MappingNode):
                mapping = TaggedMapping((), node.tag)
                yield mapping
                mapping.update(self.construct_mapping(node))
            elif isinstance(node, yaml.SequenceNode):
                sequence = TaggedSequence((), node.tag)
                yield sequence
                sequence.extend(self.construct_sequence(node))
            else:
                yield TaggedScalar(self.construct_scalar(node), node.tag)

        def construct_omap(self, node: Any) -> Any:
            mapping: OrderedDict[Any, Any] = OrderedDict()
            yield mapping
            if not isinstance(node, yaml.SequenceNode):
                raise ConstructorError(None, None, "an ordered mapping is written as a sequence", node.start_mark)
            for entry in node.value:
                if not isinstance(entry, yaml.MappingNode) or len(entry.value) != 1:
                    raise ConstructorError(None, None, "expected a mapping of one entry", entry.start_mark)
                key, value = entry.value[0]
                self.check_key(key)
                mapping[self.construct_object(key)] = self.construct_object(value)

    Loader.add_constructor(None, Loader.construct_tagged)
    Loader.add_constructor(CORE_TAG + "int", Loader.construct_yaml_int)
    Loader.add_constructor(CORE_TAG + "float", Loader.construct_yaml_float)
    Loader.add_constructor(CORE_TAG + "omap", Loader.construct_omap)
    return Loader
