"""Holds server.py and lastrun's requests against someone else: PyPI google-api-python-client and its discovery document.

    contract_test.py client PORT     Google's client makes the same requests over plain HTTP; what it gets must be what
                                     the API promises, so that server.py is no invention of ours
    contract_test.py validate PORT   every request that the server at PORT has recorded is checked against the discovery
                                     document: method, path, fields, types, formats, enums
Needs the packages of test/requirements.txt; server.py runs in another process (start it with --no-auth for `client`).
Prints what it checked; exits 1 at the first difference.
"""

import datetime
import json
import re
import sys
import urllib.request

from googleapiclient import discovery, errors
from googleapiclient.discovery_cache import get_static_doc

SUMMARY = "type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary"


def fetch(port: str, path: str, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data) as answer:
        return json.load(answer)


def document() -> dict:
    return json.loads(get_static_doc("monitoring", "v3"))


# --- Recorded requests against the discovery document ---


class Validator:
    FORMATS = {
        "int64": r"-?\d{1,19}",
        "google-datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)",
    }

    def __init__(self, doc: dict):
        self.doc = doc
        self.values = 0  # that were looked at

    def method(self, http_method: str, path: str) -> dict:
        for resource in self.doc["resources"]["projects"]["resources"].values():
            for method in resource["methods"].values():
                name_pattern = method["parameters"].get("name", {}).get("pattern", "").strip("^$")
                pattern = re.escape(method["path"]).replace(re.escape("{+name}"), f"(?:{name_pattern})")
                if method["httpMethod"] == http_method and re.fullmatch("/" + pattern, path):
                    return method
        raise AssertionError(f"the discovery document has no {http_method} {path}")

    def request(self, recorded: dict) -> str:
        method = self.method(recorded["method"], recorded["path"])
        if "request" in method:
            self.value(recorded["body"], method["request"], "body")
        else:
            assert recorded["body"] is None, f"{method['id']} takes no body"
        return method["id"]

    def value(self, value, schema: dict, where: str) -> None:
        self.values += 1
        if "$ref" in schema:
            schema = self.doc["schemas"][schema["$ref"]]
        kind = schema["type"]
        if kind == "object":
            assert isinstance(value, dict), f"{where}: expected an object"
            for name, member in value.items():
                member_schema = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
                assert member_schema is not None, f"{where}: unknown field {name}"
                description = member_schema.get("description", "")
                assert not description.startswith(("Output only", "Read-only")), f"{where}.{name} is for answers only"
                self.value(member, member_schema, f"{where}.{name}")
        elif kind == "array":
            assert isinstance(value, list), f"{where}: expected an array"
            for i, item in enumerate(value):
                self.value(item, schema["items"], f"{where}[{i}]")
        elif kind == "string":
            assert isinstance(value, str), f"{where}: expected a string, not {value!r}"
            assert value in schema.get("enum", [value]), f"{where}: {value!r} is not one of {schema['enum']}"
            if "format" in schema:
                assert re.fullmatch(self.FORMATS[schema["format"]], value), f"{where}: {value!r} is no {schema['format']}"
        else:
            expected = {"boolean": bool, "integer": int, "number": (int, float)}[kind]
            assert isinstance(value, expected), f"{where}: expected {kind}, not {value!r}"


def validate(port: str) -> None:
    doc = document()
    recorded = fetch(port, "/_requests")
    assert recorded, "the server has recorded no request"
    validator = Validator(doc)
    checked: dict[str, int] = {}
    for request in recorded:
        method = validator.request(request)
        checked[method] = checked.get(method, 0) + 1
    check_the_validator(doc)
    print(f"valid by monitoring.v3 revision {doc['revision']}: {checked}, {validator.values} values")


def check_the_validator(doc: dict) -> None:
    """It refuses what is wrong, or it would prove nothing."""
    series = {"metric": {"type": "t"}, "points": [{"interval": {"endTime": "2026-11-22T12:00:00Z"},
                                                   "value": {"int64Value": "1"}}]}
    path = "/v3/projects/p/timeSeries"
    Validator(doc).request({"method": "POST", "path": path, "body": {"timeSeries": [series]}})
    wrong = [
        {"name": "projects/p", "timeSeries": [series]},
        {"timeSeries": series},
        {"timeSeries": [series | {"metricKind": "GAUGES"}]},
        {"timeSeries": [series | {"metric": {"type": "t", "labels": {"a": 1}}}]},
        {"timeSeries": [series | {"points": [{"value": {"int64Value": 1}}]}]},
        {"timeSeries": [series | {"points": [{"value": {"int64Value": "one"}}]}]},
        {"timeSeries": [series | {"points": [{"interval": {"endTime": "now"}}]}]},
        {"timeSeries": [series | {"points": [{"value": {"doubleValue": "1"}}]}]},
    ]
    requests = [{"method": "POST", "path": path, "body": body} for body in wrong]
    requests += [{"method": "POST", "path": "/v3/projects/p/q/timeSeries", "body": {}},
                 {"method": "PUT", "path": path, "body": {}}]
    for request in requests:
        try:
            Validator(doc).request(request)
        except AssertionError:
            continue
        raise AssertionError(f"the validator let {request} pass")


# --- Google's client against the server ---


class Client:
    def __init__(self, port: str):
        service = discovery.build_from_document(
            document(), http=discovery.build_http(), client_options={"api_endpoint": f"http://127.0.0.1:{port}/"})
        self.series = service.projects().timeSeries()
        self.descriptors = service.projects().metricDescriptors()
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

    def point(self, label: str, metric: str = "m", seconds: int = 0, **changes) -> dict:
        end = (self.now + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
        return {
            "metric": {"type": f"custom.googleapis.com/{metric}", "labels": {"a": label}},
            "resource": {"type": "global", "labels": {"project_id": "p"}},
            "metricKind": "GAUGE",
            "valueType": "INT64",
            "points": [{"interval": {"endTime": end}, "value": {"int64Value": "1"}}],
        } | changes

    def create(self, *series: dict):
        return self.series.create(name="projects/p", body={"timeSeries": list(series)}).execute()

    def refused(self, status: int, *series: dict) -> dict:
        """The error of a create that must be refused with `status`; its summary, or an empty one."""
        try:
            self.create(*series)
        except errors.HttpError as error:
            assert error.resp.status == status, f"expected {status}: {error}"
            body = json.loads(error.content)["error"]
            assert body["code"] == status and body["status"] and body["message"], body
            details = [detail for detail in body.get("details", []) if detail["@type"] == SUMMARY]
            return details[0] if details else {}
        raise AssertionError(f"expected {status}, but it was accepted: {series}")


def client(port: str) -> None:
    google = Client(port)
    fetch(port, "/_control", {"reset": True})
    checks = [check for name, check in globals().items() if name.startswith("check_client_")]
    for check in checks:
        check(google, port)
    print(f"Google's client agrees: {', '.join(check.__name__.removeprefix('check_client_') for check in checks)}")


def check_client_descriptors(google: Client, port: str) -> None:
    wanted = {"type": "custom.googleapis.com/m", "metricKind": "GAUGE", "valueType": "INT64",
              "labels": [{"key": "a", "valueType": "STRING"}]}
    name = "projects/p/metricDescriptors/custom.googleapis.com/m"
    try:
        google.descriptors.get(name=name).execute()
        raise AssertionError("a missing descriptor was found")
    except errors.HttpError as error:
        assert error.resp.status == 404
    google.descriptors.create(name="projects/p", body=wanted).execute()
    google.descriptors.create(name="projects/p", body=wanted | {"labels": [{"key": "b"}]}).execute()
    found = google.descriptors.get(name=name).execute()
    assert [label["key"] for label in found["labels"]] == ["a", "b"], "labels are added and never removed"
    assert (found["metricKind"], found["valueType"], found["name"]) == ("GAUGE", "INT64", name)


def check_client_series_at_most_200(google: Client, port: str) -> None:
    assert google.create(*[google.point(f"many-{i}") for i in range(200)]) == {}
    assert google.refused(400, *[google.point(f"more-{i}") for i in range(201)]) == {}
    assert fetch(port, "/_tally")["points"] == 200, "refused whole"


def check_client_form(google: Client, port: str) -> None:
    before = fetch(port, "/_tally")["points"]
    two = google.point("two")
    google.refused(400, two | {"points": two["points"] * 2})
    google.refused(400, two | {"points": []})
    google.refused(400, two, two)
    google.refused(400, google.point("number", points=[{**two["points"][0], "value": {"int64Value": "1.5"}}]))
    google.refused(400, two | {"metric": {"type": "compute.googleapis.com/x", "labels": {}}})
    google.refused(400, two | {"resource": {"type": "cloudsql_database", "labels": {"project_id": "p"}}})
    google.refused(400, two | {"resource": {"type": "k8s_cluster", "labels": {"project_id": "p"}}})
    google.refused(400, two | {"metric": {**two["metric"], "labels": {"a": "x" * 1025}}})
    google.refused(400, two | {"metric": {**two["metric"], "labels": {"a-b": "x"}}})
    end = two["points"][0]["interval"]["endTime"]
    early = {"interval": {"endTime": end, "startTime": "2020-01-01T00:00:00Z"}, "value": {"int64Value": "1"}}
    google.refused(400, two | {"points": [early]})
    assert fetch(port, "/_tally")["points"] == before
    same = {"interval": {"endTime": end, "startTime": end}, "value": {"int64Value": "1"}}
    google.create(google.point("same", points=[same]))


def check_client_order_and_spacing(google: Client, port: str) -> None:
    google.create(google.point("spaced", seconds=-60))
    for seconds, code in ((-60, 3), (-61, 3), (-56, 9)):
        summary = google.refused(400, google.point("spaced", seconds=seconds))
        assert summary["errors"][0]["status"]["code"] == code, summary
    google.create(google.point("spaced", seconds=-55))


def check_client_window(google: Client, port: str) -> None:
    google.create(google.point("late", seconds=-25 * 3600 + 60))
    google.create(google.point("early", seconds=4 * 60))
    google.refused(400, google.point("too-late", seconds=-25 * 3600 - 60))
    google.refused(400, google.point("too-early", seconds=6 * 60))


def check_client_partial_failure(google: Client, port: str) -> None:
    before = fetch(port, "/_tally")["points"]
    unknown = google.point("x")
    unknown["metric"]["labels"] = {"nobody_knows": "x"}
    wrong_type = google.point("y", valueType="DOUBLE")
    wrong_type["points"][0]["value"] = {"doubleValue": 1.5}
    summary = google.refused(400, google.point("fine"), unknown, wrong_type)
    assert summary["totalPointCount"] == 3 and summary["successPointCount"] == 1, summary
    assert sum(error["pointCount"] for error in summary["errors"]) == 2, summary
    assert fetch(port, "/_tally")["points"] == before + 1, "the valid point is written"
    assert "successPointCount" not in google.refused(400, unknown)


def check_client_too_many_series(google: Client, port: str) -> None:
    fetch(port, "/_control", {"max_active_series": 1})
    summary = google.refused(429, google.point("one-too-many"))
    assert summary["errors"][0]["status"]["code"] == 8, summary
    fetch(port, "/_control", {"max_active_series": 200_000})


def check_client_missing_descriptor_is_created(google: Client, port: str) -> None:
    google.create(google.point("auto", metric="auto"))
    found = google.descriptors.get(name="projects/p/metricDescriptors/custom.googleapis.com/auto").execute()
    assert (found["metricKind"], found["valueType"]) == ("GAUGE", "INT64")


if __name__ == "__main__":
    {"client": client, "validate": validate}[sys.argv[1]](sys.argv[2])
