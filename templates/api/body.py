"""Reading a request's body within limits of size and time."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.requests import Request


class BodyTooLarge(Exception):
    """More bytes than `api.limits.bytes`."""


class BodyTooSlow(Exception):
    """The body did not arrive in time."""


def is_json(headers: Headers) -> bool:
    """Whether the body is declared as JSON in UTF-8, uncompressed. One that is not declared is read as such:
    `kubectl create --raw`, by which a release is tried, sends no type (RFC 9110, 8.3 leaves it to the recipient)."""
    media, _, parameters = headers.get("content-type", "application/json").partition(";")
    if media.strip().lower() != "application/json" or headers.get("content-encoding", "identity") != "identity":
        return False
    name, _, value = parameters.strip().partition("=")
    return name.strip().lower() != "charset" or value.strip().strip('"').lower() in ("utf-8", "utf8")


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The whole body; a declared length over the limit is refused before a byte is read."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge
    try:
        async with asyncio.timeout(seconds):
            return await _collect(request, limit)
    except TimeoutError:
        raise BodyTooSlow from None


async def _collect(request: Request, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks)
