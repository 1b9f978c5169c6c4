"""The thorough YAML reader: PyYAML, as asdf uses it, within limits."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from .values import CORE_TAG, TaggedMapping, TaggedScalar, TaggedSequence, YamlError

__all__ = ["load_with_pyyaml", "parsed"]

MAX_DEPTH = 1000
MAX_MERGED = 1_000_000
MAX_DIGITS = 10_000  # of a number in base 60, which takes time by the square of its length


def load_with_pyyaml(data: bytes | str) -> Any:
    """Read one YAML document.

    Raises
    ------
    YamlError
        If asdf's loader refuses the document, or it nests or merges beyond all measure.
    """
    import yaml

    with _yaml_errors():
        _check_depth(data)
        return yaml.load(data, Loader=_loader())


def parsed(data: bytes | str) -> Iterator[Any]:
    """Yield the events of PyYAML, which makes no values yet.

    Raises
    ------
    YamlError
        If PyYAML refuses the document.
    """
    import yaml

    with _yaml_errors():
        yield from yaml.parse(data, Loader=_loader())


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
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        # PyYAML's own slips on odd values ("!!int ''", "!!timestamp x") are refusals as well
        raise YamlError(str(error) or type(error).__name__) from error


def _check_depth(data: bytes | str) -> None:
    """Refuse what nests so deep that PyYAML would exhaust the stack of the process."""
    import yaml

    text = data if isinstance(data, str) else data.decode("latin-1").replace("\0", "")
    # Each of these opens two levels at most; so does each column of indentation, and to indent n columns deep
    # takes n * n / 2 spaces.
    openings = sum(map(text.count, ("[", "{", "- ", "-\t", "? ", "?\t")))
    if 2 * (openings + math.isqrt(2 * len(text))) < MAX_DEPTH:
        return
    depth = 0
    for event in yaml.parse(data, Loader=_loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlError(f"nested more than {MAX_DEPTH} deep", event.start_mark.line + 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


@cache
def _loader() -> Any:
    """Make the loader: PyYAML's safe one, with tagged values and ordered mappings as asdf gives them."""
    import yaml
    from yaml.constructor import ConstructorError

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        merged = 0

        def flatten_mapping(self, node: Any) -> None:
            super().flatten_mapping(node)
            self.merged += len(node.value)
            if self.merged > MAX_MERGED:
                raise ConstructorError(None, None, f"merges more than {MAX_MERGED} entries", node.start_mark)

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
