"""What PyPI google-auth does with every file of a directory, as a table for google_auth_test.cpp.

A line a file, fields parted by tabs: name, verdict, class, account, universe, quota project, project.
Verdicts: `used`; `unusable` (loaded, but it cannot make a token); `refused` (only the name follows).
A service account is asked for the token it signs itself; nothing is sent anywhere.
"""

import pathlib
import sys
import warnings

import google.auth
import google.oauth2.service_account

SCOPE = "https://www.googleapis.com/auth/monitoring.write"


def row(path: pathlib.Path) -> list[str]:
    try:
        credentials, project = google.auth.load_credentials_from_file(str(path), scopes=[SCOPE])
    except google.auth.exceptions.DefaultCredentialsError:
        return [path.name, "refused"]
    verdict = "used"
    if isinstance(credentials, google.oauth2.service_account.Credentials):
        try:
            credentials.with_always_use_jwt_access(True).refresh(None)
        except Exception:  # with an EC key it is a TypeError from deep inside
            verdict = "unusable"
    kind = type(credentials).__module__.rpartition(".")[2]
    account = getattr(credentials, "service_account_email", None)
    quota = getattr(credentials, "quota_project_id", None)
    return [path.name, verdict, kind, account or "", credentials.universe_domain, quota or "", project or ""]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for file in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        if file.is_file():
            print("\t".join(row(file)))
