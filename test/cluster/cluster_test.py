"""The control plane of cluster.py does what the tests that stand on it take for granted."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import cluster
from cluster import Cluster, ClusterError, resource_path

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE.parent / "recordings"
METADATA_ONLY = "as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
LIST_WORKFLOWS = {"apiGroups": [cluster.ARGO], "resources": ["workflows"], "verbs": ["list"]}
WORKFLOWS = resource_path("Workflow")


def recorded_workflow(name, namespace):
    workflow = json.loads((RECORDINGS / f"objects/{name}.final.json").read_text())
    workflow["metadata"]["namespace"] = namespace
    return workflow


def is_alive(pid):
    try:
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        return False


def wait_until(condition, what, limit=20):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {limit} s")
        time.sleep(0.02)


class ObjectsTest(unittest.TestCase):
    """One cluster for all; each test has a namespace of its own."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(Cluster())

    def setUp(self):
        self.namespace = self._testMethodName.replace("_", "-")
        self.cluster.create(cluster.kubernetes_object("Namespace", self.namespace))

    def create_workflow(self, name="steps-parallel"):
        return self.cluster.create(recorded_workflow(name, self.namespace))

    def test_a_recorded_workflow_is_stored_as_it_was(self):
        stored = self.create_workflow()
        recorded = recorded_workflow("steps-parallel", self.namespace)
        for part in ("spec", "status"):
            self.assertEqual(stored[part], recorded[part])
        self.assertEqual(stored["metadata"]["labels"], recorded["metadata"]["labels"])
        self.assertNotEqual(stored["metadata"]["uid"], recorded["metadata"]["uid"])
        self.assertEqual([field["manager"] for field in stored["metadata"]["managedFields"]], ["lastrun-test"])

    def test_recorded_managed_fields_can_be_brought_back(self):
        self.create_workflow()
        fields = recorded_workflow("steps-parallel", self.namespace)["metadata"]["managedFields"]
        changed = self.cluster.patch(
            "Workflow", "steps-parallel", {"metadata": {"managedFields": fields}}, self.namespace
        )
        self.assertEqual(changed["metadata"]["managedFields"], fields)

    def test_metadata_is_listed_as_json(self):
        self.create_workflow()
        answer = self.cluster.admin.get(
            resource_path("Workflow", namespace=self.namespace), f"application/json;{METADATA_ONLY}"
        )
        listing = json.loads(answer.body)
        self.assertEqual((answer.status, listing["kind"]), (200, "PartialObjectMetadataList"))
        self.assertEqual([item["metadata"]["name"] for item in listing["items"]], ["steps-parallel"])
        self.assertEqual([key for item in listing["items"] for key in ("spec", "status") if key in item], [])

    def test_metadata_is_listed_as_protobuf(self):
        self.create_workflow()
        answer = self.cluster.admin.get(
            resource_path("Workflow", namespace=self.namespace), f"application/vnd.kubernetes.protobuf;{METADATA_ONLY}"
        )
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("application/vnd.kubernetes.protobuf"))
        self.assertEqual(answer.body[:4], b"k8s\0")
        self.assertIn(b"workflows.argoproj.io/phase\x12\x06Failed", answer.body)

    def test_a_watch_delivers_a_patch(self):
        stored = self.create_workflow("running")
        path = resource_path("Workflow", namespace=self.namespace)
        version = stored["metadata"]["resourceVersion"]
        with self.cluster.admin.watch(f"{path}?watch=true&resourceVersion={version}") as events:
            labels = {"workflows.argoproj.io/phase": "Failed", "workflows.argoproj.io/completed": "true"}
            change = {"metadata": {"labels": labels}, "status": {"phase": "Failed"}}
            self.cluster.patch("Workflow", "running", change, self.namespace, manager="workflow-controller")
            event = next(events)
        self.assertEqual(event["type"], "MODIFIED")
        self.assertLessEqual(labels.items(), event["object"]["metadata"]["labels"].items())
        self.assertEqual(event["object"]["status"]["phase"], "Failed")

    def test_apply_creates_and_changes_delete_removes(self):
        job = cluster.kubernetes_object("Job", "nightly", self.namespace)
        job["spec"] = {
            "managedBy": "lastrun/test",
            "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "none"}]}},
        }
        self.cluster.apply(job)
        job["metadata"]["labels"] = {"team": "a"}
        self.assertEqual(self.cluster.apply(job)["metadata"]["labels"]["team"], "a")
        done = self.cluster.patch(
            "Job",
            "nightly",
            {"status": {"active": 1, "startTime": "2026-01-01T00:00:00Z"}},
            self.namespace,
            subresource="/status",
        )
        self.assertEqual(done["status"]["active"], 1)
        self.cluster.delete("Job", "nightly", self.namespace)
        with self.assertRaisesRegex(ClusterError, "404"):
            self.cluster.get("Job", "nightly", self.namespace)

    def test_several_threads_make_objects_at_a_time(self):
        def make(number):
            item = cluster.kubernetes_object("Workflow", f"w-{number}", self.namespace)
            self.cluster.create({**item, "spec": {}})
            return self.cluster.patch("Workflow", f"w-{number}", {"spec": {"n": number}}, self.namespace)["spec"]["n"]

        with ThreadPoolExecutor(4) as threads:
            self.assertEqual(list(threads.map(make, range(40))), list(range(40)))

    def test_an_account_may_do_what_its_rules_say(self):
        nobody = self.cluster.client(self.cluster.service_account(self.namespace, "nobody"))
        self.assertEqual(nobody.get(WORKFLOWS).status, 403)
        reader = self.cluster.client(self.cluster.service_account(self.namespace, "reader", [LIST_WORKFLOWS]))
        self.assertEqual(reader.get(WORKFLOWS).status, 200)
        self.assertEqual(reader.get(f"{WORKFLOWS}?watch=true").status, 403)
        local = self.cluster.client(
            self.cluster.service_account(self.namespace, "local", [LIST_WORKFLOWS], everywhere=False)
        )
        self.assertEqual(local.get(WORKFLOWS).status, 403)
        self.assertEqual(local.get(resource_path("Workflow", namespace=self.namespace)).status, 200)

    def test_a_token_dies_with_its_account(self):
        token = self.cluster.service_account(self.namespace, "leaving", [LIST_WORKFLOWS])
        client = self.cluster.client(token)
        self.assertEqual(client.get(WORKFLOWS).status, 200)
        self.cluster.delete("ServiceAccount", "leaving", self.namespace)
        # The server remembers for 10 s that a token was good.
        wait_until(lambda: client.get(WORKFLOWS).status == 401, "the token is refused", 30)

    def test_nobody_is_anonymous(self):
        self.assertEqual(self.cluster.client(None).get(WORKFLOWS).status, 401)

    def test_a_kubeconfig_of_a_token_names_the_server_and_is_private(self):
        path = self.cluster.write_kubeconfig("of-a-token", "a-token")
        config = json.loads(path.read_text())
        self.assertEqual(config["clusters"][0]["cluster"]["server"], self.cluster.server)
        self.assertEqual(config["users"][0]["user"], {"token": "a-token"})
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_a_finalized_namespace_is_gone(self):
        self.cluster.delete("Namespace", self.namespace)
        self.assertEqual(self.cluster.get("Namespace", self.namespace)["status"]["phase"], "Terminating")
        self.cluster.finalize_namespace(self.namespace)
        with self.assertRaisesRegex(ClusterError, "404"):
            self.cluster.get("Namespace", self.namespace)


class LifeTest(unittest.TestCase):
    def test_objects_and_port_survive_the_death_of_the_api_server(self):
        with Cluster() as control_plane:
            control_plane.create(cluster.kubernetes_object("Namespace", "team-a"))
            stored = control_plane.create(recorded_workflow("ok", "team-a"))
            server = control_plane.server
            control_plane.kill_api_server()
            with self.assertRaises(ConnectionRefusedError):
                control_plane.admin.get("/readyz")
            control_plane.start_api_server()
            self.assertEqual(control_plane.server, server)
            self.assertEqual(control_plane.get("Workflow", "ok", "team-a"), stored)

    def test_versions_before_a_compaction_are_gone(self):
        # Without its watch cache, the API server asks etcd for every old version.
        with Cluster(api_server_flags=["--watch-cache=false"]) as control_plane:
            old = control_plane.create(cluster.kubernetes_object("Namespace", "old"))["metadata"]["resourceVersion"]
            for name in ("newer", "newest"):
                control_plane.create(cluster.kubernetes_object("Namespace", name))
            listing = f"/api/v1/namespaces?resourceVersion={old}&resourceVersionMatch=Exact"
            self.assertEqual(control_plane.admin.get(listing).status, 200)
            control_plane.compact()
            self.assertEqual(control_plane.admin.get(listing).status, 410)

    def test_a_server_that_cannot_start_is_told_with_its_log_and_nothing_stays(self):
        control_plane = Cluster(api_server_flags=["--no-such-flag"])
        with self.assertRaisesRegex(ClusterError, "kube-apiserver ended with exit code 1") as caught:
            control_plane.start()
        self.assertIn("unknown flag: --no-such-flag", str(caught.exception))
        etcd = int((control_plane.directory / "etcd.pid").read_text())
        self.assertFalse(is_alive(etcd))
        control_plane.stop()
        self.assertFalse(control_plane.directory.exists())

    def test_servers_die_with_the_test_that_started_them(self):
        with tempfile.TemporaryDirectory() as directory:
            code = (
                "import signal; from cluster import Cluster\n"
                f"Cluster({directory!r}).start(); print('up', flush=True); signal.pause()"
            )
            test = subprocess.Popen([sys.executable, "-B", "-c", code], cwd=HERE, stdout=subprocess.PIPE)
            self.addCleanup(test.kill)
            with test.stdout:
                self.assertEqual(test.stdout.readline(), b"up\n")
            pids = [int(path.read_text()) for path in Path(directory).glob("*.pid")]
            self.assertEqual([is_alive(pid) for pid in pids], [True, True])
            test.kill()
            test.wait()
            wait_until(lambda: not any(map(is_alive, pids)), "the servers end")


class CommandTest(unittest.TestCase):
    """up, down, status, env, as ./dev cluster calls them, in a directory of the test's own."""

    def setUp(self):
        self.run_directory = Path(self.enterContext(tempfile.TemporaryDirectory())).resolve() / "run"

    def command(self, name):
        run = str(self.run_directory)
        code = (
            "import command, pathlib, sys\n"
            f"command.RUN = run = pathlib.Path({run!r}); command.CACHE = run.parent; command.READY = run / 'ready.json'\n"
            f"sys.argv[1:] = [{name!r}]; sys.exit(command.main())"
        )
        # A session of its own, as a shell that ends has: what it started must not end with it.
        environment = {**os.environ, "KUBEBUILDER_ASSETS": str(cluster.program_directory())}
        return subprocess.run(
            [sys.executable, "-B", "-c", code],
            cwd=HERE,
            env=environment,
            capture_output=True,
            text=True,
            start_new_session=True,
        )

    def up(self):
        self.addCleanup(self.command, "down")
        started = self.command("up")
        self.assertEqual(started.returncode, 0, started.stderr)
        return started

    def pids(self):
        return {path.stem: int(path.read_text()) for path in self.run_directory.glob("*.pid")}

    def test_a_cluster_is_there_from_up_to_down(self):
        self.assertEqual(self.command("status").returncode, 1)
        self.up()
        pids = self.pids()
        again = self.up()
        self.assertIn("runs already", again.stderr)
        self.assertEqual(self.pids(), pids)
        status = self.command("status")
        self.assertEqual(status.returncode, 0)
        for program in cluster.PROGRAMS:
            self.assertRegex(status.stdout, rf"{program} +\d+\.\d+\.\d+ +process {pids[program]}, 127\.0\.0\.1:\d+\n")
        self.assertEqual(self.command("env").stdout, f"KUBECONFIG={self.run_directory}/kubeconfig\n")
        self.assertEqual(self.command("down").returncode, 0)
        self.assertEqual([pid for pid in pids.values() if is_alive(pid)], [])
        self.assertFalse(self.run_directory.exists())
        self.assertEqual(self.command("env").returncode, 1)

    def test_down_and_up_clean_up_what_died(self):
        self.up()
        dead = self.pids()
        os.kill(dead["kube-apiserver"], signal.SIGKILL)
        wait_until(lambda: not is_alive(dead["kube-apiserver"]), "the API server ends")
        status = self.command("status")
        self.assertEqual(status.returncode, 1)
        self.assertIn("has ended", status.stdout)
        self.up()
        self.assertFalse(is_alive(dead["etcd"]))
        for pid in self.pids().values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.assertEqual(self.command("down").returncode, 0)
        self.assertFalse(self.run_directory.exists())

    def test_down_never_ends_the_process_of_somebody_else(self):
        stranger = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        self.run_directory.mkdir()
        (self.run_directory / "etcd.pid").write_text(str(stranger.pid))
        self.assertEqual(self.command("down").returncode, 0)
        self.assertIsNone(stranger.poll())


if __name__ == "__main__":
    unittest.main()
