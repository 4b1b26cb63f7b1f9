"""Measures the figures of goals.tsv; called by run.sh, which builds and installs first."""
import datetime
import http.client
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

import servers
from servers import (CACHE, HERE, ROOT, TREE, WORK, ZONE, Bind, Daemon, Dhcpd, Files, Leases, Nginx, NginxProxy, OpensslServer, Pki, Pulp,
                     Silent, TftpdHpa, Trouble, client_context, embedded, features, free_port, gateway, run, stop_all, tftp)

RESULTS = WORK / "results.tsv"
DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by benchmarks/run.sh --record -->", "<!-- end of figures -->"
MINUTES = 25
NO_ARCHIVE = {"SMART_PROXY_CACHE": "none"}
# Without the archive too: one of other flags takes the place of that of the next rows.
SMALL_HEAP = {**NO_ARCHIVE, "SMART_PROXY_JAVA_OPTS": os.environ.get("SMART_PROXY_JAVA_OPTS", "") + " -Xmx64m"}
ROUNDS = 3
WARM_UP = 3000
BUSY = 0.25  # cores that strangers may use while figures are recorded


class Goal:
    def __init__(self, line):
        self.name, self.unit, self.ratio, self.absolute, self.figure, self.limit = line.rstrip("\n").split("\t")

    def __str__(self):
        parts = []
        if self.ratio != "-":
            parts.append(self.ratio + "x")
        if self.absolute != "-":
            parts.append(self.absolute + self.unit)
        return ",".join(parts)

    def met(self, ours, ratio):
        return all(self._holds(bound, value) for bound, value in ((self.ratio, ratio), (self.absolute, ours)))

    @staticmethod
    def _holds(bound, value):
        if bound == "-":
            return True
        sign, number = re.fullmatch(r"([<>]=?)([0-9.]+)", bound).groups()
        number = float(number)
        return {"<=": value <= number, ">=": value >= number, "<": value < number}[sign]


def goals():
    lines = (HERE / "goals.tsv").read_text().splitlines()
    return {goal.name: goal for goal in map(Goal, (line for line in lines if not line.startswith("#")))}


# ---- the client ----

def load(mode, server_port, path, seconds=60, **options):
    """Runs the load client; what it prints, as numbers."""
    words = [WORK / "load", mode, "127.0.0.1", server_port, path, f"seconds={seconds}"]
    words += options.pop("tls", [])
    words += [f"{name}={value}" for name, value in options.items()]
    told = {name: float(value) for name, value in (word.split("=") for word in run(words, seconds + 30).split())}
    if told.get("errors"):
        raise Trouble(f"{int(told['errors'])} of {int(told['errors'] + told['requests'])} requests failed, the first with {int(told['bad'])}")
    if "requests" in told and told["requests"] < options["count"]:
        raise Trouble(f"only {int(told['requests'])} of {options['count']} requests in {seconds} s")
    return told


def get(server, pki, count, clients, seconds=120):
    return load("get", server.port, "/features", seconds, count=count, clients=clients, tls=pki.words())


def first_answer(server, pki):
    """Seconds from its start to the first good answer over verified TLS."""
    try:
        return load("first", server.port, "/features", 30, tls=pki.words())["at"] - server.started
    except Trouble as e:
        raise Trouble(f"{type(server).__name__} does not answer: {server.last_words() or e}") from e


def daemon(pki, modules=None, settings="", environment=None):
    """Ours, answering."""
    server = Daemon(pki, free_port(), modules or embedded(), settings, environment)
    server.start_time = first_answer(server, pki)
    about["engine"] = server.engine()
    return server


def nginx(pki, ours):
    server = Nginx(pki, free_port(), features(ours, pki))
    first_answer(server, pki)
    return server


def cpu_per_request(server, pki, count, clients=8):
    """Milliseconds of the server's processor time for one request on a connection of its own."""
    before = server.cpu()
    get(server, pki, count, clients)
    return (server.cpu() - before) * 1000 / count


def alternate(rounds, ours, limit):
    """Medians of both, measured in turn."""
    pairs = [(ours(), limit()) for _ in range(rounds)]
    return tuple(statistics.median(values) for values in zip(*pairs))


# ---- the figures: each returns ours and limit, limit None where there is none ----

def tls_warm(kind, warm_up=WARM_UP, count=600):
    pki = Pki(kind)
    ours = daemon(pki)
    limit = nginx(pki, ours)
    get(ours, pki, warm_up, 8)
    get(limit, pki, 100, 8)
    return alternate(ROUNDS, lambda: cpu_per_request(ours, pki, count), lambda: cpu_per_request(limit, pki, count))


def tls_cold():
    pki = Pki("rsa2048")
    ours = daemon(pki)
    limit = nginx(pki, ours)
    get(limit, pki, 100, 8)

    def from_the_start():
        fresh = daemon(pki)
        cpu = cpu_per_request(fresh, pki, 300)
        fresh.stop()
        return cpu

    ours.stop()
    return alternate(ROUNDS, from_the_start, lambda: cpu_per_request(limit, pki, 300))


def latency():
    pki = Pki("rsa2048")
    ours = daemon(pki)
    limit = OpensslServer(pki, free_port(), features(ours, pki))
    first_answer(limit, pki)
    get(ours, pki, WARM_UP, 8)
    return alternate(5, lambda: get(ours, pki, 200, 1)["p50"], lambda: get(limit, pki, 200, 1)["p50"])


def concurrency():
    pki = Pki("rsa2048")
    ours = daemon(pki)
    limit = nginx(pki, ours)
    get(ours, pki, WARM_UP, 32)
    return alternate(5, lambda: get(ours, pki, 1000, 32)["rate"], lambda: get(limit, pki, 1000, 32)["rate"])


def dns(clients, count=4000):
    pki = Pki("rsa2048")
    bind = Bind()
    ours = daemon(pki, bind.settings())

    def changes():
        return load("rest", ours.port, ZONE, count=count, clients=clients, tls=pki.words())["rate"]

    def raw():
        return load("raw", bind.port, ZONE, count=count, clients=clients, keyname=Bind.KEY, secret=bind.secret)["rate"]

    for _ in range(3):
        changes()
    raw()
    return alternate(ROUNDS, changes, raw)


def dhcp(clients, count=4000):
    pki = Pki("rsa2048")
    dhcpd = Dhcpd()
    ours = daemon(pki, dhcpd.settings())

    def changes():
        return load("dhcp", ours.port, Dhcpd.NETWORK, count=count, clients=clients, tls=pki.words())["rate"]

    for _ in range(3):
        changes()
    dhcpd.omshell(count)
    return alternate(ROUNDS, changes, lambda: dhcpd.omshell(count))


def kept(server, pki, path, count, clients=1):
    return load("kept", server.port, path, 60, count=count, clients=clients, tls=pki.words())


FIFTY_THOUSAND = {}


def fifty_thousand(name):
    """What is asked of a subnet with that many leases, all from one daemon."""
    if not FIFTY_THOUSAND:
        pki = Pki("rsa2048")
        ours = daemon(pki, Leases(50_000).settings())
        for path, name_of, warm_up, count in (("/dhcp/10.0.0.0", "list", 10, 15), ("/dhcp/10.0.0.0/unused_ip", "unused", 300, 300)):
            kept(ours, pki, path, warm_up)
            FIFTY_THOUSAND[name_of] = kept(ours, pki, path, count)["p50"]
    return FIFTY_THOUSAND[name], None


def wc(file):
    """Seconds of processor time that `wc -l` takes."""
    process = subprocess.Popen(["wc", "-l", str(file)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    return used.ru_utime + used.ru_stime


TWO_HUNDRED_THOUSAND = {}


def two_hundred_thousand(name):
    """Starts with and without the leases in turn: what a JVM takes to start is not the file's."""
    if not TWO_HUNDRED_THOUSAND:
        pki = Pki("rsa2048")
        leases = Leases(200_000)
        settings = leases.settings()
        nobody = leases.directory / "none.leases"
        Leases.write(nobody, 0)
        without = {**settings, "dhcp_isc.yml": settings["dhcp_isc.yml"].replace(str(leases.file), str(nobody))}
        starts = []

        def cpu(modules):
            server = daemon(pki, modules)
            used = server.cpu()
            if modules is settings:
                starts.append(server.start_time)
            server.stop()
            return used

        cpu(settings)
        wc(leases.file)
        rounds = [(cpu(settings), cpu(without), wc(leases.file)) for _ in range(7)]
        more = statistics.median(with_them - base for with_them, base, _ in rounds)
        TWO_HUNDRED_THOUSAND["cpu"] = more, statistics.median(each for _, _, each in rounds)
        TWO_HUNDRED_THOUSAND["start"] = statistics.median(starts), None
        ours = daemon(pki, settings)
        time.sleep(5)
        TWO_HUNDRED_THOUSAND["memory"] = ours.memory(), None
        TWO_HUNDRED_THOUSAND["append"] = appended(ours, pki, leases), None
        TWO_HUNDRED_THOUSAND["replace"] = replaced(ours, pki, leases), None
    return TWO_HUNDRED_THOUSAND[name]


def appended(ours, pki, leases):
    """The most lookups that it took until a lease was shown that had been appended to the file."""
    connection = http.client.HTTPSConnection("127.0.0.1", ours.port, context=client_context(pki), timeout=10)
    most = 0
    for i in range(300_000, 300_020):
        with open(leases.file, "a") as out:
            out.write(Leases.lease(i, "late"))
        for lookups in range(1, 1000):
            connection.request("GET", f"/dhcp/10.0.0.0/ip/{Leases.ip(i)}")
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                break
        most = max(most, lookups)
    return most


def replaced(ours, pki, leases):
    """Milliseconds of the longest lookup while another file takes the place of the leases file, five times."""
    kept(ours, pki, f"/dhcp/10.0.0.0/ip/{Leases.ip(7)}", 3000)
    longest = []
    for i in range(5):
        following = leases.directory / "next.leases"
        Leases.write(following, 200_000, f"again{i}-")
        words = [WORK / "load", "kept", "127.0.0.1", ours.port, f"/dhcp/10.0.0.0/ip/{Leases.ip(7)}", "seconds=4", "count=1000000",
                 *pki.words()]
        readers = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        following.rename(leases.file)
        told = dict(word.split("=") for word in readers.communicate(timeout=30)[0].split())
        if told["errors"] != "0":
            raise Trouble(f"{told['errors']} lookups failed while the file was replaced")
        longest.append(float(told["max"]))
    return statistics.median(longest)


MILLION = {}


def million(name):
    if not MILLION:
        pki = Pki("rsa2048")
        leases = Leases(1_000_000)
        ours = daemon(pki, leases.settings())
        MILLION["start"] = ours.start_time
        time.sleep(5)
        MILLION["memory"] = ours.memory()
        path = f"/dhcp/10.0.0.0/ip/{Leases.ip(777_777)}"
        kept(ours, pki, path, 3000)
        MILLION["lookup"] = kept(ours, pki, path, 2000)["p50"]
        leases.file.unlink()
    return MILLION[name], None


def tftp_reads(window, count=40):
    """Megabytes per second of a file of 8 MB, blocks of 1428 bytes; the limit, which knows no windows, in lockstep."""
    megabytes = 8
    root = WORK / "tftproot"
    root.mkdir(exist_ok=True)
    (root / "linux").write_bytes(os.urandom(megabytes * 1_000_000))
    for path in (WORK, root):
        path.chmod(0o755)
    port, settings = tftp(root)
    daemon(Pki("rsa2048"), settings)
    limit = TftpdHpa(root)
    time.sleep(0.5)

    def reads(server_port, **options):
        return load("tftp", server_port, "linux", count=count, clients=1, blksize=1428, **options)["rate"] * megabytes

    reads(port, window=window)
    return alternate(ROUNDS, lambda: reads(port, window=window), lambda: reads(limit.port))


def boot_server(name, settings="", **more):
    """Ours with a root of one file that firmware may read; where the file is."""
    root = WORK / "tftproot"
    root.mkdir(exist_ok=True)
    for path in (WORK, root):
        path.chmod(0o755)
    with open(root / name, "wb") as out:
        part = os.urandom(1_000_000)
        for _ in range(1000):
            out.write(part)
    return root, daemon(Pki("rsa2048"), {**embedded(), "httpboot.yml": f"---\n:enabled: true\n:root_dir: {root}\n"}, settings, **more)


def http_boot(secure):
    """Megabytes per second of a file of 1 GB in the page cache, read by one client."""
    pki = Pki("rsa2048")
    plain = free_port()
    root, ours = boot_server("image", f":http_port: {plain}\n")
    try:
        limit = Nginx(pki, free_port(), "", root)
        time.sleep(0.5)

        def reads(server_port):
            return load("file", server_port, "/httpboot/image", count=2, clients=1, tls=pki.words() if secure else [])["rate"] * 1000

        ports = (ours.port, limit.port) if secure else (plain, limit.plain)
        for port in ports:
            reads(port)
        return alternate(5, lambda: reads(ports[0]), lambda: reads(ports[1]))
    finally:
        (root / "image").unlink()


def http_boot_memory(clients=100):
    """Megabytes that many readers add, at most, to what was resident before."""
    pki = Pki("rsa2048")
    root, ours = boot_server("image", environment=SMALL_HEAP)
    try:
        load("file", ours.port, "/httpboot/image", count=1, clients=1, tls=pki.words())
        before = ours.memory()
        words = [WORK / "load", "file", "127.0.0.1", ours.port, "/httpboot/image", "seconds=10", f"count={clients}", f"clients={clients}",
                 *pki.words()]
        readers = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL)
        most = before
        while readers.poll() is None:
            time.sleep(0.1)
            most = max(most, ours.memory())
        return most - before, None
    finally:
        (root / "image").unlink()


def configs(count=1000):
    """Files of PXELINUX per second, each on disk when it is answered."""
    pki = Pki("rsa2048")
    root = WORK / "tftproot"
    root.mkdir(exist_ok=True)
    directory = WORK / "raw"
    _, settings = tftp(root)
    ours = daemon(pki, settings)

    def raw():
        shutil.rmtree(directory, ignore_errors=True)  # of a run that was interrupted
        directory.mkdir()
        rate = load("writes", 0, directory, count=count)["rate"]
        shutil.rmtree(directory)
        return rate

    def rest():
        rate = load("configs", ours.port, "02:00:00:00", count=count, clients=1, tls=pki.words())["rate"]
        shutil.rmtree(root / "pxelinux.cfg")
        return rate

    for _ in range(3):
        rest()
    return alternate(ROUNDS, rest, raw)


def crowd():
    pki = Pki("rsa2048")
    ours = daemon(pki)
    get(ours, pki, WARM_UP, 8)

    def newcomer():
        return get(ours, pki, 200, 1)["p95"]

    def amid():
        words = [WORK / "load", "crowd", "127.0.0.1", ours.port, "/features", "seconds=60", "silent=1000", "slow=100", *pki.words()]
        crowd = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if crowd.stdout.readline() != "ready=1\n":
                raise Trouble("the crowd did not get in")
            return newcomer()
        finally:
            crowd.communicate("end\n")

    return alternate(ROUNDS, amid, newcomer)


QUICK_COMPILER = "-XX:TieredStopAtLevel=1"


def start():
    if about["no archive"]:
        raise Trouble(about["no archive"])
    pki = Pki("rsa2048")
    quick = False

    def once(environment):
        nonlocal quick
        server = daemon(pki, environment=environment)
        quick = server.has_flag(QUICK_COMPILER)
        server.stop()
        return server.start_time

    def with_archive():
        return once({})

    def without():
        # Without its cache the launcher does not know what fits the crypto engine either: the same flags are given by hand.
        options = os.environ.get("SMART_PROXY_JAVA_OPTS", "") + (" " + QUICK_COMPILER if quick else "")
        return once({**NO_ARCHIVE, "SMART_PROXY_JAVA_OPTS": options})

    with_archive()
    return alternate(7, with_archive, without)


memories = {}


def memory(crypto, loaded):
    """Both figures of an engine come from one start."""
    if crypto not in memories:
        known = ":crypto:" in (ROOT / "config" / "settings.yml").read_text()
        if not known and crypto == "native":
            raise Trouble("no native crypto in this tree")
        pki = Pki("rsa2048")
        # The flags in the cache fit the native engine; where there is none, the safe ones hold.
        ours = daemon(pki, settings=f":crypto: {crypto}\n" if known else "", environment=NO_ARCHIVE if crypto == "jdk" else {})
        time.sleep(5)  # what the start still does beside
        idle = ours.memory()
        get(ours, pki, 10_000, 8, 180)
        memories[crypto] = idle, ours.memory()
    return memories[crypto][loaded], None


# ---- the gateway to Pulp, beside nginx as a proxy before the same server ----

def gateways(content, api=None):
    """Ours and nginx, both before that server."""
    pki = Pki("rsa2048")
    ours = daemon(pki, gateway(api or content, content))
    limit = NginxProxy(pki, free_port(), content)
    first_answer(limit, pki)
    return pki, ours, limit


def relay_large():
    """Megabytes per second of a file of 1 GB."""
    pki, ours, limit = gateways(Files().url)

    def download(server):
        return kept(server, pki, "/pulp/content/large", 1)["rate"] * Files.SIZES["large"] / 1e6

    for server in (ours, limit):
        download(server)
    return alternate(5, lambda: download(ours), lambda: download(limit))


def relay_small():
    pki, ours, limit = gateways(Files().url)

    def downloads(server, count=15_000):
        return kept(server, pki, "/pulp/content/small", count, 16)["rate"]

    for _ in range(2):
        downloads(ours, 30_000)
    downloads(limit)
    return alternate(5, lambda: downloads(ours), lambda: downloads(limit))


def make_pulp():
    """Installs the lab's Pulp where there is none; without it a row fails and says why."""
    try:
        run([ROOT / "lab" / "pulp" / "install.sh"], 900)
        about["no pulp"] = ""
    except Trouble as e:
        about["no pulp"] = str(e)


def relay_pulp():
    if about["no pulp"]:
        raise Trouble(about["no pulp"])
    pulp = Pulp()
    pki, ours, limit = gateways(pulp.content, pulp.api)

    def downloads(server, count=300):  # Pulp itself gives out some 30 files a second
        return kept(server, pki, Pulp.PATH, count, 8)["rate"]

    downloads(limit)
    downloads(ours)
    return alternate(3, lambda: downloads(ours), lambda: downloads(limit))


def relay_heap():
    """Megabytes of the heap that live amid 200 downloads, the most of ten looks, in a heap of 64 MB."""
    content = Files().url
    pki = Pki("rsa2048")
    ours = daemon(pki, gateway(content, content), environment=SMALL_HEAP)
    words = [WORK / "load", "kept", "127.0.0.1", ours.port, "/pulp/content/middle", "seconds=90", "count=600", "clients=200", *pki.words()]
    downloads = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True)
    looks = []
    try:
        time.sleep(1)
        while downloads.poll() is None and len(looks) < 10:
            looks.append(ours.live_heap())
        told = dict(word.split("=") for word in downloads.communicate(timeout=120)[0].split())
    finally:
        downloads.kill()
    if told["errors"] != "0" or told["requests"] != "600":
        raise Trouble(f"of 600 downloads {told['requests']} went well: {ours.last_words()}")
    return max(looks), None


def relay_hang():
    """Milliseconds of the 99th percentile of /features while 64 clients wait for a Pulp that says nothing, and while none does."""
    pki = Pki("rsa2048")
    silent = Silent()
    ours = daemon(pki, gateway(silent.url, silent.url))
    get(ours, pki, WARM_UP, 8)

    def asked():
        return get(ours, pki, 500, 1)["p99"]

    def while_it_hangs():
        before = silent.asked
        words = [WORK / "load", "kept", "127.0.0.1", ours.port, "/pulp/content/x", "seconds=60", "count=1000", "clients=64", *pki.words()]
        waiting = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 30
            while silent.asked < before + 64:
                if time.monotonic() > until:
                    raise Trouble(f"only {silent.asked - before} of 64 requests reached the server that hangs")
                time.sleep(0.05)
            return asked()
        finally:
            waiting.kill()
            waiting.wait()

    return alternate(5, while_it_hangs, asked)


FIGURES = {
    "tls-rsa2048": lambda: tls_warm("rsa2048"),
    "tls-rsa4096": lambda: tls_warm("rsa4096", warm_up=1500, count=300),
    "tls-p256": lambda: tls_warm("p256"),
    "tls-cold": tls_cold,
    "latency": latency,
    "concurrency": concurrency,
    "dns-1": lambda: dns(1),
    "dns-8": lambda: dns(8),
    "dhcp-1": lambda: dhcp(1),
    "dhcp-8": lambda: dhcp(8),
    "dhcp-list": lambda: fifty_thousand("list"),
    "dhcp-unused": lambda: fifty_thousand("unused"),
    "leases-cpu": lambda: two_hundred_thousand("cpu"),
    "leases-start": lambda: two_hundred_thousand("start"),
    "leases-memory": lambda: two_hundred_thousand("memory"),
    "leases-append": lambda: two_hundred_thousand("append"),
    "leases-replace": lambda: two_hundred_thousand("replace"),
    "million-start": lambda: million("start"),
    "million-memory": lambda: million("memory"),
    "million-lookup": lambda: million("lookup"),
    "tftp": lambda: tftp_reads(1),
    "tftp-window": lambda: tftp_reads(16),
    "tftp-configs": configs,
    "httpboot": lambda: http_boot(False),
    "httpboot-tls": lambda: http_boot(True),
    "httpboot-memory": http_boot_memory,
    "crowd": crowd,
    "start": start,
    "memory-idle": lambda: memory("native", 0),
    "memory-load": lambda: memory("native", 1),
    "memory-idle-jdk": lambda: memory("jdk", 0),
    "memory-load-jdk": lambda: memory("jdk", 1),
    "relay-large": relay_large,
    "relay-small": relay_small,
    "relay-pulp": relay_pulp,
    "relay-heap": relay_heap,
    "relay-hang": relay_hang,
}


# ---- the run ----

about = {}


def look_around():
    """What the figures depend on."""
    java = os.environ.get("SMART_PROXY_JAVA") or (os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java")
    version = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    about["machine"] = f"{os.cpu_count()} cores, {' '.join(cpu[1].split()) if cpu else os.uname().machine}, {memory:.0f} GB"
    about["jvm"] = re.search(r'version "([^"]+)"', version)[1]
    about["date"] = datetime.date.today().isoformat()
    about["engine"] = "-"
    about["no archive"] = make_archive()


def make_archive():
    """Has the launcher make its class-data archive, as an installation has one; else why there is none."""
    launcher = TREE / "bin" / "smart-proxy"
    if "SMART_PROXY_CACHE" not in launcher.read_text():
        return "no archive in this tree"
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        run([launcher, "archive"], 120, {"SMART_PROXY_CACHE": str(CACHE)})
    except Trouble as e:
        return str(e)
    return ""


def busy_cores(seconds=1.5):
    """How many cores are in use now, when nothing of ours runs."""
    def used():
        fields = list(map(int, pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]))
        return sum(fields) - fields[3] - fields[4]
    before = used()
    time.sleep(seconds)
    return (used() - before) / servers.TICKS / seconds


def shown(value, unit):
    return "-" if value is None else f"{value:.{0 if value >= 100 else 2}f}{unit}"


def measure(goal, until):
    """The row of a figure: name, ours, limit, ratio, goal, verdict."""
    try:
        if time.monotonic() > until:
            raise Trouble(f"{MINUTES} minutes were over")
        ours, limit = FIGURES[goal.name]()
        ratio = None if limit is None else ours / limit
        verdict = "ok" if goal.met(ours, ratio) else "short"
        row = [goal.name, shown(ours, goal.unit), shown(limit, goal.unit), shown(ratio, ""), str(goal), verdict]
    except Trouble as e:
        row = [goal.name, "-", "-", "-", str(goal), f"not measured: {e}"]
    finally:
        stop_all()
    return row + [about["date"], about["jvm"], about["engine"]]


def keep(rows):
    """Writes the results; figures that were not asked for keep their last ones."""
    kept = {}
    if RESULTS.exists():
        kept = {line.split("\t")[0]: line.split("\t") for line in RESULTS.read_text().splitlines()[1:]}
    kept.update({row[0]: row for row in rows})
    lines = ["name\tours\tlimit\tratio\tgoal\tverdict\tdate\tjvm\tengine"]
    lines += ["\t".join(kept[name]) for name in FIGURES if name in kept]
    RESULTS.write_text("\n".join(lines) + "\n")


def record(rows, noise):
    """Puts these figures into the document."""
    named = goals()
    table = [BEGIN, "",
             f"{about['date']}: {about['machine']}; Java {about['jvm']}, TLS by {rows[0][-1]}, "
             f"{'without' if about['no archive'] else 'with'} class-data archive; others used {noise:.2f} cores at most.",
             "", "| Name | Figure | Limit | Ours | Limit's | Ratio | Goal | |", "|---|---|---|---|---|---|---|---|"]
    for name, ours, limit, ratio, goal, verdict, *_ in rows:
        verdict = verdict.replace("|", "/")
        table.append(f"| `{name}` | {named[name].figure} | {named[name].limit} | {ours} | {limit} | {ratio} | {goal} | {verdict} |")
    text = DOCUMENT.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    DOCUMENT.write_text(head + "\n".join(table) + "\n\n" + END + tail)
    print(f"written to {DOCUMENT.relative_to(ROOT)}")


def usage(text):
    print(text, file=sys.stderr)
    sys.exit(64)


def main(arguments):
    named = goals()
    options = [word for word in arguments if word.startswith("-")]
    names = [word for word in arguments if not word.startswith("-")]
    if set(options) - {"--list", "--record", "--noisy"}:
        usage("usage: benchmarks/run.sh [--list] [--record [--noisy]] [NAME...]")
    if set(names) - set(FIGURES):
        usage(f"no such figure: {', '.join(sorted(set(names) - set(FIGURES)))}; there are: {' '.join(FIGURES)}")
    if "--record" in options and names:
        usage("--record writes all figures of one run; leave the names out")
    if "--list" in options:
        for goal in named.values():
            print("\t".join([goal.name, str(goal), goal.figure, goal.limit]))
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))
    noise = busy_cores()
    if "--record" in options and "--noisy" not in options and noise > BUSY:
        usage(f"{noise:.2f} cores are in use by something else: stop it, or record with --noisy")
    look_around()
    if not names or "relay-pulp" in names:
        make_pulp()
    until = time.monotonic() + MINUTES * 60
    rows = []
    for name in [name for name in FIGURES if not names or name in names]:
        row = measure(named[name], until)
        print("\t".join(row[:6]).expandtabs(16), flush=True)
        rows.append(row)
        noise = max(noise, busy_cores())
    keep(rows)
    if noise > BUSY:
        print(f"others used up to {noise:.2f} cores meanwhile: ratios of processor time hold, the others may not", file=sys.stderr)
    if "--record" in options:
        record(rows, noise)
    verdicts = [row[5] for row in rows]
    return 0 if set(verdicts) == {"ok"} else 1 if set(verdicts) <= {"ok", "short"} else 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        print(f"benchmarks: {trouble}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        stop_all()
