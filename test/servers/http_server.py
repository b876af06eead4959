"""A small HTTP server for tests: HTTP/1.1 and HTTP/2, plain or TLS, with faults on demand.

Needs Python 3.11 and Debian's python3-h2. Listens on loopback at a port that the kernel chooses.

As a program of its own (a test starts it with testing/server_process.h and reads the port from the first line):

    import http_server
    from http_server import Fault, Request, Response

    async def handle(request: Request) -> Response:
        if request.path == "/hang":
            return Response(fault=Fault.HANG)
        return Response(200, b"hello", [("content-type", "text/plain")], delay=0.1)

    if __name__ == "__main__":
        http_server.main(handle)          # --tls DIR  --http1-only  --host ADDRESS  --max-streams N

Further options of the program's own: main(handle, parser=argparse.ArgumentParser(...)) and, for a handler that needs
them, main(lambda args: handler, parser=..., factory=True). Inside one event loop: `server = await serve(handle)`.

Plain servers speak HTTP/1.1, and HTTP/2 to clients with prior knowledge (the preface is recognised). TLS servers
negotiate with ALPN; the certificate is for 127.0.0.1, ::1 and localhost, signed by the CA in DIR/ca.pem, which
openssl makes at the start unless it is there already (so several servers can share a directory).

Paths that the server answers itself, for tests to look in (not counted, and no handler sees them):
    GET /_stats          JSON: see Stats
    GET /_stats/reset    the same; then everything but in_flight starts at zero
    GET /_in_flight/N    answers as soon as N requests are in flight: lets a test wait without sleeping
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import enum
import gzip
import json
import pathlib
import socket
import ssl
import struct
import subprocess
import urllib.parse
import zlib
from typing import Awaitable, Callable

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

Headers = list[tuple[str, str]]


class Fault(enum.Enum):
    """What goes wrong with an answer. `delay` passes first. The handler has run: the server has acted."""

    NONE = enum.auto()
    CLOSE = enum.auto()  # the connection ends in order, without an answer
    RESET = enum.auto()  # the connection is reset (TCP RST), without an answer
    RESET_STREAM = enum.auto()  # HTTP/2: only this stream is reset; HTTP/1.1: as RESET
    HANG = enum.auto()  # no byte ever comes, until the client leaves
    HANG_IN_BODY = enum.auto()  # headers and half of the body, then nothing, until the client leaves
    CUT = enum.auto()  # half of what Content-Length announced, then the end (HTTP/2: of the stream)
    CUT_CHUNKED = enum.auto()  # the same with chunks: no last chunk (HTTP/2: the stream is reset)
    GARBAGE = enum.auto()  # bytes that are no HTTP; the connection ends


@dataclasses.dataclass
class Request:
    method: str
    target: str  # as it came: path and query
    headers: Headers  # names in lower case, in order
    body: bytes
    version: str  # "1.1" or "2"
    connection: int  # number of the connection it came on, from 1

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, list[str]]:
        return urllib.parse.parse_qs(self.target.partition("?")[2], keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """The first value of a header, compared without case."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    def json(self):
        return json.loads(self.body)


@dataclasses.dataclass
class Response:
    status: int = 200
    body: bytes = b""
    headers: Headers = dataclasses.field(default_factory=list)
    delay: float = 0.0  # seconds before the first byte
    body_delay: float = 0.0  # seconds between the first half of the body and the rest
    gzip: bool = False  # sends the body zipped, with Content-Encoding
    chunked: bool = False  # HTTP/1.1: chunks instead of Content-Length
    early_hints: bool = False  # an interim answer 103 comes first
    fault: Fault = Fault.NONE


def json_response(value, status: int = 200, **more) -> Response:
    return Response(status, json.dumps(value).encode(), [("content-type", "application/json")], **more)


def gzip_bomb(size: int) -> bytes:
    """Gzip of `size` zero bytes, about size/1000 long. Send it with the header content-encoding: gzip."""
    zipper = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    parts = [zipper.compress(block[: min(len(block), size - at)]) for at in range(0, size, len(block))]
    return b"".join(parts) + zipper.flush()


Handler = Callable[[Request], Awaitable[Response]]


@dataclasses.dataclass
class Stats:
    """What a server has seen, without the requests to /_…"""

    connections: int = 0  # that carried a request
    requests: int = 0
    http2_requests: int = 0
    in_flight: int = 0  # received, not yet answered
    max_in_flight: int = 0
    max_streams: int = 0  # most requests in flight at once on one connection


class Server:
    """Use serve(); `port`, `stats`, close()."""

    def __init__(self, handler: Handler, max_streams: int):
        self.handler = handler
        self.max_streams = max_streams
        self.stats = Stats()
        self.port = 0
        self._listener: asyncio.Server | None = None
        self._next_connection = 1
        self._seen_connections: set[int] = set()
        self._in_flight_on: dict[int, int] = {}
        self._changed = asyncio.Condition()

    async def close(self) -> None:
        self._listener.close()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self._next_connection
        self._next_connection += 1
        try:
            tls = writer.get_extra_info("ssl_object")
            if tls is not None:
                two, first = tls.selected_alpn_protocol() == "h2", b""
            else:
                first = await reader.read(len(_PREFACE))
                while 0 < len(first) < len(_PREFACE) and _PREFACE.startswith(first):
                    more = await reader.read(len(_PREFACE) - len(first))
                    if not more:
                        break
                    first += more
                two = first == _PREFACE
            kind = _Http2Connection if two else _Http1Connection
            await kind(self, number, reader, writer).run(first)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, TimeoutError):
            pass  # clients come and go
        finally:
            writer.close()

    async def answer(self, request: Request) -> Response:
        """The handler's answer, or our own to /_…"""
        if request.path.startswith("/_in_flight/"):
            wanted = int(request.path.rpartition("/")[2])
            async with self._changed:
                await self._changed.wait_for(lambda: self.stats.in_flight >= wanted)
            return Response(200)
        if request.path in ("/_stats", "/_stats/reset"):
            response = json_response(dataclasses.asdict(self.stats))
            if request.path.endswith("/reset"):
                self.stats = Stats(in_flight=self.stats.in_flight)
                self._seen_connections.clear()
            return response
        return await self.handler(request)

    async def begin(self, request: Request) -> None:
        if request.path.startswith("/_"):
            return
        stats = self.stats
        self._seen_connections.add(request.connection)
        here = self._in_flight_on.get(request.connection, 0) + 1
        self._in_flight_on[request.connection] = here
        stats.connections = len(self._seen_connections)
        stats.requests += 1
        stats.http2_requests += request.version == "2"
        stats.in_flight += 1
        stats.max_in_flight = max(stats.max_in_flight, stats.in_flight)
        stats.max_streams = max(stats.max_streams, here)
        async with self._changed:
            self._changed.notify_all()

    def end(self, request: Request) -> None:
        if request.path.startswith("/_"):
            return
        self.stats.in_flight -= 1
        self._in_flight_on[request.connection] -= 1


_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def _reset_connection(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _prepare(response: Response) -> tuple[Headers, bytes]:
    headers = [(name.lower(), value) for name, value in response.headers]
    body = response.body
    if response.gzip:
        body = gzip.compress(body)
        headers.append(("content-encoding", "gzip"))
    return headers, body


class _Http1Connection:
    def __init__(self, server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.server, self.number, self.reader, self.writer = server, number, reader, writer

    async def run(self, first: bytes) -> None:
        while (request := await self.read_request(first)) is not None:
            first = b""
            await self.server.begin(request)
            try:
                response = await self.server.answer(request)
                await asyncio.sleep(response.delay)
                keep = await self.send(response)
            finally:
                self.server.end(request)
            if not keep or request.header("connection") == "close":
                return

    async def read_request(self, first: bytes) -> Request | None:
        try:
            head = (first + await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError as end:
            if not (first + end.partial).endswith(b"\r\n\r\n"):
                return None
            head = (first + end.partial).decode("latin-1")
        line, *rest = head[:-4].split("\r\n")
        method, target, _ = line.split(" ")
        headers = [(name.lower(), value.strip()) for name, _, value in (text.partition(":") for text in rest)]
        request = Request(method, target, headers, b"", "1.1", self.number)
        if request.header("expect") == "100-continue":
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if request.header("transfer-encoding") == "chunked":
            request.body = await self.read_chunks()
        elif length := request.header("content-length"):
            request.body = await self.reader.readexactly(int(length))
        return request

    async def read_chunks(self) -> bytes:
        body = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readuntil(b"\r\n")
        return body

    async def send(self, response: Response) -> bool:
        """Whether the connection may be used again."""
        fault, writer = response.fault, self.writer
        if fault is Fault.CLOSE:
            return False
        if fault in (Fault.RESET, Fault.RESET_STREAM):
            _reset_connection(writer)
            return False
        if fault is Fault.HANG:
            await self.reader.read()
            return False
        if fault is Fault.GARBAGE:
            writer.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
            await writer.drain()
            return False
        headers, body = _prepare(response)
        chunked = response.chunked or fault is Fault.CUT_CHUNKED
        without_body = response.status in (204, 304)
        if chunked:
            headers.append(("transfer-encoding", "chunked"))
        elif not without_body:
            headers.append(("content-length", str(len(body))))
        if response.early_hints:
            writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </early>; rel=preload\r\nx-early: 1\r\n\r\n")
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        writer.write(f"HTTP/1.1 {response.status} Status\r\n{lines}\r\n".encode("latin-1"))
        half = len(body) // 2
        await self.send_part(body[:half], chunked)
        if fault is Fault.HANG_IN_BODY:
            await self.reader.read()
            return False
        if fault in (Fault.CUT, Fault.CUT_CHUNKED):
            return False
        await asyncio.sleep(response.body_delay)
        await self.send_part(body[half:], chunked)
        if chunked:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def send_part(self, part: bytes, chunked: bool) -> None:
        if part:
            self.writer.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
        await self.writer.drain()


class _Http2Connection:
    def __init__(self, server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.server, self.number, self.reader, self.writer = server, number, reader, writer
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        self.h2 = h2.connection.H2Connection(config=config)
        self.h2.local_settings = h2.settings.Settings(
            client=False,
            initial_values={
                h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: server.max_streams,
                h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: 1 << 16,
            },
        )
        self.receiving: dict[int, Request] = {}
        self.answering: dict[int, asyncio.Task] = {}
        self.window_opened = asyncio.Event()

    async def run(self, first: bytes) -> None:
        self.h2.initiate_connection()
        self.flush()
        data = first or await self.reader.read(1 << 16)
        try:
            while data:
                for event in self.h2.receive_data(data):
                    self.on_event(event)
                self.flush()
                await self.writer.drain()
                data = await self.reader.read(1 << 16)
        except h2.exceptions.ProtocolError:
            self.flush()  # tells the client with GOAWAY
        finally:
            tasks = list(self.answering.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def flush(self) -> None:
        if self.writer.is_closing():
            raise ConnectionResetError("the client has left")
        self.writer.write(self.h2.data_to_send())

    def on_event(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            pseudo = dict(header for header in event.headers if header[0].startswith(":"))
            headers = [header for header in event.headers if not header[0].startswith(":")]
            headers.insert(0, ("host", pseudo.get(":authority", "")))
            self.receiving[event.stream_id] = Request(
                pseudo[":method"], pseudo[":path"], headers, b"", "2", self.number
            )
        elif isinstance(event, h2.events.DataReceived):
            self.receiving[event.stream_id].body += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            request = self.receiving.pop(event.stream_id)
            task = asyncio.create_task(self.respond(event.stream_id, request))
            self.answering[event.stream_id] = task
            task.add_done_callback(lambda _, stream=event.stream_id: self.answering.pop(stream, None))
        elif isinstance(event, h2.events.StreamReset):
            self.receiving.pop(event.stream_id, None)
            if task := self.answering.get(event.stream_id):
                task.cancel()
        elif isinstance(event, (h2.events.WindowUpdated, h2.events.RemoteSettingsChanged)):
            self.window_opened.set()

    async def respond(self, stream: int, request: Request) -> None:
        await self.server.begin(request)
        try:
            response = await self.server.answer(request)
            await asyncio.sleep(response.delay)
            await self.send(stream, response)
            self.flush()
            await self.writer.drain()
        except (ConnectionError, h2.exceptions.ProtocolError):
            pass  # the client has left, or given this stream up
        finally:
            self.server.end(request)

    async def send(self, stream: int, response: Response) -> None:
        fault = response.fault
        if fault is Fault.CLOSE:
            return self.writer.close()
        if fault is Fault.RESET:
            return _reset_connection(self.writer)
        if fault is Fault.RESET_STREAM:
            return self.h2.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
        if fault is Fault.HANG:
            await asyncio.Event().wait()
        if fault is Fault.GARBAGE:
            self.writer.write(b"\xff" * 64)
            self.writer.close()
            return
        headers, body = _prepare(response)
        if response.status not in (204, 304):
            headers.append(("content-length", str(len(body))))
        if response.early_hints:
            self.h2.send_headers(stream, [(":status", "103"), ("link", "</early>; rel=preload"), ("x-early", "1")])
        self.h2.send_headers(stream, [(":status", str(response.status)), *headers])
        half = len(body) // 2
        await self.send_part(stream, body[:half])
        if fault is Fault.HANG_IN_BODY:
            await asyncio.Event().wait()
        if fault is Fault.CUT_CHUNKED:
            return self.h2.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
        if fault is not Fault.CUT:
            await asyncio.sleep(response.body_delay)
            await self.send_part(stream, body[half:])
        self.h2.end_stream(stream)

    async def send_part(self, stream: int, part: bytes) -> None:
        self.flush()
        while part:
            size = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(part))
            if size == 0:
                self.window_opened.clear()
                await self.window_opened.wait()
                continue
            self.h2.send_data(stream, part[:size])
            part = part[size:]
            self.flush()
            await self.writer.drain()
            await asyncio.sleep(0)  # the reader must see that the client gives up


def make_certificates(directory: str) -> ssl.SSLContext:
    """A server's TLS context with a certificate signed by directory/ca.pem; both are made unless they exist."""
    folder = pathlib.Path(directory)
    ca, ca_key, certificate, key = (folder / name for name in ("ca.pem", "ca.key", "server.pem", "server.key"))
    if not certificate.exists():
        folder.mkdir(parents=True, exist_ok=True)
        new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        new += ["-days", "2", "-batch", "-config", "/dev/null"]
        subprocess.run(
            [*new, "-subj", "/CN=lastrun test CA", "-keyout", ca_key, "-out", ca]
            + ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"],
            check=True,
            capture_output=True,
        )
        subprocess.run(
            [*new, "-subj", "/CN=localhost", "-keyout", key, "-out", certificate, "-CA", ca, "-CAkey", ca_key]
            + ["-addext", "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost"]
            + ["-addext", "basicConstraints=critical,CA:FALSE"],
            check=True,
            capture_output=True,
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def ask_for_client_certificate(context: ssl.SSLContext, directory: str) -> None:
    """From now on only clients with a certificate of directory/ca.pem are served: client.pem and client.key are one."""
    folder = pathlib.Path(directory)
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    new += ["-days", "2", "-batch", "-config", "/dev/null", "-subj", "/CN=jane/O=team", "-CA", folder / "ca.pem"]
    new += ["-CAkey", folder / "ca.key", "-keyout", folder / "client.key", "-out", folder / "client.pem"]
    subprocess.run(new, check=True, capture_output=True)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(folder / "ca.pem")


async def serve(
    handler: Handler,
    tls: str | None = None,
    http1_only: bool = False,
    host: str = "127.0.0.1",
    max_streams: int = 100,
    client_certificates: bool = False,
) -> Server:
    """Starts to serve in the running event loop; `tls` is the directory of the certificates."""
    context = None
    if tls is not None:
        context = make_certificates(tls)
        if client_certificates:
            ask_for_client_certificate(context, tls)
        context.set_alpn_protocols(["http/1.1"] if http1_only else ["h2", "http/1.1"])
    server = Server(handler, max_streams)
    server._listener = await asyncio.start_server(
        server.accept, host, 0, ssl=context, backlog=1024, limit=1 << 20
    )
    server.port = server._listener.sockets[0].getsockname()[1]
    return server


def main(handler, parser: argparse.ArgumentParser | None = None, factory: bool = False) -> None:
    """Runs `handler` (with factory: what handler(args) returns) as a program until it is killed."""
    parser = parser or argparse.ArgumentParser()
    parser.add_argument("--tls", metavar="DIR", help="speak TLS; certificates and ca.pem are made in DIR")
    parser.add_argument("--http1-only", action="store_true", help="do not offer HTTP/2 over TLS")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--max-streams", type=int, default=100)
    parser.add_argument("--client-certificates", action="store_true", help="serve clients with a certificate only")
    args = parser.parse_args()

    async def run() -> None:
        handle = handler(args) if factory else handler
        server = await serve(
            handle, args.tls, args.http1_only, args.host, args.max_streams, args.client_certificates
        )
        print(server.port, flush=True)
        await asyncio.Event().wait()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        pass
