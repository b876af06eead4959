"""What PyPI google-auth gets from fake_google.py at HOST:PORT: google_auth_client.py metadata|login HOST:PORT [PATH]

metadata: finds it by itself (application default credentials) and prints universe, project and token, a line each.
login: refreshes a login at PATH of it and prints the token.
"""

import os
import sys

what, authority, *path = sys.argv[1:]
for name in ("GCE_METADATA_HOST", "GCE_METADATA_IP"):
    os.environ[name] = authority  # read when google.auth is imported
for name in list(os.environ):
    if name.lower().endswith("_proxy"):
        del os.environ[name]

import google.auth  # noqa: E402
import google.auth.transport.requests  # noqa: E402
import google.oauth2.credentials  # noqa: E402

SCOPES = ["https://www.googleapis.com/auth/monitoring.write", "https://www.googleapis.com/auth/monitoring.read"]
request = google.auth.transport.requests.Request()

if what == "metadata":
    credentials, project = google.auth.default(scopes=SCOPES, request=request)
    credentials.refresh(request)
    print(credentials.universe_domain, project, credentials.token, sep="\n")
else:
    credentials = google.oauth2.credentials.Credentials(
        None,
        refresh_token="1//refresh+token=",
        token_uri=f"http://{authority}{path[0]}",
        client_id="id.apps.example",
        client_secret="s3cret +/=&%",
    )
    credentials.refresh(request)
    print(credentials.token)
