"""Cloud Monitoring's metricDescriptors and timeSeries.create, as strict as the real thing where field notes and the
discovery document (monitoring.v3) say what it does. contract_test.py holds it against Google's own client.

Enforced, whole request refused: a token that is not valid now (401) · unknown fields, wrong JSON types · more than 200
series · not exactly one point · a series twice · metric types outside of the three prefixes · resources that cannot be
written, or whose labels are not all there · label keys, values and numbers · gauges whose start is not their end.
Enforced per series, the others are written: labels that the descriptor lacks · another kind or value type · end times
more than 25 h old or 5 min ahead · older than the last point, or less than 5 s after it · more series than
`max_active_series` (then 429). Such an answer has a CreateTimeSeriesSummary, which does not say which series failed.

Also the metadata server's token, project and universe, below /computeMetadata/v1/: tokens are "token-1", "token-2", …
and the API takes the newest only.

For tests:
    POST /_control    JSON, any of: {"reset": true} · {"faults": [F, …]} for the next creates, null for none ·
                      {"descriptor_faults": [F, …]} for the next requests of descriptors · {"descriptors": [D, …]} ·
                      {"clock_ahead": SECONDS} · {"expire_token": true} · {"max_active_series": N} · {"auth": false} ·
                      {"older_points": {"labels": [{…}, …], "type": T, "project": P, "end": SECONDS FROM NOW}}
    GET  /_points     every point that was ever written: [[project, type, labels, resource, end time, value], …]
    GET  /_tally      {"points": N, "series": N, "rewritten": series with more than one point, "end_times": […]}
    GET  /_requests   every request of the API: [{"method", "path", "body"}, …]
A fault F: {"status": 503, "written": true, "retry_after": 1, "summary": true, "html": true} or
           {"fault": "HANG", "written": true}, the names of http_server.Fault. `written`: the points were, before it.
"""

import argparse
import datetime
import json
import pathlib
import re
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "servers"))

import http_server  # noqa: E402
from http_server import Fault, Request, Response, json_response  # noqa: E402

PREFIXES = ("custom.googleapis.com/", "external.googleapis.com/", "workload.googleapis.com/")
RESOURCES = {
    "global": {"project_id"},
    "generic_task": {"project_id", "location", "namespace", "job", "task_id"},
    "generic_node": {"project_id", "location", "namespace", "node_id"},
    "gce_instance": {"project_id", "zone", "instance_id"},
    "k8s_cluster": {"project_id", "location", "cluster_name"},
    "k8s_node": {"project_id", "location", "cluster_name", "node_name"},
    "k8s_pod": {"project_id", "location", "cluster_name", "namespace_name", "pod_name"},
    "k8s_container": {"project_id", "location", "cluster_name", "namespace_name", "pod_name", "container_name"},
    "gke_container": {"project_id", "zone", "cluster_name", "namespace_id", "instance_id", "pod_id", "container_name"},
    "dataflow_job": {"project_id", "region", "job_name", "job_id"},
    "aws_ec2_instance": {"project_id", "region", "aws_account", "instance_id"},
}
VALUES = {"boolValue": "BOOL", "int64Value": "INT64", "doubleValue": "DOUBLE", "stringValue": "STRING",
          "distributionValue": "DISTRIBUTION"}
FIELDS = {
    "request": {"timeSeries"},
    "series": {"metric", "resource", "metadata", "metricKind", "valueType", "points", "unit", "description"},
    "metric": {"type", "labels"},
    "resource": {"type", "labels"},
    "point": {"interval", "value"},
    "interval": {"startTime", "endTime"},
    "value": set(VALUES),
    "descriptor": {"name", "type", "labels", "metricKind", "valueType", "unit", "description", "displayName",
                   "metadata", "launchStage", "monitoredResourceTypes"},
    "label": {"key", "valueType", "description"},
}
CODES = {"INVALID_ARGUMENT": (3, 400), "NOT_FOUND": (5, 404), "PERMISSION_DENIED": (7, 403),
         "RESOURCE_EXHAUSTED": (8, 429), "FAILED_PRECONDITION": (9, 400), "INTERNAL": (13, 500),
         "UNAVAILABLE": (14, 503), "DEADLINE_EXCEEDED": (4, 504), "UNAUTHENTICATED": (16, 401)}
STATUS_NAMES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
                429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 502: "UNAVAILABLE", 503: "UNAVAILABLE",
                504: "DEADLINE_EXCEEDED"}
LABEL_KEY = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")
RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
SUMMARY = "type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary"


class Refused(Exception):
    """The whole request, or inside of a series' check that series."""

    def __init__(self, status: str, message: str):
        super().__init__(message)
        self.status, self.message = status, message


def invalid(message: str) -> Refused:
    return Refused("INVALID_ARGUMENT", message)


def known(value, kind: str, what: str) -> dict:
    """`value`, if it is an object that has only the fields of `kind`."""
    if not isinstance(value, dict):
        raise invalid(f"Invalid value at '{what}': expected an object")
    for name in value:
        if name not in FIELDS[kind]:
            raise invalid(f'Invalid JSON payload received. Unknown name "{name}" at \'{what}\': Cannot find field.')
    return value


def check_labels(labels, what: str) -> dict:
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise invalid(f"Invalid value at '{what}': expected strings")
    if len(labels) > 30:
        raise invalid(f"{what}: {len(labels)} labels, 30 are allowed")
    for key, value in labels.items():
        if not LABEL_KEY.fullmatch(key) or len(key) > 100:
            raise invalid(f"{what}: bad label key '{key}'")
        if len(value) > 1024:
            raise invalid(f"{what}: the value of '{key}' has {len(value)} characters, 1024 are allowed")
    return labels


def parse_time(text, what: str) -> float:
    match = RFC3339.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise invalid(f"Invalid value at '{what}': not a time")
    whole = datetime.datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00")).timestamp()
    return whole + float(match[2] or 0)


def check_value(value: dict, what: str) -> str:
    """The value type."""
    if len(value) != 1:
        raise invalid(f"{what}: exactly one value is expected")
    (name, held), = value.items()
    if name == "int64Value" and not (isinstance(held, str) and re.fullmatch(r"-?\d+", held)
                                     and -(2**63) <= int(held) < 2**63):
        raise invalid(f"Invalid value at '{what}.int64Value' (TYPE_INT64), {held!r}")
    if name == "boolValue" and not isinstance(held, bool):
        raise invalid(f"Invalid value at '{what}.boolValue' (TYPE_BOOL)")
    if name == "doubleValue" and (isinstance(held, bool) or not isinstance(held, (int, float))):
        raise invalid(f"Invalid value at '{what}.doubleValue' (TYPE_DOUBLE)")
    return VALUES[name]


def error_answer(status_code: int, status: str, message: str, summary: dict | None = None) -> Response:
    error = {"code": status_code, "message": message, "status": status}
    if summary is not None:
        error["details"] = [{"@type": SUMMARY, **summary}]
    return json_response({"error": error}, status_code)


class Monitoring:
    def __init__(self, auth: bool):
        self.auth = auth
        self.reset()

    def reset(self) -> None:
        self.descriptors: dict[tuple[str, str], dict] = {}
        self.last_end: dict[tuple, float] = {}
        self.points: list[list] = []
        self.requests: list[dict] = []
        self.faults: list = []
        self.descriptor_faults: list = []
        self.clock_ahead = 0.0
        self.max_active_series = 200_000
        self.tokens_given = 0
        self.token_valid = False

    def now(self) -> float:
        return time.time() + self.clock_ahead

    # --- The API ---

    async def handle(self, request: Request) -> Response:
        path = urllib.parse.unquote(request.path)
        if path.startswith("/computeMetadata/"):
            return self.metadata(request, path)
        if path.startswith("/_"):
            return self.inspect(request, path)
        body = None
        try:
            body = json.loads(request.body) if request.body else None
            response = self.api(request, path, body)
        except Refused as refused:
            response = error_answer(CODES[refused.status][1], refused.status, refused.message)
        except ValueError:
            response = error_answer(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
        self.requests.append({"method": request.method, "path": path, "body": body})
        date = datetime.datetime.fromtimestamp(self.now(), datetime.timezone.utc)
        response.headers.append(("date", date.strftime("%a, %d %b %Y %H:%M:%S GMT")))
        return response

    def api(self, request: Request, path: str, body) -> Response:
        if self.auth and not (self.token_valid and request.header("authorization") == f"Bearer token-{self.tokens_given}"):
            raise Refused("UNAUTHENTICATED", "Request had invalid authentication credentials.")
        match = re.fullmatch(r"/v3/projects/([^/]+)/(timeSeries|metricDescriptors)(?:/(.+))?", path)
        if not match:
            raise Refused("NOT_FOUND", f"The requested URL {path} was not found on this server.")
        project, collection, name = match.groups()
        if request.method == "POST" and request.header("content-type") is None:
            raise invalid("a body needs a Content-Type")
        if collection == "timeSeries" and request.method == "POST" and name is None:
            return self.with_fault(self.faults, lambda: self.create_time_series(project, body), body)
        if collection == "metricDescriptors" and request.method == "POST" and name is None:
            return self.with_fault(self.descriptor_faults, lambda: self.create_descriptor(project, body), None)
        if collection == "metricDescriptors" and request.method == "GET" and name is not None:
            return self.with_fault(self.descriptor_faults, lambda: self.get_descriptor(project, name), None)
        raise Refused("NOT_FOUND", "no such method")

    def with_fault(self, faults: list, act, body) -> Response:
        fault = faults.pop(0) if faults else None
        if fault is None:
            return act()
        response = act() if fault.get("written") else json_response({})
        if "fault" in fault:
            response.fault = Fault[fault["fault"]]
            return response
        status = fault["status"]
        if fault.get("html"):
            return Response(status, b"<html><title>Error</title></html>", [("content-type", "text/html")])
        summary = None
        if fault.get("summary"):  # a failure of the server that wrote the first half
            half = len(body["timeSeries"]) // 2
            self.create_time_series(match_project(body), {"timeSeries": body["timeSeries"][:half]})
            code = CODES[STATUS_NAMES[status]][0]
            rest = len(body["timeSeries"]) - half
            summary = {"totalPointCount": half + rest, "successPointCount": half,
                       "errors": [{"status": {"code": code, "message": "scripted"}, "pointCount": rest}]}
        response = error_answer(status, STATUS_NAMES[status], "scripted failure", summary)
        if "retry_after" in fault:
            response.headers.append(("retry-after", str(fault["retry_after"])))
        return response

    def get_descriptor(self, project: str, metric_type: str) -> Response:
        descriptor = self.descriptors.get((project, metric_type))
        if descriptor is None:
            raise Refused("NOT_FOUND", f"Could not find descriptor for metric '{metric_type}'.")
        return json_response(descriptor)

    def create_descriptor(self, project: str, body) -> Response:
        wanted = dict(known(body, "descriptor", "metric_descriptor"))
        self.check_metric_type(wanted.get("type"))
        if wanted.get("metricKind") not in ("GAUGE", "CUMULATIVE"):
            raise invalid("metricDescriptor.metricKind must be GAUGE or CUMULATIVE")
        if wanted.get("valueType") not in ("BOOL", "INT64", "DOUBLE", "DISTRIBUTION", "STRING"):
            raise invalid("metricDescriptor.valueType")
        labels = {}
        for label in wanted.get("labels", []):
            check_labels({known(label, "label", "labels").get("key", ""): ""}, "labels")
            if label.get("valueType", "STRING") not in ("STRING", "BOOL", "INT64"):
                raise invalid("labels.valueType")
            labels[label["key"]] = label
        if len(labels) > 30:
            raise invalid("30 labels are allowed")
        there = self.descriptors.get((project, wanted["type"]))
        if there is not None:
            if (there["metricKind"], there["valueType"]) != (wanted["metricKind"], wanted["valueType"]):
                raise invalid("metricKind and valueType of an existing descriptor cannot be changed")
            labels = {label["key"]: label for label in there["labels"]} | labels  # none is ever removed
        # As the API, the answer leaves defaults out.
        wanted["labels"] = [{key: value for key, value in label.items() if (key, value) != ("valueType", "STRING")}
                            for label in labels.values()]
        wanted["name"] = f"projects/{project}/metricDescriptors/{wanted['type']}"
        self.descriptors[project, wanted["type"]] = wanted
        return json_response(wanted)

    def check_metric_type(self, metric_type) -> None:
        if not isinstance(metric_type, str) or not metric_type.startswith(PREFIXES):
            raise invalid(f"metric type '{metric_type}' must begin with one of {PREFIXES}")

    def create_time_series(self, project: str, body) -> Response:
        all_series = known(body, "request", "request").get("timeSeries")
        if not isinstance(all_series, list) or not all_series:
            raise invalid("Field timeSeries had an invalid value: it is empty")
        if len(all_series) > 200:
            raise invalid(f"Field timeSeries had an invalid value: {len(all_series)} series, 200 are allowed")
        checked = [self.check_series(series, f"timeSeries[{i}]") for i, series in enumerate(all_series)]
        keys = [(project, *key) for key, *_ in checked]
        if len(set(keys)) != len(keys):
            raise invalid("Field timeSeries had an invalid value: Duplicate TimeSeries encountered. Only one point can "
                          "be written per TimeSeries per request.")
        errors: dict[tuple[str, str], int] = {}
        for key, (_, series, value_type, end) in zip(keys, checked):
            try:
                self.write(project, key, series, value_type, end)
            except Refused as refused:
                errors[refused.status, refused.message] = errors.get((refused.status, refused.message), 0) + 1
        if not errors:
            return json_response({})
        return self.partial_failure(len(all_series), errors)

    def partial_failure(self, total: int, errors: dict[tuple[str, str], int]) -> Response:
        summary: dict = {"totalPointCount": total}
        written = total - sum(errors.values())
        if written:  # proto3 JSON leaves zeros out
            summary["successPointCount"] = written
        summary["errors"] = [{"status": {"code": CODES[status][0], "message": message}, "pointCount": count}
                             for (status, message), count in errors.items()]
        first = min(errors, key=lambda error: -CODES[error[0]][1])[0]
        messages = "; ".join(message for _, message in errors)
        return error_answer(CODES[first][1], first, f"One or more TimeSeries could not be written: {messages}", summary)

    def check_series(self, series, what: str) -> tuple:
        """What is wrong with the form of it refuses the request: (key, series, value type, end time)."""
        known(series, "series", what)
        metric = known(series.get("metric"), "metric", what + ".metric")
        resource = known(series.get("resource"), "resource", what + ".resource")
        self.check_metric_type(metric.get("type"))
        labels = check_labels(metric.get("labels", {}), what + ".metric.labels")
        needed = RESOURCES.get(resource.get("type"))
        if needed is None:
            raise invalid(f"{what}: resource type '{resource.get('type')}' cannot be written")
        resource_labels = check_labels(resource.get("labels", {}), what + ".resource.labels")
        if set(resource_labels) != needed:
            raise invalid(f"{what}: the labels of resource {resource['type']} are {sorted(needed)}")
        points = series.get("points")
        if not isinstance(points, list) or len(points) != 1:
            raise invalid(f"Field {what}.points had an invalid value: exactly one point is expected")
        point = known(points[0], "point", what + ".points[0]")
        interval = known(point.get("interval"), "interval", what + ".interval")
        end = parse_time(interval.get("endTime"), what + ".endTime")
        if series.get("metricKind", "GAUGE") not in ("GAUGE", "CUMULATIVE"):
            raise invalid(f"{what}.metricKind")
        if series.get("metricKind", "GAUGE") == "GAUGE":
            if "startTime" in interval and parse_time(interval["startTime"], what) != end:
                raise invalid(f"{what}: the start time of a gauge is its end time")
        elif parse_time(interval.get("startTime"), what + ".startTime") >= end:
            raise invalid(f"{what}: the start time must be before the end time")
        value_type = check_value(known(point.get("value"), "value", what + ".value"), what + ".value")
        if series.get("valueType", value_type) != value_type:
            raise invalid(f"{what}: valueType is {series['valueType']}, the value is {value_type}")
        key = (metric["type"], tuple(sorted(labels.items())), resource["type"], tuple(sorted(resource_labels.items())))
        return key, series, value_type, end

    def write(self, project: str, key: tuple, series: dict, value_type: str, end: float) -> None:
        metric = series["metric"]
        kind = series.get("metricKind", "GAUGE")
        descriptor = self.descriptors.get((project, metric["type"]))
        if descriptor is None:
            if value_type == "STRING":
                raise invalid("a descriptor of value type STRING is not created automatically")
            labels = [{"key": name} for name in metric.get("labels", {})]
            self.create_descriptor(project, {"type": metric["type"], "metricKind": kind, "valueType": value_type,
                                             "labels": labels})
            descriptor = self.descriptors[project, metric["type"]]
        if (descriptor["metricKind"], descriptor["valueType"]) != (kind, value_type):
            raise invalid(f"Value type for metric {metric['type']} must be {descriptor['valueType']}, kind "
                          f"{descriptor['metricKind']}, but is {value_type}, {kind}.")
        if not {label["key"] for label in descriptor["labels"]}.issuperset(metric.get("labels", {})):
            raise invalid(f"unrecognized metric label for {metric['type']}")
        now = self.now()
        if end > now + 5 * 60:
            raise invalid("The end time must not be more than five minutes in the future.")
        if end < now - 25 * 3600:
            raise invalid("Data points cannot be written more than 25 hours in the past.")
        last = self.last_end.get(key)
        if last is not None and end <= last:
            raise invalid("Points must be written in order. One or more of the points specified had an older end time "
                          "than the most recent point.")
        if last is not None and end < last + 5:
            raise Refused("FAILED_PRECONDITION", "One or more points were written more frequently than the maximum "
                                                 "sampling period configured for the metric.")
        if last is None and len(self.last_end) >= self.max_active_series:
            raise Refused("RESOURCE_EXHAUSTED", "Monitored resource has too many time series.")
        self.last_end[key] = end
        point = series["points"][0]
        self.points.append([project, metric["type"], metric.get("labels", {}), series["resource"],
                            point["interval"]["endTime"], next(iter(point["value"].values()))])

    # --- The metadata server ---

    def metadata(self, request: Request, path: str) -> Response:
        flavor = [("metadata-flavor", "Google")]
        if request.header("metadata-flavor") != "Google":
            return Response(403, b"Missing Metadata-Flavor:Google header.", flavor)
        if path.endswith("/service-accounts/default/token"):
            if not self.token_valid:
                self.tokens_given += 1
                self.token_valid = True
            token = {"access_token": f"token-{self.tokens_given}", "expires_in": 3599, "token_type": "Bearer"}
            return Response(200, json.dumps(token).encode(), [("content-type", "application/json"), *flavor])
        values = {"project/project-id": "p", "universe/universe-domain": "googleapis.com"}
        value = values.get(path.removeprefix("/computeMetadata/v1/"))
        if value is None:
            return Response(404, b"", flavor)
        return Response(200, value.encode(), [("content-type", "application/text"), *flavor])

    # --- For tests ---

    def inspect(self, request: Request, path: str) -> Response:
        if path == "/_control":
            return self.control(request.json())
        if path == "/_points":
            return json_response(self.points)
        if path == "/_requests":
            return json_response(self.requests)
        if path == "/_tally":
            series = {json.dumps(point[:4], sort_keys=True) for point in self.points}
            return json_response({"points": len(self.points), "series": len(series),
                                  "rewritten": len(self.points) - len(series),
                                  "end_times": sorted({point[4] for point in self.points})})
        return Response(404)

    def control(self, order: dict) -> Response:
        if order.pop("reset", False):
            self.reset()
        for name in ("faults", "descriptor_faults", "clock_ahead", "max_active_series", "auth"):
            if name in order:
                setattr(self, name, order.pop(name))
        if order.pop("expire_token", False):
            self.token_valid = False
        for descriptor in order.pop("descriptors", []):
            descriptor = {"labels": [], **descriptor}
            self.descriptors[descriptor.pop("project", "p"), descriptor["type"]] = descriptor
        if older := order.pop("older_points", None):
            project = older.get("project", "p")
            resource = ("global", (("project_id", project),))
            for labels in older["labels"]:
                key = (project, older["type"], tuple(sorted(labels.items())), *resource)
                self.last_end[key] = self.now() + older["end"]
        if order:
            return json_response({"error": f"unknown orders: {sorted(order)}"}, 400)
        return json_response({})


def match_project(body: dict) -> str:
    """The project of a request's first series; every test writes to the resource of its own project."""
    return body["timeSeries"][0]["resource"]["labels"]["project_id"]


def make_handler(args: argparse.Namespace):
    return Monitoring(auth=not args.no_auth).handle


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--no-auth", action="store_true", help="take requests without a token")
    http_server.main(make_handler, parser=options, factory=True)
