"""A tiny HTTP proxy for tests: CONNECT for https, absolute URLs for http. Prints its port first.

With --password TEXT it wants `Proxy-Authorization: Basic base64(user:TEXT)` and answers 407 without.
GET /_stats, asked of the proxy itself, tells {"connects": N, "gets": N} as JSON.
"""

import argparse
import asyncio
import base64
import json
import urllib.parse

stats = {"connects": 0, "gets": 0}


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve_one(reader, writer, password: str | None) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    method, target, _ = head.split("\r\n")[0].split(" ")
    if target == "/_stats":
        body = json.dumps(stats).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        return
    expected = "Basic " + base64.b64encode(f"user:{password}".encode()).decode()
    if password is not None and expected not in head:
        writer.write(b"HTTP/1.1 407 No\r\nConnection: close\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
        return
    if method == "CONNECT":
        stats["connects"] += 1
        host, _, port = target.rpartition(":")
        up_reader, up_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\nX-Proxy: secret\r\n\r\n")
    else:
        stats["gets"] += 1
        url = urllib.parse.urlsplit(target)
        up_reader, up_writer = await asyncio.open_connection(url.hostname, url.port)
        path = urllib.parse.urlunsplit(("", "", url.path, url.query, ""))
        up_writer.write(head.replace(target, path, 1).encode("latin-1"))
    await asyncio.gather(pump(reader, up_writer), pump(up_reader, writer))


async def run(password: str | None) -> None:
    async def accept(reader, writer):
        try:
            await serve_one(reader, writer, password)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--password")
    asyncio.run(run(parser.parse_args().password))
