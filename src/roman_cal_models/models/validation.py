"""Methods of models: what is wrong with them, and with the files that they were opened from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..errors import Problem
    from .data_model import DataModel

__all__ = ["problems", "validate"]


def problems(self: DataModel, *, blocks: bool = False) -> list[Problem]:
    """Return everything that is wrong with the model, what is missing included; empty for a valid one.

    Of the file that it was opened from, the heads of the blocks are looked at: they show whether it is complete.
    Arrays that belong together but differ in shape are reported as warnings.

    Parameters
    ----------
    blocks : bool
        Whether all blocks of the file are read as well, decompressed, and compared with their checksums. A block
        without a checksum is reported as a warning.

    Returns
    -------
    list of Problem
        ``kind`` says what each is about; ``level`` distinguishes errors from warnings.

    Raises
    ------
    ModelClosedError
        The blocks are to be read, and the file was closed.
    """
    from .integrity import model_problems

    return model_problems(self.node, self._source, blocks=blocks)


def validate(self: DataModel, *, blocks: bool = False) -> None:
    """Check the whole model, foreign objects included, and whether its file is whole.

    Parameters
    ----------
    blocks : bool
        As for `problems`.

    Raises
    ------
    ValidationError
        Carries every problem that is more than a warning.
    ModelClosedError
        As for `problems`.
    """
    __tracebackhide__ = True
    found = [problem for problem in self.problems(blocks=blocks) if problem.level == "error"]
    if found:
        from ..errors import ValidationError
        from ..schema import installed

        name = None if self._source is None else self._source.name
        raise ValidationError(found, name, installed().store.newer_note(self.tag))
