"""Lets PyPI google-auth judge a token that lastrun signed: verify_jwt.py KEY_FILE CERTIFICATE TOKEN SCOPE

google-auth verifies it with the certificate, and signs one itself from the same file: header and claims must be equal
but for the times, which must span an hour. Prints "ok", or says what differs.
"""

import pathlib
import sys

import google.auth.jwt
import google.oauth2.service_account

key_file, certificate, token, scope = sys.argv[1:]
claims = google.auth.jwt.decode(token, certs=pathlib.Path(certificate).read_bytes())
header = google.auth.jwt.decode_header(token)

theirs = google.oauth2.service_account.Credentials.from_service_account_file(key_file, scopes=[scope])
theirs = theirs.with_always_use_jwt_access(True)
theirs.refresh(None)
their_claims = google.auth.jwt.decode(theirs.token, verify=False)
their_header = google.auth.jwt.decode_header(theirs.token)

if header != their_header:
    sys.exit(f"the header is {header}, google-auth's is {their_header}")
for name in ("iat", "exp"):
    if abs(claims[name] - their_claims.pop(name)) > 60:
        sys.exit(f"{name} differs")
if claims.pop("exp") - claims.pop("iat") != 3600:
    sys.exit("it is not valid for an hour")
if claims != their_claims:
    sys.exit(f"the claims are {claims}, google-auth's are {their_claims}")
print("ok")
