"""Torture the package, and print what was tried, what failed, the slowest and the largest; ends with 1 if one failed.

    python -m tools.torture
    python -m tools.torture --only kills forks --kills 200
    python -m tools.torture --only headers --headers 5000 --seed 3 --verbose

What is tried follows from the seed and the number of the trial, which is printed with each failure.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import catalogues, flips, forks, headers, hostile, kills, threads, truncations
from .trials import Options, Tally, Trial, table

# What is tried, and how often by default; 0 for all that there are.
_KINDS: dict[str, tuple[Callable[[Options], Iterator[Trial]], int]] = {
    "kills": (kills.trials, 1_000),
    "catalogues": (catalogues.trials, 200),
    "forks": (forks.trials, 1_000),
    "threads": (threads.trials, 200),
    "flips": (flips.trials, 10_000),
    "truncations": (truncations.trials, 1_000),
    "hostile": (hostile.trials, 0),
    "headers": (headers.trials, 200_000),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.torture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=_KINDS, default=list(_KINDS), help="what is tried; all by default")
    parser.add_argument("--seed", type=int, default=0, help="of the run (default: %(default)s)")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="at the same time (default: %(default)s)"
    )
    for name, (_, count) in _KINDS.items():
        parser.add_argument(f"--{name}", type=int, default=count, help=f"how many (default: {count or 'all'})")
    parser.add_argument("--verbose", action="store_true", help="print each failure at once")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    with _listening() as (address, calls):
        tallies = []
        for name in options.only:
            trials = _KINDS[name][0]
            run = Options(getattr(options, name), options.seed, options.processes, address)
            tallies.append(_tally(name, trials(run), verbose=options.verbose))
        requests = Tally("requests", tried=1)
        requests.failed = calls()
        if requests.failed:
            requests.kinds["somebody called"] = [Trial("at the listening socket")]
    print(table([*tallies, requests]))
    for tally in (*tallies, requests):
        for line in tally.failures():
            print(line)
    return int(any(tally.failed for tally in (*tallies, requests)))


def _tally(name: str, trials: Iterator[Trial], *, verbose: bool) -> Tally:
    tally = Tally(name)
    begin = told = time.monotonic()
    for trial in trials:
        tally.add(trial)
        for fault in trial.faults if verbose else ():
            print(f"{trial.name}: {fault}", flush=True)
        if sys.stderr.isatty() and time.monotonic() - told > 1:
            told = time.monotonic()
            print(f"\r{name}: {tally.tried} tried, {tally.failed} failed", end="", file=sys.stderr, flush=True)
    print(f"{name}: {tally.tried} in {time.monotonic() - begin:.0f} s, {tally.failed} failed", flush=True)
    return tally


@contextmanager
def _listening() -> Iterator[tuple[str, Callable[[], int]]]:
    """Listen on this machine; give the address, and what tells how many have called."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)

        def calls() -> int:
            count = 0
            try:
                while True:
                    server.accept()[0].close()
                    count += 1
            except BlockingIOError:
                return count

        host, port = server.getsockname()[:2]
        yield f"{host}:{port}", calls


if __name__ == "__main__":
    sys.exit(main())
