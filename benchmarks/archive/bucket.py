"""A bucket whose answers take a moment: ``python -m benchmarks.archive.bucket FOLDER MILLISECONDS``.

It answers as S3 does what is asked for to list and read, and counts the requests. It prints its URL, and ends when its
standard input does. Nothing but the delay is slow: it is there in place of a real server, whose network would be
measured, and of ``moto``, which takes longer for an answer than we for a file.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

__all__ = ["BUCKET", "count", "options", "serve"]

BUCKET = "archive"
_COUNT = "/requests-until-now"
_PAGE = 1000
_CHANGED = ("2026-01-01T00:00:00.000Z", "Thu, 01 Jan 2026 00:00:00 GMT")
_ROOT = Path(__file__).parents[2]
_LISTING = """<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{bucket}</Name><Prefix>{prefix}</Prefix>
<KeyCount>{number}</KeyCount><MaxKeys>{most}</MaxKeys><IsTruncated>{is_cut}</IsTruncated>{rest}</ListBucketResult>"""
_OBJECT = (
    "<Contents><Key>{key}</Key><LastModified>{changed}</LastModified><ETag>&quot;{tag}&quot;</ETag>"
    "<Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
)
_MISSING = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>'


@contextmanager
def serve(folder: Path, milliseconds: float) -> Iterator[str]:
    """Give the URL of a server, in a process of its own, of the files below a folder.

    Parameters
    ----------
    folder : Path
        What the bucket holds: the names below it are the keys.
    milliseconds : float
        How long each request waits for its answer.
    """
    command = [sys.executable, "-m", "benchmarks.archive.bucket", str(folder), str(milliseconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()


def options(url: str) -> dict[str, Any]:
    """Return what fsspec needs to ask the server."""
    # all that botocore would look for elsewhere
    words = {"endpoint_url": url, "region_name": "us-east-1"}
    return {"client_kwargs": words, "key": "benchmark", "secret": "benchmark"}


def count(url: str) -> int:
    """Return how many requests for files there were since the last time."""
    with urlopen(url + _COUNT) as answer:
        return int(answer.read())


def main() -> None:
    """Serve until standard input ends."""
    folder, milliseconds = sys.argv[1:]
    asyncio.run(_serve(Path(folder), float(milliseconds) / 1000))


async def _serve(folder: Path, delay: float) -> None:
    from aiohttp import web

    objects = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.asdf"))}
    keys = sorted(objects)
    requests = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal requests
        if request.path == _COUNT:
            requests, until_now = 0, requests
            return web.Response(text=str(until_now))
        await asyncio.sleep(delay)
        key = request.path.removeprefix(f"/{BUCKET}").removeprefix("/")
        if not key:
            return web.Response(text=_listing(keys, objects, request.query), content_type="application/xml")
        requests += 1
        if key not in objects:
            return web.Response(status=404, text=_MISSING, content_type="application/xml")
        answered: web.Response = _object(objects[key], request.headers.get("Range"))
        return answered

    runner = web.AppRunner(web.Application(), access_log=None)
    runner.app.router.add_route("*", "/{path:.*}", answer)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


def _object(content: bytes, wanted: str | None) -> Any:
    from aiohttp import web

    headers = {"ETag": f'"{_tag(content)}"', "Last-Modified": _CHANGED[1], "Accept-Ranges": "bytes"}
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
    if match is None:
        return web.Response(body=content, headers=headers)
    start = int(match[1])
    piece = content[start : int(match[2]) + 1 if match[2] else None]
    headers["Content-Range"] = f"bytes {start}-{start + len(piece) - 1}/{len(content)}"
    return web.Response(status=206, body=piece, headers=headers)


def _listing(keys: list[str], objects: dict[str, bytes], query: Any) -> str:
    prefix, after = query.get("prefix", ""), query.get("continuation-token", "")
    most = int(query.get("max-keys", _PAGE))
    found = [key for key in keys if key.startswith(prefix) and key > after]
    shown = found[:most]
    rest = "".join(
        _OBJECT.format(key=key, changed=_CHANGED[0], tag=_tag(objects[key]), size=len(objects[key])) for key in shown
    )
    is_cut = len(found) > len(shown)
    if is_cut:
        rest += f"<NextContinuationToken>{shown[-1]}</NextContinuationToken>"
    words = {"bucket": BUCKET, "prefix": prefix, "number": len(shown), "most": most}
    return _LISTING.format(**words, is_cut=str(is_cut).lower(), rest=rest)


def _tag(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


if __name__ == "__main__":
    main()
