"""A real control plane for tests and for trying lastrun: etcd and kube-apiserver on loopback, nothing else.

    with Cluster() as cluster:
        cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}})
        cluster.patch("Workflow", "nightly", {"metadata": {"labels": {…}}}, "team-a", manager="workflow-controller")
        token = cluster.service_account("team-a", "watcher", [{"apiGroups": […], "resources": […], "verbs": […]}])
        status = cluster.client(token).get("/apis/argoproj.io/v1alpha1/workflows").status
        cluster.kill_api_server()
        cluster.start_api_server()

No controller runs: objects are what tests make of them. Pods are never started, CronJobs never fire, nobody collects
what an owner leaves behind, a deleted namespace stays Terminating until `finalize_namespace`. Argo's resources are
there as minimal CRDs of our own: any spec, and status is an ordinary field, as in Argo's minimal CRDs.

RBAC decides, with tokens of service accounts and client certificates; nobody is anonymous. etcd keeps its files but does
not wait for the disk (--unsafe-no-fsync): data survives the death of a process, not that of the machine.

The programs: $KUBEBUILDER_ASSETS if set, else what `./dev cluster build` left in .cache/cluster/bin.
"""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import select
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections import namedtuple
from pathlib import Path
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache/cluster"
PROGRAMS = ("etcd", "kube-apiserver")
START_LIMIT = 120  # seconds until /readyz; 5 on an idle machine
ARGO = "argoproj.io"

# kind: (path of its group, plural, namespaced)
RESOURCES = {
    "Namespace": ("/api/v1", "namespaces", False),
    "Pod": ("/api/v1", "pods", True),
    "Secret": ("/api/v1", "secrets", True),
    "ServiceAccount": ("/api/v1", "serviceaccounts", True),
    "Job": ("/apis/batch/v1", "jobs", True),
    "CronJob": ("/apis/batch/v1", "cronjobs", True),
    "Workflow": (f"/apis/{ARGO}/v1alpha1", "workflows", True),
    "CronWorkflow": (f"/apis/{ARGO}/v1alpha1", "cronworkflows", True),
    "WorkflowTemplate": (f"/apis/{ARGO}/v1alpha1", "workflowtemplates", True),
    "ClusterWorkflowTemplate": (f"/apis/{ARGO}/v1alpha1", "clusterworkflowtemplates", False),
    "Role": ("/apis/rbac.authorization.k8s.io/v1", "roles", True),
    "RoleBinding": ("/apis/rbac.authorization.k8s.io/v1", "rolebindings", True),
    "ClusterRole": ("/apis/rbac.authorization.k8s.io/v1", "clusterroles", False),
    "ClusterRoleBinding": ("/apis/rbac.authorization.k8s.io/v1", "clusterrolebindings", False),
    "CustomResourceDefinition": ("/apis/apiextensions.k8s.io/v1", "customresourcedefinitions", False),
}
CRDS = (  # kind, its short names
    ("Workflow", ["wf"]),
    ("CronWorkflow", ["cwf", "cronwf"]),
    ("WorkflowTemplate", ["wftmpl"]),
    ("ClusterWorkflowTemplate", ["clusterwftmpl", "cwft"]),
)


class ClusterError(Exception):
    """The control plane did not do what was asked; the message says what, and what its log says."""


Answer = namedtuple("Answer", "status headers body")  # headers: an http.client message; body: bytes


class Client:
    """One user's HTTPS connection, kept open. For one thread; each further thread needs a client of its own."""

    def __init__(self, port, tls, token=None):
        self._connection = http.client.HTTPSConnection("127.0.0.1", port, context=tls, timeout=60)
        self._tls, self._token = tls, token

    def get(self, path, accept="application/json"):
        return self.request("GET", path, headers={"Accept": accept})

    def request(self, method, path, body=None, headers=None):
        """The answer, whatever its status. Nothing is ever sent twice."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self._authorization(), **(headers or {})}
        kept = self._connection.sock
        if kept and select.select([kept], [], [], 0)[0]:
            self._connection.close()  # between two requests a server says nothing but that it has closed
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except BaseException:
            self._connection.close()
            raise

    @contextlib.contextmanager
    def watch(self, path, seconds=60):
        """The events of one watch, as they come: an iterator of decoded JSON lines. Silence of `seconds` is an error."""
        connection = http.client.HTTPSConnection("127.0.0.1", self._connection.port, context=self._tls, timeout=seconds)
        try:
            connection.request("GET", path, headers={"Accept": "application/json", **self._authorization()})
            answer = connection.getresponse()
            if answer.status != 200:
                raise ClusterError(f"GET {path}: {answer.status} {answer.read(500).decode(errors='replace')}")
            yield (json.loads(line) for line in answer)
        finally:
            connection.close()

    def close(self):
        self._connection.close()

    def _authorization(self):
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}


class Cluster:
    """One control plane in a directory of its own, on ports that the kernel chose.

    Entered as a context, it starts; left, it ends and its directory goes, or stays if an exception leaves too.
    Its servers die with the thread that started them, however that ends, unless `outlive` says otherwise.
    """

    def __init__(self, directory=None, api_server_flags=(), outlive=False):
        """`api_server_flags`: more of kube-apiserver's, such as `--watch-cache=false`."""
        self.programs = program_directory()
        self.directory = Path(directory or tempfile.mkdtemp(prefix="lastrun-cluster-")).resolve()
        self._flags = tuple(api_server_flags)
        self._outlive = outlive
        self._processes = {}  # program: Popen
        self._ports = {}  # name: socket
        self._clients = []  # everybody's, to be closed
        self._admin = threading.local()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.stop(keep_directory=kind is not None)

    # --- Life ---

    def start(self):
        """Returns when the API server is ready and has Argo's resources; whatever fails, nothing is left running."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            make_certificates(self.directory)
            self._ports = {name: reserve_port() for name in ("etcd", "peer", "api")}
            self.kubeconfig = self.write_kubeconfig("kubeconfig")
            self._start_etcd()
            self.start_api_server()
            install_crds(self.admin)
        except BaseException:
            self.stop(keep_directory=True)
            raise

    def stop(self, keep_directory=False):
        for client in self._clients:
            client.close()
        for program in reversed(list(self._processes)):
            process = self._processes.pop(program)
            process.kill()  # an orderly end waits for every watch, for data that goes anyway
            process.wait()
        for reserved in self._ports.values():
            reserved.close()
        if not keep_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def start_api_server(self):
        """Returns when it is ready: at the first start, and after `kill_api_server`, on the same port."""
        at = self.directory
        self._spawn(
            "kube-apiserver",
            [
                f"--etcd-servers=http://127.0.0.1:{self.port('etcd')}",
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--endpoint-reconciler-type=none",
                f"--secure-port={self.port('api')}",
                "--permit-port-sharing",
                f"--tls-cert-file={at}/server.crt",
                f"--tls-private-key-file={at}/server.key",
                f"--client-ca-file={at}/ca.crt",
                f"--cert-dir={at}",
                f"--service-account-key-file={at}/sa.pub",
                f"--service-account-signing-key-file={at}/sa.key",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--authorization-mode=RBAC",
                "--anonymous-auth=false",
                # It wants the `default` account that a controller makes in each namespace.
                "--disable-admission-plugins=ServiceAccount",
                *self._flags,
            ],
        )
        self._wait("kube-apiserver", lambda: self.admin.get("/readyz").status == 200)
        # The server makes it itself, shortly after it is ready.
        self._wait("kube-apiserver", lambda: self.admin.get("/api/v1/namespaces/default").status == 200)

    def kill_api_server(self, with_signal=signal.SIGKILL):
        """Ends it at once (or as `with_signal` does) and waits until it is gone. Its port stays ours."""
        process = self._processes.pop("kube-apiserver")
        process.send_signal(with_signal)
        process.wait()

    def pid(self, program):
        return self._processes[program].pid

    def port(self, name):
        """Of `api`, `etcd` or `peer`."""
        return self._ports[name].getsockname()[1]

    def compact(self):
        """Makes etcd forget every version but the present one: lists and watches from older ones get 410."""

        def etcd(path, body):
            connection = http.client.HTTPConnection("127.0.0.1", self.port("etcd"), timeout=30)
            with contextlib.closing(connection):
                connection.request("POST", path, json.dumps(body))
                answer = connection.getresponse()
                content = answer.read()
            if answer.status != 200:
                raise ClusterError(f"etcd {path}: {answer.status} {content.decode(errors='replace')}")
            return json.loads(content)

        revision = etcd("/v3/kv/range", {"key": base64.b64encode(b"x").decode()})["header"]["revision"]
        etcd("/v3/kv/compaction", {"revision": revision, "physical": True})

    # --- Users ---

    @property
    def server(self):
        return f"https://127.0.0.1:{self.port('api')}"

    @property
    def admin(self):
        """The client of the administrator (group system:masters); each thread has its own."""
        if not hasattr(self._admin, "client"):
            at = self.directory
            tls = ssl.create_default_context(cafile=at / "ca.crt")
            tls.load_cert_chain(at / "admin.crt", at / "admin.key")
            self._admin.client = self._client(tls)
        return self._admin.client

    def client(self, token):
        """A client of who has this token; without one, of nobody. It is closed with the cluster."""
        return self._client(ssl.create_default_context(cafile=self.directory / "ca.crt"), token)

    def _client(self, tls, token=None):
        client = Client(self.port("api"), tls, token)
        self._clients.append(client)
        return client

    def service_account(self, namespace, name, rules=(), everywhere=True):
        """Makes an account that may do what `rules` (of RBAC) say, and returns a token of it. The rules become a
        ClusterRole, or a Role in `namespace` unless `everywhere`. Deleting the account revokes its tokens."""
        self.create(kubernetes_object("ServiceAccount", name, namespace))
        role = "ClusterRole" if everywhere else "Role"
        role_name = f"{namespace}-{name}"
        place = None if everywhere else namespace
        self.create({**kubernetes_object(role, role_name, place), "rules": list(rules)})
        self.create(
            {
                **kubernetes_object(f"{role}Binding", role_name, place),
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": role_name},
                "subjects": [{"kind": "ServiceAccount", "namespace": namespace, "name": name}],
            }
        )
        return self.token(namespace, name)

    def token(self, namespace, name, seconds=3600):
        """A new token of a service account; the API server grants no less than 600 seconds."""
        path = resource_path("ServiceAccount", name, namespace) + "/token"
        return self._do("POST", path, {"spec": {"expirationSeconds": seconds}})["status"]["token"]

    def write_kubeconfig(self, name, token=None):
        """Writes it into the cluster's directory: the administrator's, or of who has the token. Returns its path."""
        at = self.directory
        user = (
            {"token": token}
            if token
            else {
                "client-certificate-data": base64_of(at / "admin.crt"),
                "client-key-data": base64_of(at / "admin.key"),
            }
        )
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "lastrun",
            "clusters": [
                {
                    "name": "lastrun",
                    "cluster": {"server": self.server, "certificate-authority-data": base64_of(at / "ca.crt")},
                }
            ],
            "users": [{"name": "lastrun", "user": user}],
            "contexts": [{"name": "lastrun", "context": {"cluster": "lastrun", "user": "lastrun"}}],
        }
        path = at / name
        write_secret(path, json.dumps(config, indent=2) + "\n")  # JSON is YAML
        return path

    # --- Objects, as the administrator, from any thread; anything but success is a ClusterError ---

    def create(self, item, manager="lastrun-test"):
        """A recorded object can be given as it is: what the server decides (uid, versions, creation) is left out, also
        managedFields, of which `manager` gets all. A patch of metadata.managedFields brings recorded ones back."""
        own = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")
        metadata = {key: value for key, value in item["metadata"].items() if key not in own}
        path = resource_path(item["kind"], None, metadata.get("namespace"))
        return self._do("POST", f"{path}?{urlencode({'fieldManager': manager})}", {**item, "metadata": metadata})

    def apply(self, item, manager="lastrun-test"):
        """Creates it, or brings what is there to what `item` says (server-side apply, by force)."""
        metadata = item["metadata"]
        path = resource_path(item["kind"], metadata["name"], metadata.get("namespace"))
        return self._do(
            "PATCH",
            f"{path}?{urlencode({'fieldManager': manager, 'force': 'true'})}",
            item,
            "application/apply-patch+yaml",
        )

    def patch(self, kind, name, change, namespace=None, subresource="", manager="lastrun-test"):
        """A merge patch: null removes. `subresource`: such as "/status", which Jobs have and Workflows do not."""
        path = resource_path(kind, name, namespace) + subresource
        return self._do(
            "PATCH", f"{path}?{urlencode({'fieldManager': manager})}", change, "application/merge-patch+json"
        )

    def get(self, kind, name, namespace=None):
        return self._do("GET", resource_path(kind, name, namespace))

    def delete(self, kind, name, namespace=None):
        """At once: nothing waits for a garbage collector, which is not there."""
        return self._do("DELETE", resource_path(kind, name, namespace) + "?propagationPolicy=Background")

    def finalize_namespace(self, name):
        """What a controller does once a deleted namespace is empty. What is still in it becomes unreachable."""
        namespace = self.get("Namespace", name)
        namespace["spec"]["finalizers"] = []
        return self._do("PUT", resource_path("Namespace", name) + "/finalize", namespace)

    def _do(self, method, path, body=None, content_type="application/json"):
        return ask(self.admin, method, path, body, content_type)

    # --- Processes ---

    def _start_etcd(self):
        client, peer = (f"http://127.0.0.1:{self.port(name)}" for name in ("etcd", "peer"))
        self._spawn(
            "etcd",
            [
                f"--data-dir={self.directory}/etcd",
                "--name=lastrun",
                f"--initial-cluster=lastrun={peer}",
                f"--listen-client-urls={client}",
                f"--advertise-client-urls={client}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                "--socket-reuse-port",
                "--unsafe-no-fsync",
                "--quota-backend-bytes=8589934592",
                "--log-level=warn",
            ],
        )

        def healthy():
            connection = http.client.HTTPConnection("127.0.0.1", self.port("etcd"), timeout=5)
            with contextlib.closing(connection):
                connection.request("GET", "/health")
                return connection.getresponse().status == 200

        self._wait("etcd", healthy)

    def _spawn(self, program, arguments):
        command = [str(self.programs / program), *arguments]
        if not self._outlive:
            command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        with open(self.log(program), "ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory, start_new_session=True
            )
        self._processes[program] = process
        (self.directory / f"{program}.pid").write_text(str(process.pid))

    def _wait(self, program, is_ready):
        """Until `is_ready`; the program's end, or the limit, is an error with what its log says."""
        process = self._processes[program]
        limit = time.monotonic() + START_LIMIT
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if is_ready():
                    return
            if process.poll() is not None:
                what = f"ended with exit code {process.returncode}"
            elif time.monotonic() > limit:
                what = f"was not ready within {START_LIMIT} s"
            else:
                time.sleep(0.05)
                continue
            raise ClusterError(f"{program} {what}. {self.log(program)} ends with:\n{telling_lines(self.log(program))}")

    def log(self, program):
        return self.directory / f"{program}.log"


def ask(client, method, path, body=None, content_type="application/json"):
    """The decoded answer; anything but success is a ClusterError."""
    answer = client.request(method, path, body, {"Content-Type": content_type})
    if answer.status >= 300:
        raise ClusterError(f"{method} {path}: {answer.status} {answer.body[:1000].decode(errors='replace')}")
    return json.loads(answer.body)


def resource_path(kind, name=None, namespace=None):
    """resource_path("Job", "nightly", "team-a"): its path; without a name that of the listing, without a namespace of all
    namespaces."""
    group, plural, namespaced = RESOURCES[kind]
    place = f"/namespaces/{namespace}" if namespaced and namespace else ""
    return f"{group}{place}/{plural}" + (f"/{name}" if name else "")


def kubernetes_object(kind, name, namespace=None):
    """The head of one: apiVersion, kind, metadata."""
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"apiVersion": RESOURCES[kind][0].split("/", 2)[2], "kind": kind, "metadata": metadata}


def program_directory():
    """Where the two programs are: KUBEBUILDER_ASSETS, else the folder that is named after what go.mod and go.sum pin."""
    if assets := os.environ.get("KUBEBUILDER_ASSETS"):
        where, remedy = Path(assets).resolve(), "KUBEBUILDER_ASSETS must name a folder that has it"
    else:
        pinned = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in ("go.mod", "go.sum")))
        where, remedy = CACHE / "bin" / pinned.hexdigest()[:16], "run: ./dev cluster build"
    for program in PROGRAMS:
        if not os.access(where / program, os.X_OK):
            raise ClusterError(f"there is no program {where / program}; {remedy}")
    return where


# --- Parts of a start ---


def reserve_port():
    """A socket that keeps a port of the kernel's choice for the servers that share it (SO_REUSEPORT), and listens to
    nothing itself: while it is open nobody else can be given the port, also while its server is dead."""
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved


def make_certificates(at):
    """A CA, the certificates of server and administrator for a week, and the RSA key that signs service accounts'
    tokens. The CA's key is not kept."""

    def openssl(*arguments):
        made = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, umask=0o077)
        if made.returncode:
            raise ClusterError(f"openssl {arguments[0]} failed: {made.stderr.strip()}")

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", 7)
    signed = (*key, "-CA", at / "ca.crt", "-CAkey", at / "ca.key", "-addext", "basicConstraints=CA:FALSE")
    openssl(
        "req",
        "-x509",
        *key,
        "-subj",
        "/CN=lastrun test CA",
        "-keyout",
        at / "ca.key",
        "-out",
        at / "ca.crt",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
    )
    openssl(
        "req",
        "-x509",
        *signed,
        "-subj",
        "/CN=kube-apiserver",
        "-keyout",
        at / "server.key",
        "-out",
        at / "server.crt",
        "-addext",
        "extendedKeyUsage=serverAuth",
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc",
    )
    openssl(
        "req",
        "-x509",
        *signed,
        "-subj",
        "/O=system:masters/CN=admin",
        "-keyout",
        at / "admin.key",
        "-out",
        at / "admin.crt",
        "-addext",
        "extendedKeyUsage=clientAuth",
    )
    (at / "ca.key").unlink()
    openssl("genrsa", "-out", at / "sa.key", 2048)
    openssl("rsa", "-in", at / "sa.key", "-pubout", "-out", at / "sa.pub")


def install_crds(admin):
    """Argo's resources, and waits until each can be listed."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    for kind, short_names in CRDS:
        _, plural, namespaced = RESOURCES[kind]
        crd = kubernetes_object("CustomResourceDefinition", f"{plural}.{ARGO}")
        crd["spec"] = {
            "group": ARGO,
            "scope": "Namespaced" if namespaced else "Cluster",
            "names": {
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": plural,
                "singular": kind.lower(),
                "shortNames": short_names,
            },
            "versions": [
                {
                    "name": "v1alpha1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "required": ["metadata", "spec"],
                            "properties": {
                                "apiVersion": {"type": "string"},
                                "kind": {"type": "string"},
                                "metadata": {"type": "object"},
                                "spec": anything,
                                "status": anything,
                            },
                        }
                    },
                }
            ],
        }
        ask(admin, "POST", resource_path("CustomResourceDefinition"), crd)
    limit = time.monotonic() + START_LIMIT
    for kind, _ in CRDS:
        while admin.get(resource_path(kind)).status != 200:
            if time.monotonic() > limit:
                raise ClusterError(f"{kind} was not served within {START_LIMIT} s of its CRD's creation")
            time.sleep(0.02)


def telling_lines(log, count=12):
    """The last lines of a log, those that tell of errors if there are any."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    errors = [
        line
        for line in lines
        if line.startswith(("E", "F", "panic")) or '"level":"error"' in line or '"level":"fatal"' in line
    ]
    return "\n".join(line[:600] for line in (errors or lines)[-count:])


def base64_of(path):
    return base64.b64encode(path.read_bytes()).decode()


def write_secret(path, text):
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
