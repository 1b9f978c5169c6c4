"""Compare our YAML reader with asdf's on mutated headers; ends with 1 if they differ on any.

The reading is done by a child process, so that a crash, an endless loop or a flood of memory is a finding like any
other. Inputs follow from the seed and their numbers: ``--show NUMBER`` prints one again.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection

from .child import work
from .headers import real_headers
from .mutations import mutated

_TICK = 0.2  # seconds between two looks at the child
_START = 300.0  # seconds that it may take to import what it needs


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz_yaml", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the run (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="that one input may take (default: %(default)s)")
    parser.add_argument("--megabytes", type=int, default=4096, help="that the child may take (default: %(default)s)")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="print this input and read it in this process")
    options = parser.parse_args(arguments)
    headers = real_headers()
    if options.show is not None:
        return _show(headers, options.show, options.seed)
    names = ("inputs", "seed", "seconds", "megabytes")
    limits = {name: getattr(options, name) for name in names}
    begin = time.monotonic()
    count = 0
    for number, problem in findings(headers, **limits):
        count += 1
        print(f"input {number}: {problem}", flush=True)
    seconds = time.monotonic() - begin
    print(
        f"{options.inputs} inputs from {len(headers)} headers, seed {options.seed}: {count} findings, {seconds:.0f} s"
    )
    return int(count > 0)


def findings(
    headers: Sequence[str], *, inputs: int, seed: int, seconds: float, megabytes: int
) -> Iterator[tuple[int, str]]:
    """Yield the number of each input on which something is found, and what."""
    context = multiprocessing.get_context("spawn")
    first = 0
    while first < inputs:
        at = context.Value("q", -1)
        receiver, sender = context.Pipe(duplex=False)
        child = context.Process(target=work, args=(headers, seed, first, inputs, megabytes, at, sender), daemon=True)
        child.start()
        sender.close()
        since, last = time.monotonic(), -1
        told = set()
        while True:
            is_over = not child.is_alive()
            for number, problem in _received(receiver):
                told.add(number)
                yield number, problem
            if is_over:
                break
            if at.value != last:
                since, last = time.monotonic(), at.value
            elif time.monotonic() - since > (_START if last < 0 else seconds):
                child.kill()
            child.join(_TICK)
        last = max(at.value, first)
        if last < inputs and last not in told:
            yield last, _end_of(child.exitcode)
        first = last + 1


def _received(receiver: Connection) -> Iterator[tuple[int, str]]:
    """Yield what the child has sent by now."""
    try:
        while receiver.poll():
            yield receiver.recv()
    except EOFError:  # it has ended
        return


def _end_of(status: int | None) -> str:
    return "took too long" if status == -9 else f"ended the process with status {status}"


def _show(headers: Sequence[str], number: int, seed: int) -> int:
    from .comparing import assert_read_as_asdf_reads

    text = mutated(headers, number, seed)
    print(text if isinstance(text, str) else repr(text))
    assert_read_as_asdf_reads(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
