"""What an error says that came over a network: of a file, of the moment, or of the whole server."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

from ...errors import CatalogError
from ...printable import printable

__all__ = ["ServerError", "kind_of", "patiently"]

_Answer = TypeVar("_Answer")

# By name: the packages need not be installed. botocore, google.auth, azure.core, requests, aiohttp and Python's own.
_REFUSED = {
    "NoCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "TokenRetrievalError",
    "SSOTokenLoadError",
    "UnauthorizedSSOTokenError",
    "ProfileNotFound",
    "DefaultCredentialsError",
    "RefreshError",
    "ClientAuthenticationError",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidToken",
    "InvalidSecurity",
    "RequestTimeTooSkewed",
    "TokenRefreshRequired",
    "AccountProblem",
    "AllAccessDisabled",
    "NoSuchBucket",
}
_UNREACHABLE = {
    "EndpointConnectionError",
    "ConnectTimeoutError",
    "ClientConnectorError",
    "ConnectionTimeoutError",
    "NewConnectionError",
    "NameResolutionError",
    "ProxyConnectionError",
    "ConnectionRefusedError",
    "gaierror",
}
_PASSING = {
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "InternalError",
    "RequestTimeout",
    "408",
    "429",
    "500",
    "502",
    "503",
    "504",
    "TimeoutError",
    "FSTimeoutError",
    "ConnectionResetError",
    "ConnectionAbortedError",
    "BrokenPipeError",
    "ConnectionClosedError",
    "ReadTimeoutError",
    "HTTPClientError",
    "ResponseStreamingError",
    "IncompleteRead",
    "IncompleteReadError",
    "ServerDisconnectedError",
    "ServerTimeoutError",
    "ClientOSError",
    "ClientPayloadError",
}

# Seconds to wait before one asks again.
_WAITS = (0.5, 2.0, 5.0)
# Seconds after which one does not: what asks (botocore, s3fs) may have tried several times itself.
_PATIENCE = {"passing": 30.0, "unreachable": 10.0}


class ServerError(CatalogError):
    """A server refuses everything, or does not answer."""


def kind_of(error: BaseException) -> Literal["refused", "unreachable", "passing", "file"]:
    """Return what an error, or one that led to it, is about.

    Parameters
    ----------
    error : BaseException
        Of a file system of fsspec.

    Returns
    -------
    {"refused", "unreachable", "passing", "file"}
        The server refuses us, whatever we ask for; nothing answers there; the same may work in a moment; or it is
        about what was asked for.
    """
    words = set(_words(error))
    if words & _REFUSED:
        return "refused"
    if words & _UNREACHABLE:
        return "unreachable"
    return "passing" if words & _PASSING else "file"


def patiently(ask: Callable[[], _Answer], url: str) -> _Answer:
    """Ask a server, and again if what went wrong may pass.

    Parameters
    ----------
    ask : callable
        Asks.
    url : str
        For what, for errors.

    Raises
    ------
    ServerError
        The whole server refuses or does not answer: there is no need to ask it for anything else.
    Exception
        What `ask` raised, in the end.
    """
    begin = time.monotonic()
    for wait in (*_WAITS, None):
        try:
            return ask()
        except Exception as error:  # file systems are anybody's, and so are their errors
            kind = kind_of(error)
            is_last = wait is None or time.monotonic() - begin > _PATIENCE.get(kind, 0)
            if kind == "refused" or (kind == "unreachable" and is_last):
                raise ServerError(printable(f"{url}: {_said(error, url)}")) from None
            if is_last:
                raise
        # not all at the same moment
        time.sleep((wait or 0) * random.uniform(0.5, 1))
    raise AssertionError("the last attempt returns or raises")


def _said(error: Exception, url: str) -> str:
    text = " ".join(str(error).split()).removeprefix(f"{url}: ")
    return text or type(error).__name__


def _words(error: BaseException) -> Iterator[str]:
    """Yield the names of an error's classes, and the codes that the server gave."""
    todo: list[BaseException | None] = [error]
    met: set[int] = set()
    while todo:
        one = todo.pop()
        if one is None or id(one) in met:
            continue
        met.add(id(one))
        todo += [one.__cause__, one.__context__]
        yield from (cls.__name__ for cls in type(one).__mro__)
        response: Any = getattr(one, "response", None)
        if isinstance(response, dict):
            yield str(response.get("Error", {}).get("Code"))
            yield str(response.get("ResponseMetadata", {}).get("HTTPStatusCode"))
        # aiohttp and azure.core, gcsfs
        yield from (str(getattr(one, name)) for name in ("status", "status_code", "code") if hasattr(one, name))
