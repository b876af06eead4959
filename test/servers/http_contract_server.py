"""The server side of src/http/client_contract_test.cpp: every path shows one behaviour of a server."""

import asyncio
import functools
import gzip

import http_server
from http_server import Fault, Request, Response

FAULTS = {
    "/close": Fault.CLOSE,
    "/reset": Fault.RESET,
    "/reset-stream": Fault.RESET_STREAM,
    "/hang-in-body": Fault.HANG_IN_BODY,
    "/cut": Fault.CUT,
    "/cut-chunked": Fault.CUT_CHUNKED,
    "/garbage": Fault.GARBAGE,
}
bomb = functools.cache(lambda: http_server.gzip_bomb(64 << 20))
eight = asyncio.Barrier(8)


async def handle(request: Request) -> Response:
    path, _, argument = request.path[1:].partition("/")
    if path == "hang":  # /hang and /hang/until-cancelled, which the fake tells apart
        return Response(fault=Fault.HANG)
    if request.path in FAULTS:
        return Response(200, b"half and half", fault=FAULTS[request.path])
    if path == "status":
        return Response(int(argument), b"" if argument in ("204", "304") else f"status {argument}".encode())
    if path == "redirect":
        return Response(302, b"elsewhere", [("location", "/text")])
    if path == "echo":
        return Response(200, request.body, [("x-method", request.method)])
    if path == "request-headers":
        return Response(200, "".join(f"{name}: {value}\n" for name, value in request.headers).encode())
    if path == "repeated":
        return Response(200, b"", [("Set-Cookie", "a=1"), ("X-Mixed", "Value"), ("Set-Cookie", "b=2")])
    if path == "shuffled":  # later requests are answered earlier
        return Response(200, argument.encode(), delay=0.002 * (7 - int(argument) % 7))
    if path == "meet":  # answered when eight of them are here
        await eight.wait()
        return Response(200, b"met")
    if path == "large":
        return Response(200, b"x" * int(argument))
    if path == "slow-body":
        return Response(200, b"half and half", body_delay=0.05)
    if path == "chunked":
        return Response(200, b"half and half", chunked=True)
    if path == "gzip":
        return Response(200, b"zipped " * 1000, gzip=True)
    if path == "gzip-cut":
        return Response(200, gzip.compress(b"zipped " * 1000)[:-12], [("content-encoding", "gzip")])
    if path == "gzip-broken":
        return Response(200, b"\x1f\x8b\x08\x00 this is no deflate stream", [("content-encoding", "gzip")])
    if path == "gzip-bomb":
        return Response(200, bomb(), [("content-encoding", "gzip")])
    if path == "header-flood":
        return Response(200, b"", [(f"x-{i}", "y" * 1000) for i in range(100)])
    if path == "early-hints":
        return Response(200, b"hello", [("x-final", "1")], early_hints=True)
    if path == "text":
        return Response(200, b"hello", [("content-type", "text/plain")])
    return Response(404, b"no such path")


if __name__ == "__main__":
    http_server.main(handle)
