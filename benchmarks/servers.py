"""What is measured: the daemon, and the programs that show the limit. Each listens on 127.0.0.1, on a free high port."""
import base64
import ctypes
import os
import pathlib
import re
import selectors
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = HERE / "target"
TREE = ROOT / "packaging" / "target" / "smart-proxy"
CACHE = WORK / "cache"
FOREMAN = "foreman.example.com"
ZONE = "example.com"
TICKS = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)

running = []  # all that must be stopped at the end


class Trouble(Exception):
    """A figure cannot be measured; says why."""


def spawn(command, log, environment=None):
    """Starts a program that ends with us, whatever becomes of us."""
    with open(log, "ab") as output:
        return subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=WORK,
            env={**os.environ, **(environment or {})},
            preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM))


def run(command, seconds, environment=None, **more):
    """Runs a program to its end; its output."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=seconds,
                              env={**os.environ, **(environment or {})}, **more)
    except subprocess.TimeoutExpired as e:
        raise Trouble(f"{pathlib.Path(str(command[0])).name} did not end within {seconds} s") from e
    if done.returncode:
        raise Trouble(f"{pathlib.Path(str(command[0])).name}: " + " ".join((done.stderr or done.stdout).split())[-300:])
    return done.stdout


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop_all():
    while running:
        running.pop().stop()


class Pki:
    """A CA and certificates for server and client, all with keys of one kind."""

    KINDS = {"rsa2048": ("rsa:2048", "rsa:4096"), "rsa4096": ("rsa:4096", "rsa:4096"), "p256": ("ec", "ec")}

    def __init__(self, kind):
        self.directory = WORK / "pki" / kind
        self.ca, self.server, self.server_key = (self.directory / name for name in ("ca.pem", "server.pem", "server.key"))
        self.client, self.client_key = (self.directory / name for name in ("client.pem", "client.key"))
        if not self.directory.exists():
            self._make(*self.KINDS[kind])

    def _make(self, key, ca_key):
        new = self.directory.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        self._openssl(new, "req", "-x509", *self._key(ca_key), "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650",
                      "-subj", "/CN=Smart Proxy benchmarks", "-addext", "basicConstraints=critical,CA:TRUE",
                      "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        for name, subject, usage, names in (("server", "localhost", "serverAuth", "DNS:localhost,IP:127.0.0.1"),
                                            ("client", FOREMAN, "clientAuth", "DNS:" + FOREMAN)):
            (new / "extensions").write_text(f"basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\n"
                                            f"extendedKeyUsage={usage}\nsubjectAltName={names}\n")
            self._openssl(new, "req", "-new", *self._key(key), "-keyout", name + ".key", "-out", "request", "-subj", "/CN=" + subject)
            self._openssl(new, "x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                          "-days", "3650", "-extfile", "extensions", "-out", name + ".pem")
        new.rename(self.directory)

    @staticmethod
    def _key(kind):
        kind = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else [kind]
        return ["-newkey", *kind, "-nodes", "-sha256"]

    @staticmethod
    def _openssl(directory, *arguments):
        run(["openssl", *arguments], 60, cwd=directory)

    def words(self):
        """For the load client."""
        return [f"ca={self.ca}", f"cert={self.client}", f"key={self.client_key}"]


class Server:
    """A process on a port."""

    def __init__(self, command, log, environment=None):
        self.log = log
        log.unlink(missing_ok=True)
        self.started = time.monotonic()
        self.process = spawn(command, log, environment)
        running.append(self)

    def stop(self):
        if self in running:
            running.remove(self)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _processes(self):
        """The process and its children: the workers of nginx."""
        yield self.process.pid
        yield from map(int, pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split())

    def cpu(self):
        """Seconds of processor time, user and system, so far."""
        total = 0
        for pid in self._processes():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory(self):
        """Resident megabytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s*(\d+)", status)[1]) / 1024

    def last_words(self):
        return "; ".join(self.log.read_text(errors="replace").splitlines()[-3:])


class Daemon(Server):
    """Ours: the distribution tree, all its modules on, logging to a file."""

    def __init__(self, pki, port, dns, settings="", environment=None):
        self.port = port
        etc = WORK / "etc"
        shutil.rmtree(etc, ignore_errors=True)
        (etc / "settings.d").mkdir(parents=True)
        shutil.rmtree(WORK / "state", ignore_errors=True)
        (WORK / "state").mkdir()
        self.own_log = WORK / "proxy.log"
        self.own_log.unlink(missing_ok=True)
        (etc / "settings.yml").write_text(f"""---
:settings_directory: {etc / "settings.d"}
:state_directory: {WORK / "state"}
:bind_host: ['127.0.0.1']
:https_port: {port}
:ssl_certificate: {pki.server}
:ssl_private_key: {pki.server_key}
:ssl_ca_file: {pki.ca}
:trusted_hosts: [{FOREMAN}]
:log_file: {self.own_log}
{settings}""")
        (etc / "settings.d" / "logs.yml").write_text("---\n:enabled: https\n")
        for name, text in dns.items():
            (etc / "settings.d" / name).write_text(text)
        super().__init__([TREE / "bin" / "smart-proxy", "run", "--config", etc / "settings.yml"], WORK / "daemon.out",
                         {"SMART_PROXY_CACHE": str(CACHE), **(environment or {})})

    def last_words(self):
        told = self.own_log.read_text(errors="replace").splitlines() if self.own_log.exists() else []
        return "; ".join(told[-3:]) or super().last_words()

    def engine(self):
        """The library that does its TLS, as its log says; one that does not say has the JDK's."""
        found = re.search(r"TLS is done by ([^;\n]+)", self.own_log.read_text(errors="replace"))
        return found[1] if found else "the JDK"

    def live_heap(self):
        """Megabytes of the heap that are in use after a collection."""
        histogram = run(["jcmd", self.process.pid, "GC.class_histogram"], 30)
        return int(histogram.rstrip().splitlines()[-1].split()[2]) / 1e6

    def has_flag(self, flag):
        """Whether the launcher gave its JVM this one."""
        return flag in pathlib.Path(f"/proc/{self.process.pid}/cmdline").read_text().split("\0")


class NginxServer(Server):
    """An nginx with as many workers as there are cores, and a line in an access log for each request."""

    def __init__(self, name, port, http):
        self.port = port
        directory = WORK / name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        temporary = "\n".join(f"  {part}_temp_path {directory / part};" for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (directory / "nginx.conf").write_text(f"""daemon off;
worker_processes {os.cpu_count()};
pid {directory / "pid"};
error_log {directory / "error.log"};
events {{ worker_connections 4096; }}
http {{
{temporary}
  access_log {directory / "access.log"};
{http}
}}
""")
        super().__init__(["nginx", "-e", directory / "start.log", "-c", directory / "nginx.conf"], WORK / f"{name}.out")

    @staticmethod
    def tls(pki, port):
        """The lines of a server that asks for a client's certificate."""
        return f"""    listen 127.0.0.1:{port} ssl backlog=4096;
    ssl_certificate {pki.server};
    ssl_certificate_key {pki.server_key};
    ssl_client_certificate {pki.ca};
    ssl_verify_client on;
    ssl_protocols TLSv1.2 TLSv1.3;"""


class Nginx(NginxServer):
    """The same answer, by the same certificates, to a verified client. Or the files of a root, plain too."""

    def __init__(self, pki, port, body, root=None):
        self.plain = free_port() if root else None
        files = f"location /httpboot/ {{ alias {root}/; }} sendfile on; listen 127.0.0.1:{self.plain};" if root else ""
        super().__init__("nginx", port, f"""  default_type application/json;
  server {{
{self.tls(pki, port)}
    location /features {{ return 200 '{body}'; }}
    {files}
  }}""")


class OpensslServer(Server):
    """One thread, one connection after the other, the answer from a file."""

    def __init__(self, pki, port, body):
        self.port = port
        (WORK / "features").write_bytes(
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        super().__init__(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", pki.server, "-key", pki.server_key,
                          "-CAfile", pki.ca, "-Verify", "3", "-verify_return_error", "-HTTP", "-quiet"], WORK / "s_server.out")


class Bind:
    """The lab's name server."""

    KEY = "sha256"

    def __init__(self):
        self.directory = WORK / "bind"
        running.append(self)
        told = run([ROOT / "lab" / "bind" / "start.sh", self.directory], 60)
        self.port = int(re.search(r"port=(\d+)", told)[1])
        self.key = self.directory / "keys" / f"{self.KEY}.key"
        self.secret = re.search(r'secret "([^"]+)"', self.key.read_text())[1]
        base64.b64decode(self.secret)

    def stop(self):
        if self in running:
            running.remove(self)
        subprocess.run([ROOT / "lab" / "bind" / "stop.sh", self.directory], check=False)

    def settings(self):
        return {"dns.yml": "---\n:enabled: https\n:use_provider: dns_nsupdate\n:dns_ttl: 300\n",
                "dns_nsupdate.yml": f"---\n:dns_server: 127.0.0.1:{self.port}\n:dns_key: {self.key}\n"}


class Dhcpd:
    """The lab's DHCP server, which needs root. Its 10.9.0.0/16 is for what is reserved."""

    NETWORK = "10.9.0.0"

    def __init__(self):
        self.directory = WORK / "dhcpd"
        running.append(self)
        lab = ROOT / "lab" / "dhcpd"
        told = run([lab / "start.sh", self.directory, "hmac-sha256"], 120)
        self.address = re.search(r"address=(\S+)", told)[1]
        conf = self.directory / "dhcpd.conf"
        conf.write_text(conf.read_text() + f"subnet {self.NETWORK} netmask 255.255.0.0 {{ }}\n")
        run([lab / "start.sh", self.directory], 60, {"KEEP": "1"})
        self.secret = (self.directory / "secret").read_text().strip()

    def stop(self):
        if self in running:
            running.remove(self)
        subprocess.run([ROOT / "lab" / "dhcpd" / "stop.sh", self.directory], check=False)

    def settings(self):
        return isc(self.directory / "dhcpd.conf", self.directory / "dhcpd.leases", self.address,
                   f":key_name: lab_key\n:key_secret: {self.secret}\n:key_algorithm: hmac-sha256\n")

    def omshell(self, count):
        """Changes per second by one session of omshell, which is asked for the same as the daemon: to create a host, and to remove the one
        of a MAC, in the words of the reference's DHCP module."""
        lines = ["key-algorithm hmac-sha256", f"key lab_key {self.secret}", f"server {self.address}", "port 7911", "connect"]
        for i in range(0, count, 2):
            a, b = 1 + i // 250 % 250, 1 + i % 250
            mac = f"02:00:00:00:{a:02x}:{b:02x}"
            statements = 'filename = \\"pxelinux.0\\"; next-server = c0:00:02:01; option host-name = \\"om%d.example.com\\";' % i
            lines += ["new host", f'set name = "om{i}.example.com"', f"set ip-address = 10.9.{a}.{b}", f"set hardware-address = {mac}",
                      "set hardware-type = 1", f'set statements = "{statements}"', "create",
                      "new host", f"set hardware-address = {mac}", "open", "remove"]
        begun = time.monotonic()
        told = run(["omshell"], 120, input="\n".join(lines) + "\n")
        took = time.monotonic() - begun
        if wrong := re.search(r"can't.*|no more.*|not connected.*|Syntax error.*", told):
            raise Trouble("omshell: " + wrong[0])
        return count / took


class Leases:
    """A leases file as a busy dhcpd has it, and the configuration for it, below 10.0.0.0/8. No dhcpd runs."""

    def __init__(self, count):
        self.directory = WORK / "leases"
        self.directory.mkdir(parents=True, exist_ok=True)
        self.conf = self.directory / "dhcpd.conf"
        self.conf.write_text("subnet 10.0.0.0 netmask 255.0.0.0 { }\n")
        self.file = self.directory / "dhcpd.leases"
        self.write(self.file, count)

    @staticmethod
    def write(file, count, name="client"):
        with open(file, "w", 1 << 20) as out:
            out.write("# This lease file was written by isc-dhcp-4.4.3-P1\n\n")
            for i in range(1, count + 1):
                out.write(Leases.lease(i, name))

    @staticmethod
    def ip(i):
        return f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"

    @staticmethod
    def lease(i, name):
        return f"""lease {Leases.ip(i)} {{
  starts 4 2026/01/01 10:00:00;
  ends 5 2037/01/02 10:{i % 60:02}:00;
  tstp 5 2037/01/02 10:{i % 60:02}:00;
  cltt 4 2026/01/01 10:00:00;
  binding state active;
  next binding state free;
  rewind binding state free;
  hardware ethernet 02:00:00:{i >> 16:02x}:{i >> 8 & 255:02x}:{i & 255:02x};
  uid "\\001\\002\\000\\000\\{i >> 16:03o}\\{i >> 8 & 255:03o}\\{i & 255:03o}";
  client-hostname "{name}{i}";
}}
"""

    def settings(self):
        return isc(self.conf, self.file, "127.0.0.1")


def isc(conf, leases, server, key=""):
    """Settings of dhcp_isc, without probes of unused addresses."""
    return {"dhcp.yml": f"---\n:enabled: https\n:use_provider: dhcp_isc\n:server: {server}\n:ping_free_ip: false\n",
            "dhcp_isc.yml": f"---\n:config: {conf}\n:leases: {leases}\n{key}"}


class TftpdHpa(Server):
    """One process for each file, below the directory that ours serves."""

    def __init__(self, root):
        if os.getuid():
            raise Trouble("tftpd-hpa needs root")
        self.port = free_port(socket.SOCK_DGRAM)
        super().__init__(["in.tftpd", "-L", "-4", "-a", f"127.0.0.1:{self.port}", "-u", "nobody", "-s", root], WORK / "tftpd.out")


def tftp(root):
    """Files below a directory, from the server inside."""
    port = free_port(socket.SOCK_DGRAM)
    return port, {**embedded(),
                  "tftp.yml": f"---\n:enabled: https\n:tftproot: {root}\n"
                              f":tftp_server:\n  :enabled: true\n  :address: 127.0.0.1\n  :port: {port}\n"}


def embedded():
    """DNS without another server, as ./run has it."""
    return {"dns.yml": "---\n:enabled: https\n:use_provider: dns_embedded\n",
            "dns_embedded.yml": f"---\n:listen: ['127.0.0.1:{free_port()}']\n:zones: [{ZONE}, 2.0.192.in-addr.arpa]\n"}


def client_context(pki):
    """TLS as Foreman speaks it."""
    context = ssl.create_default_context(cafile=pki.ca)
    context.load_cert_chain(pki.client, pki.client_key)
    return context


def features(server, pki):
    """The answer to /features, which the other servers then give too."""
    context = client_context(pki)
    with socket.create_connection(("127.0.0.1", server.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            connection.sendall(b"GET /features HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nConnection: close\r\n\r\n")
            answer = b""
            while part := connection.recv(65536):
                answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise Trouble("/features answers " + head.decode(errors="replace").splitlines()[0])
    return body.decode()


# ---- what lies before a Pulp, and what stands for one ----

class NginxProxy(NginxServer):
    """Passes content on as the daemon's gateway does: kept connections, the client's certificate in a header, nothing put on disk."""

    def __init__(self, pki, port, upstream):
        super().__init__("nginx-proxy", port, f"""  proxy_max_temp_file_size 0;
  upstream pulp {{ server {upstream.removeprefix("http://")}; keepalive 64; keepalive_requests 1000000; }}
  server {{
{self.tls(pki, port)}
    keepalive_requests 1000000;
    location /pulp/content/ {{
      proxy_pass http://pulp;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-CLIENT-CERT $ssl_client_escaped_cert;
    }}
    location /features {{ return 200 '[]'; }}
  }}""")


class Files(NginxServer):
    """Content without a Pulp: files of a directory over plain HTTP."""

    SIZES = {"small": 4096, "middle": 20_000_000, "large": 1_000_000_000}

    def __init__(self):
        port = free_port()
        root = WORK / "served"
        for path in (WORK, root, root / "pulp", root / "pulp" / "content"):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
        for name, size in self.SIZES.items():
            with open(root / "pulp" / "content" / name, "wb") as file:
                file.truncate(size)
        super().__init__("files", port, f"""  sendfile on;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    keepalive_requests 1000000;
    root {root};
  }}""")
        self.url = f"http://127.0.0.1:{port}"


class Silent:
    """Takes requests without a body and says nothing, as a Pulp that hangs."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = "http://127.0.0.1:%d" % self.socket.getsockname()[1]
        self.asked = 0
        self.taken = selectors.DefaultSelector()
        self.taken.register(self.socket, selectors.EVENT_READ)
        self.ended = False
        self.thread = threading.Thread(target=self._take, daemon=True)
        self.thread.start()
        running.append(self)

    def _take(self):
        while not self.ended:
            for key, _ in self.taken.select(0.1):
                if key.fileobj is self.socket:
                    self.taken.register(self.socket.accept()[0], selectors.EVENT_READ, bytearray())
                else:
                    self._read(key.fileobj, key.data)

    def _read(self, connection, head):
        try:
            octets = connection.recv(65536)
        except OSError:
            octets = b""
        head += octets
        if head.endswith(b"\r\n\r\n"):
            self.asked += 1
            head.clear()
        if not octets:
            self.taken.unregister(connection)
            connection.close()

    def stop(self):
        if self in running:
            running.remove(self)
        self.ended = True
        self.thread.join()
        for key in list(self.taken.get_map().values()):
            key.fileobj.close()
        self.taken.close()


class Pulp:
    """The lab's Pulp 3, with a small file."""

    PATH = "/pulp/content/bench-file-1/1.txt"

    def __init__(self):
        self.directory = WORK / "pulp"
        running.append(self)
        lab = ROOT / "lab" / "pulp"
        told = dict(line.split("=", 1) for line in run([lab / "start.sh", self.directory], 300).splitlines())
        self.api, self.content = told["api"], told["content"]
        run([lab / "sources.sh", told["import"] + "/sources"], 60)
        run([told["bin"] + "/python", lab / "fill.py", self.api, told["import"], "2", "bench"], 120)

    def stop(self):
        if self in running:
            running.remove(self)
        subprocess.run([ROOT / "lab" / "pulp" / "stop.sh", self.directory], check=False)


def gateway(api, content):
    """Settings of the gateway before these."""
    return {**embedded(), "pulpcore.yml": f"""---
:enabled: https
:mirror: true
:gateway:
  :enabled: true
  :api_url: {api}
  :content_url: {content}
  :remote_user: admin
  :spool_directory: {WORK / "spool"}
"""}
