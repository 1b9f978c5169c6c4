"""Arrays whose data type changed between versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..changes import Changes
from ..foreign.datatypes import numpy_dtype

if TYPE_CHECKING:
    from ..nodes.object_node import ObjectNode

__all__ = ["convert_arrays"]


def convert_arrays(node: ObjectNode, changes: Changes) -> None:
    """Convert the arrays whose data type is not the one that the schema asks for; they are read for it.

    Parameters
    ----------
    node : ObjectNode
        The top node, of the newer version.
    changes : Changes
        Where to note what was done.

    Notes
    -----
    The schemas of images ask for ``float16`` where older ones had ``float32``. What is too large for it becomes
    infinite, as in the pipeline.
    """
    import numpy as np

    for problem in node.problems():
        if problem.kind == "datatype" and len(problem.path) == 1:
            name = str(problem.path[0])
            dtype = numpy_dtype(problem.allowed)
            with np.errstate(over="ignore"):
                node[name] = node[name].astype(dtype)
            changes.derive(problem.path, str(dtype), "converted to the data type of the newer version")
