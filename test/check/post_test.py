"""`lastrun post` and `lastrun throw` as whole programs, against the Cloud Monitoring server of test/monitoring: who they are
told by its metadata server."""

import gzip
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

import program
from program import EXAMPLE, ROOT, run

SERVER = ROOT / "test/monitoring/server.py"
# h2 is Debian's, for Debian's Python.
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
PIPELINE = {"cron": 0, "team-a": 1, "team-b": 0, "team-c": 1}


class Server:
    def __enter__(self):
        self.process = subprocess.Popen([PYTHON, "-B", str(SERVER)], stdout=subprocess.PIPE, text=True)
        self.host = f"127.0.0.1:{int(self.process.stdout.readline())}"
        self.url = f"http://{self.host}"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data=data), timeout=10) as answer:
            return json.load(answer)

    def control(self, **body):
        self.ask("/_control", body)

    def values(self):
        """{labels as a tuple of pairs: value} of all points; a series with two points is a failure."""
        points = self.ask("/_points")
        series = {tuple(sorted(labels.items())): int(value) for _, _, labels, _, _, value in points}
        assert len(series) == len(points), "a series was written twice"
        return series

    def environment(self, **more):
        quiet = {"GOOGLE_APPLICATION_CREDENTIALS": "", "GOOGLE_CLOUD_PROJECT": "", "CLOUDSDK_CONFIG": "/nonexistent",
                 "HOME": "/nonexistent", "GCE_METADATA_HOST": self.host}
        return program.environment(**quiet, **more)


def descriptor(name, *labels):
    return {"type": f"custom.googleapis.com/{name}", "metricKind": "GAUGE", "valueType": "INT64",
            "labels": [{"key": label, "valueType": "STRING"} for label in labels]}


class PostTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Server())

    def post(self, *arguments, **more):
        return run("post", *arguments, "--endpoint", self.server.url, env=self.server.environment(), **more)

    def test_the_pipelines_points_arrive_in_silence(self):
        self.server.control(descriptors=[descriptor("gke_batch_error_count", "namespace_name")])
        answer = self.post(EXAMPLE, "--like-the-pipeline", "--project", "p")
        self.assertEqual((answer.code, answer.out, answer.err), (0, b"", b""))
        self.assertEqual(self.server.values(), {(("namespace_name", n),): v for n, v in PIPELINE.items()})

    def test_one_series_a_batch_and_the_descriptor_created(self):
        answer = self.post("--project", "p", "--metric", "m", "--create-descriptor", stdin=EXAMPLE.read_bytes())
        self.assertEqual((answer.code, answer.out, answer.err), (0, b"", b""))
        values = self.server.values()
        self.assertEqual((len(values), sum(values.values())), (37, 18))
        self.assertEqual(values[(("batch", "every-minute"), ("kind", "CronWorkflow"), ("namespace_name", "cron"))], 1)

    def test_a_missing_descriptor_is_told_with_what_to_do(self):
        answer = self.post(EXAMPLE, "--project", "p", "--metric", "m")
        self.assertEqual((answer.code, answer.out), (1, b""))
        self.assertIn(b"--create-descriptor", answer.err)
        self.assertEqual(self.server.values(), {})

    def test_the_project_may_be_that_of_the_credentials(self):
        self.server.control(descriptors=[descriptor("gke_batch_error_count", "namespace_name")])
        answer = self.post(EXAMPLE, "--like-the-pipeline")
        self.assertEqual((answer.code, answer.err), (0, b""))
        self.assertEqual(len(self.server.values()), 4)

    def test_unreadable_input_sends_nothing_at_all(self):
        whole = gzip.compress(EXAMPLE.read_bytes())
        for stdin in (b"", EXAMPLE.read_bytes()[:-4], whole[:-20]):
            answer = self.post("--like-the-pipeline", "--project", "p", stdin=stdin)
            self.assertEqual((answer.code, answer.out), (2, b""))
            self.assertIn(b"standard input", answer.err)
        self.assertEqual(self.post("/nonexistent", "--like-the-pipeline", "--project", "p").code, 2)
        self.assertEqual(self.server.ask("/_requests"), [])

    def test_a_page_of_a_listing_is_not_sent(self):
        page = {"kind": "List", "metadata": {"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ"}, "items": []}
        answer = self.post("--like-the-pipeline", "--project", "p", stdin=json.dumps(page).encode())
        self.assertEqual(answer.code, 2)
        self.assertIn(b"one page of several", answer.err)
        self.assertEqual(self.server.ask("/_requests"), [])
        self.assertEqual(run("check", stdin=json.dumps(page).encode()).code, 2)
        page["metadata"]["continue"] = "91"  # as an Argo server lists everything
        self.assertEqual(run("check", stdin=json.dumps(page).encode()).code, 0)

    def test_batches_that_would_share_a_series_are_refused(self):
        arguments = (EXAMPLE, "--project", "p", "--metric", "m", "--label", "team={namespace}")
        answer = self.post(*arguments)
        self.assertEqual(answer.code, 2)
        self.assertIn(b"would share the series", answer.err)
        self.assertEqual(self.server.ask("/_requests"), [])
        answer = self.post(*arguments, "--reduce", "max", "--create-descriptor")
        self.assertEqual((answer.code, answer.err), (0, b""))
        self.assertEqual(self.server.values(), {(("team", n),): 1 for n in PIPELINE})

    def test_a_dry_run_prints_the_requests_and_sends_nothing(self):
        answer = self.post(EXAMPLE, "--like-the-pipeline", "--project", "p", "--dry-run")
        self.assertEqual((answer.code, answer.err), (0, b""))
        read, create = [json.loads(line) for line in answer.out.splitlines()]
        self.assertEqual((read["method"], create["method"]), ("GET", "POST"))
        self.assertEqual(len(create["body"]["timeSeries"]), 4)
        self.assertEqual(self.server.ask("/_requests"), [])

    def test_a_dry_run_prints_the_descriptor_that_would_be_created(self):
        arguments = (EXAMPLE, "--project", "p", "--metric", "m", "--create-descriptor")
        answer = self.post(*arguments, "--dry-run")
        self.assertEqual((answer.code, answer.err), (0, b""))
        printed = [json.loads(line) for line in answer.out.splitlines()]
        self.assertEqual(self.server.ask("/_requests"), [])
        self.assertEqual(self.post(*arguments).code, 0)
        sent = self.server.ask("/_requests")
        self.assertEqual([(p["method"], p["url"].removeprefix(self.server.url)) for p in printed],
                         [(s["method"], s["path"]) for s in sent])
        self.assertEqual(printed[1]["body"], sent[1]["body"])
        self.assertEqual([label["key"] for label in printed[1]["body"]["labels"]],
                         ["batch", "kind", "namespace_name"])

    def test_the_labels_are_those_that_check_prints(self):
        for grouping in ((), ("--group-by", "namespace"), ("--group-by", "{namespace}/{label:team}")):
            dump = (EXAMPLE, "--cluster", "prod", *grouping)
            lines = run("check", *dump, "--output", "jsonl").out.splitlines()
            printed = self.post(*dump, "--project", "p", "--metric", "m", "--dry-run").out.splitlines()
            series = [s for line in printed[1:] for s in json.loads(line)["body"]["timeSeries"]]
            self.assertEqual([s["metric"]["labels"] for s in series], [json.loads(line)["labels"] for line in lines])
            self.assertEqual(series[0]["metric"]["labels"].get("cluster"), None if "namespace" in grouping else "prod")

    def test_an_empty_listing_reads_the_descriptor_and_sends_nothing(self):
        self.server.control(descriptors=[descriptor("gke_batch_error_count", "namespace_name")])
        answer = self.post("--like-the-pipeline", "--project", "p", stdin=b"[]\n")
        self.assertEqual((answer.code, answer.err), (0, b""))
        self.assertEqual([request["method"] for request in self.server.ask("/_requests")], ["GET"])

    def test_a_refusal_in_a_container_is_a_json_line(self):
        environment = self.server.environment(KUBERNETES_SERVICE_HOST="10.0.0.1")
        answer = run("post", EXAMPLE, "--project", "p", "--metric", "m", "--endpoint", self.server.url, env=environment)
        line = json.loads(answer.err)
        self.assertEqual((answer.code, line["severity"]), (1, "ERROR"))
        self.assertIn("message", line)

    def test_checks_lines_thrown_are_what_post_sends(self):
        self.server.control(descriptors=[descriptor("gke_batch_error_count", "namespace_name")])
        lines = run("check", EXAMPLE, "--like-the-pipeline", "--output", "jsonl").out
        answer = run("throw", "-project", "p", "--metricName=gke_batch_error_count", "--endpoint", self.server.url,
                     stdin=lines, env=self.server.environment())
        self.assertEqual((answer.code, answer.out, answer.err), (0, b"", b""))
        self.assertEqual(self.server.values(), {(("namespace_name", n),): v for n, v in PIPELINE.items()})

    def test_throw_ends_as_the_old_tool_did(self):
        self.server.control(descriptors=[descriptor("n", "a")])
        arguments = ("throw", "--project", "p", "--metricName", "n", "--endpoint", self.server.url)
        for stdin, code in ((b"", 0), (b"\n", 1), (b'{"labels":{"a":"1"},"value":"x"}\n', 1)):
            answer = run(*arguments, stdin=stdin, env=self.server.environment())
            self.assertEqual(answer.code, code, answer.err)
        self.assertEqual(run("throw", "--metricName", "n", env=self.server.environment()).code, 2)
        self.assertEqual(self.server.values(), {})


class Stopped(unittest.TestCase):
    """SIGINT and SIGTERM while the points are under way: the server has them, and does not answer."""

    def setUp(self):
        self.server = self.enterContext(Server())
        self.server.control(descriptors=[descriptor("gke_batch_error_count", "namespace_name")],
                            faults=[{"fault": "HANG", "written": True}])

    def start(self, *arguments, stdin=subprocess.DEVNULL):
        command = [program.PROGRAM, "post", *arguments, "--like-the-pipeline", "--project", "p", "--endpoint",
                   self.server.url]
        process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.server.environment())
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def wait_for_points(self):
        deadline = time.monotonic() + 20
        while not any(request["method"] == "POST" for request in self.server.ask("/_requests")):
            self.assertLess(time.monotonic(), deadline, "no point came")

    def test_the_first_signal_tells_what_became_of_the_points(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start(EXAMPLE)
            self.wait_for_points()
            began = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
            if not program.SANITIZED:
                self.assertLess(time.monotonic() - began, 1)
            self.assertEqual((process.returncode, out, err.count(b"\n")), (1, b"", 1))
            self.assertRegex(err.decode(), r"^lastrun: of 4 points 0 were delivered; 4 uncertain: ")
            self.server.control(reset=True, faults=[{"fault": "HANG"}],
                                descriptors=[descriptor("gke_batch_error_count", "namespace_name")])

    def test_the_second_signal_ends_it_at_once(self):
        process = self.start(EXAMPLE)
        self.wait_for_points()
        process.send_signal(signal.SIGSTOP)  # so that both arrive before it can do anything
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        self.assertEqual(process.wait(20), -signal.SIGTERM)

    def test_before_anything_is_sent_one_signal_ends_it(self):
        process = self.start("-", stdin=subprocess.PIPE)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), -signal.SIGTERM)


class Refuser:
    """A server that refuses every request; keeps their first lines. With TLS if there is a certificate."""

    def __init__(self, certificate=None):
        self.lines = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.listener = context.wrap_socket(self.listener, server_side=True)

    def __enter__(self):
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes it
        self.listener.close()
        self.thread.join(10)

    def _serve(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except ssl.SSLError:
                continue  # whoever came does not trust us
            except OSError:
                return
            with connection, connection.makefile("rb") as request:
                self.lines.append(request.readline().decode())
                while request.readline().strip():
                    pass
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


class HowGoogleIsReached(unittest.TestCase):
    """The flags that `throw` and `post` share."""

    COMMANDS = (
        ["throw", "-project", "p", "-metricName", "n"],
        ["post", EXAMPLE, "--project", "p", "--metric", "n", "--like-the-pipeline"],
    )
    GET = "GET {}/v3/projects/p/metricDescriptors/custom.googleapis.com/n HTTP/1.1\r\n"

    def setUp(self):
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="lastrun-reach-")))
        self.environment = program.environment(HTTPS_PROXY="", HTTP_PROXY="", https_proxy="", http_proxy="", NO_PROXY="",
                                               no_proxy="", GOOGLE_APPLICATION_CREDENTIALS="/nonexistent")

    def test_a_credentials_file_wins_over_the_environments(self):
        key = self.dir / "key.json"
        key.write_text('{"type": "gdch_service_account"}')
        for command in self.COMMANDS:
            answer = run(*command, "--credentials", key, "--endpoint", "http://127.0.0.1:1", env=self.environment)
            self.assertNotEqual(answer.code, 0)
            self.assertIn("gdch_service_account", answer.err.decode())
            self.assertNotIn("/nonexistent", answer.err.decode())

    def test_a_proxy_gets_the_request(self):
        for command in self.COMMANDS:
            with Refuser() as proxy:
                answer = run(*command, "--no-auth", "--endpoint", "http://monitoring.invalid", "--proxy",
                             f"http://{proxy.host}", env=self.environment)
            self.assertEqual(answer.code, 1)
            self.assertEqual(proxy.lines, [self.GET.format("http://monitoring.invalid")])

    def test_a_ca_file_is_trusted(self):
        pem = self.dir / "server.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pem, "-out",
                        self.dir / "ca.pem", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        with pem.open("a") as file:
            file.write((self.dir / "ca.pem").read_text())
        for command in self.COMMANDS:
            with Refuser(pem) as server:
                command = [*command, "--no-auth", "--endpoint", f"https://{server.host}"]
                answer = run(*command, "--ca-file", self.dir / "ca.pem", env=self.environment)
                self.assertIn(b"403", answer.err)
                self.assertEqual(server.lines, [self.GET.format("")])
                self.assertEqual(run(*command, env=self.environment).code, 1)
                self.assertEqual(len(server.lines), 1)  # not trusted: nothing was asked


if __name__ == "__main__":
    unittest.main()
