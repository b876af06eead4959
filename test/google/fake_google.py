"""Google's metadata server and token endpoint, as strict as the real ones; google_auth_client.py confirms the contract.

Tokens say what they were asked for: "metadata:SCOPE,SCOPE" and "login:CLIENT_ID:REFRESH_TOKEN". Two clients that get
the same token have asked for the same thing.

GET  /computeMetadata/v1/…   403 without the header Metadata-Flavor: Google
POST /token                  400 as RFC 6749 has it, unless the request is right; refresh token "revoked" is one that is
     /flaky/token            the same, but every first and second try is answered with 503 and Retry-After: 0
     /echo/token             400 whose description repeats the request, secrets and all
Below /foreign, the metadata server is someone else's: the header is missing from its answers.
"""

import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "servers"))

import http_server  # noqa: E402
from http_server import Request, Response, json_response  # noqa: E402

METADATA = {
    "project/project-id": "project-of-the-machine",
    "universe/universe-domain": "universe.example",
    "instance/attributes/cluster-name": "prod",
    "instance/attributes/cluster-location": "europe-west3",
}
ACCOUNT = {"email": "robot@project-of-the-machine.iam.gserviceaccount.com", "aliases": ["default"], "scopes": []}

tries = 0


def metadata(request: Request) -> Response:
    if request.header("metadata-flavor") != "Google":
        return Response(403, b"Missing Metadata-Flavor:Google header.")
    path = request.path.removeprefix("/computeMetadata/v1/")
    if path in METADATA:
        return Response(200, METADATA[path].encode(), [("content-type", "application/text")])
    if path == "instance/service-accounts/default/":
        return json_response(ACCOUNT)
    if path == "instance/service-accounts/default/token":
        scopes = request.query.get("scopes", [""])
        if len(scopes) != 1:
            return Response(400)
        return json_response({"access_token": "metadata:" + scopes[0], "expires_in": 3599, "token_type": "Bearer"})
    if request.path in ("/", ""):
        return Response(200, b"computeMetadata/\n")
    return Response(404)


def refuse(code: str, description: str) -> Response:
    return json_response({"error": code, "error_description": description}, 400)


def token(request: Request) -> Response:
    if request.method != "POST" or request.header("content-type") != "application/x-www-form-urlencoded":
        return refuse("invalid_request", "not a form")
    form = urllib.parse.parse_qs(request.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    if any(len(values) != 1 for values in form.values()):
        return refuse("invalid_request", "a field twice")
    fields = {name: values[0] for name, values in form.items()}
    if fields.pop("grant_type", None) != "refresh_token":
        return refuse("unsupported_grant_type", "not refresh_token")
    if fields.pop("client_secret", None) != "s3cret +/=&%":
        return refuse("invalid_client", "The OAuth client was not found.")
    client, refresh = fields.pop("client_id", ""), fields.pop("refresh_token", "")
    if refresh == "revoked":
        return refuse("invalid_grant", "Token has been expired or revoked.")
    if fields:
        return refuse("invalid_request", "unknown fields")
    return json_response({"access_token": f"login:{client}:{refresh}", "expires_in": 3599, "token_type": "Bearer"})


async def handle(request: Request) -> Response:
    global tries
    if request.path == "/token":
        return token(request)
    if request.path == "/flaky/token":
        tries += 1
        return token(request) if tries % 3 == 0 else Response(503, b"", [("retry-after", "0")])
    if request.path == "/echo/token":
        return refuse("invalid_request", request.body.decode())
    if request.path.startswith("/foreign"):
        return Response(200, b"project-of-someone-else")
    response = metadata(request)
    response.headers.append(("metadata-flavor", "Google"))
    return response


if __name__ == "__main__":
    http_server.main(handle)
