#!/usr/bin/env python3
"""Sends the requests of an exchanges file again, in order, and writes what comes back.

  record.py EXCHANGES OUT      inside the namespace: env.sh exec python3 record.py ...

Environment: ROOT (pki/, log/), ENVSH (env.sh, for the cases that stop a backend), PROXYLOG ($ROOT/log/proxy.log).
Each request is written byte for byte on a connection of its own, so that the order and case of headers are those of the
recording. Side effects are found by comparing before and after: the zones, by transfer, what dhcpd wrote into its leases file,
the files below the TFTP root, and the lines of the daemon's log.
README.md explains the fields of a line.
"""
import base64
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
import warnings

warnings.simplefilter('ignore')  # old TLS versions are asked for on purpose
ROOT = os.environ['ROOT']
RECORDED_ROOT = '/srv/baseline'  # as the texts of the recording spell it; ours are written so too
HOST, PORTS = '127.0.0.1', {'https': 9090, 'http': 8000}
LOG = os.environ.get('PROXYLOG', ROOT + '/log/proxy.log')
LEASES = ROOT + '/state/dhcp/dhcpd.leases'
ZONES = ['example.com', '2.0.192.in-addr.arpa', '8.b.d.0.1.0.0.2.ip6.arpa']


def text_or_base64(data):
    try:
        return {'body': data.decode('utf-8')}
    except UnicodeDecodeError:
        return {'body_b64': base64.b64encode(data).decode()}


class Zones:
    """Records of the zones, but for the SOA, whose serial says nothing new."""

    def __init__(self):
        self.records = set()
        for zone in ZONES:
            answer = subprocess.run(
                ['dig', '@127.0.0.1', zone, 'axfr', '+time=2', '+tries=1', '+nostats', '+nocmd', '+nocomments'],
                capture_output=True, text=True).stdout
            self.records |= {re.sub(r'\s+', ' ', line) for line in answer.splitlines()
                             if line.strip() and not line.startswith(';') and '\tSOA\t' not in line}

    def change_to(self, later):
        change = {'dns_added': sorted(later.records - self.records), 'dns_removed': sorted(self.records - later.records)}
        return {key: records for key, records in change.items() if records}


class Leases:
    """Where dhcpd's leases file ends; dhcpd puts another one in its place when it starts, and now and then."""

    def __init__(self):
        status = os.stat(LEASES)
        self.inode, self.size = status.st_ino, status.st_size

    def change_to(self, later):
        if later.inode != self.inode:
            return {'leases_file': 'rewritten by dhcpd (new inode)'}
        if later.size <= self.size:
            return {}
        with open(LEASES, 'rb') as file:
            file.seek(self.size)
            return {'leases_appended': file.read(later.size - self.size).decode('latin-1')}


class Files:
    """What is below the TFTP root: directories end in a slash, links count as what they lead to."""

    def __init__(self):
        root, self.files = ROOT + '/state/tftp', {}
        for directory, directories, files in os.walk(root):
            for one in directories:
                self.files[os.path.relpath(os.path.join(directory, one), root) + '/'] = b''
            for one in files:
                path = os.path.join(directory, one)
                try:
                    with open(path, 'rb') as file:
                        content = file.read() if os.path.isfile(path) else b'<unreadable>'
                except OSError:
                    content = b'<unreadable>'
                self.files[os.path.relpath(path, root)] = content

    def change_to(self, later):
        def shown(content):
            try:
                text = content.decode('utf-8')
            except UnicodeDecodeError:
                return {'b64': base64.b64encode(content).decode()[:2000]}
            return text if len(text) < 2000 else text[:100] + '...<%d bytes>' % len(content)

        change = {
            'files_added': {path: shown(content) for path, content in later.files.items() if path not in self.files},
            'files_changed': {path: shown(content) for path, content in later.files.items()
                              if path in self.files and self.files[path] != content},
            'files_removed': sorted(path for path in self.files if path not in later.files)}
        return {key: files for key, files in change.items() if files}


class Log:
    """Where the daemon's log ends."""

    def __init__(self):
        self.size = os.path.getsize(LOG) if os.path.exists(LOG) else 0

    def change_to(self, later):
        if later.size <= self.size:
            return {'log': []}
        with open(LOG, 'rb') as file:
            file.seek(self.size)
            lines = file.read(later.size - self.size).decode('utf-8', 'replace').splitlines()
        return {'log': [line[:600] for line in lines if re.match(r'\d{4}-\d\d-\d\dT', line)][:40]}


OBSERVERS = {'dns': Zones, 'leases': Leases, 'files': Files}  # what run.observe may name


def observe(names):
    return [OBSERVERS[name]() for name in names] + [Log()]


def tls_context(request):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(ROOT + '/pki/ca.pem')
    limits = request.get('tls') or {}
    if limits.get('max'):
        old = limits['max'] in ('TLSv1', 'TLSv1_1')
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED if old else ssl.TLSVersion.TLSv1_2
        context.maximum_version = getattr(ssl.TLSVersion, limits['max'])
    if limits.get('min'):
        context.minimum_version = getattr(ssl.TLSVersion, limits['min'])
    if limits.get('ciphers'):
        context.set_ciphers(limits['ciphers'])
    if request.get('cert'):
        context.load_cert_chain('%s/pki/%s.pem' % (ROOT, request['cert']), '%s/pki/%s.key' % (ROOT, request['cert']))
    return context


def request_bytes(request):
    if request.get('raw_b64'):
        return base64.b64decode(request['raw_b64'])
    body = base64.b64decode(request['body_b64']) if request.get('body_b64') else (request.get('body') or '').encode()
    line = '%s %s HTTP/%s\r\n' % (request['method'], request['target'], request.get('http_version', '1.1'))
    headers = ''.join('%s: %s\r\n' % (name, value) for name, value in request['headers'])
    return (line + headers + '\r\n').encode() + body


class Answers:
    """Reads answers one after the other from a connection."""

    def __init__(self, connection, timeout):
        self.connection, self.timeout, self.buffer = connection, timeout, b''

    def more(self):
        self.connection.settimeout(max(0.05, self.deadline - time.time()))
        data = self.connection.recv(65536)
        self.buffer += data
        return bool(data)

    def until(self, count):
        while len(self.buffer) < count and self.more():
            pass
        whole = len(self.buffer) >= count
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data, whole

    def line(self):
        while b'\r\n' not in self.buffer:
            if not self.more():
                return None
        line, self.buffer = self.buffer.split(b'\r\n', 1)
        return line

    def next(self, method):
        """One answer as the recording writes it; an interim 100 comes as an answer of its own."""
        self.deadline = time.time() + self.timeout
        while b'\r\n\r\n' not in self.buffer:
            if not self.more():
                raw, self.buffer = self.buffer, b''
                return {'raw': raw.decode('latin-1'), 'end': 'eof'}
        head, self.buffer = self.buffer.split(b'\r\n\r\n', 1)
        first, *lines = head.decode('latin-1').split('\r\n')
        headers = [line.split(': ', 1) if ': ' in line else [line.rstrip(':'), ''] for line in lines]
        version, code, reason = (first.split(' ', 2) + ['', ''])[:3]
        if code == '100':
            return {'status_line': first}
        body, framing = self.body(method, code, {name.lower(): value for name, value in headers})
        answer = {'status': int(code) if code.isdigit() else None, 'reason': reason, 'http_version': version, 'headers': headers}
        answer.update(text_or_base64(body))
        for key in ('body', 'body_b64'):
            if len(answer.get(key, '')) > 60000:
                answer[key] = answer[key][:2000] + '...<%d bytes>' % len(body)
        answer['framing'] = framing
        return answer

    def body(self, method, code, headers):
        if method == 'HEAD' or code in ('204', '304'):
            return b'', 'no-body'
        if headers.get('transfer-encoding') == 'chunked':
            return self.chunks()
        if 'content-length' in headers:
            body, whole = self.until(int(headers['content-length']))
            return body, 'content-length' if whole else 'eof-short'
        while self.more():
            pass
        body, self.buffer = self.buffer, b''
        return body, 'close'

    def chunks(self):
        body = b''
        while True:
            size = self.line()
            if size is None:
                return body, 'eof'
            count = int(size.split(b';')[0], 16)
            chunk, whole = self.until(count + 2)
            body += chunk[:count]
            if not whole:
                return body, 'eof'
            if count == 0:
                return body, 'chunked'


def exchange(request, run):
    """Sends one request; what came back, as the recording writes it."""
    timeout = run.get('timeout', 30)
    response, connection, started = {}, None, time.time()
    try:
        connection = socket.create_connection((HOST, PORTS[request['scheme']]), timeout=timeout)
        if request['scheme'] == 'https':
            try:
                connection = tls_context(request).wrap_socket(connection, server_hostname='proxy.example.com')
                response['tls'] = {'version': connection.version(), 'cipher': connection.cipher()[0]}
            except OSError as error:
                response['tls_error'] = 'handshake: %s' % error
                raise
        started, data = time.time(), request_bytes(request)
        split = run.get('split', len(data))
        connection.sendall(data[:split])
        if data[split:]:
            time.sleep(run.get('split_delay', 0.2))
            connection.sendall(data[split:])
        answers, wanted, got = Answers(connection, timeout), run.get('responses', 1), []
        for _ in range(wanted):
            got.append(answers.next(request['method']))
            if 'status_line' in got[-1]:
                got.append(answers.next(request['method']))
        if wanted == 1 and len(got) == 1:
            response.update(got[0])
        else:
            response['responses'] = got
    except (OSError, ValueError) as error:  # a value error: framing that cannot be read
        if 'tls_error' not in response:
            response['io_error'] = '%s: %s' % (type(error).__name__, error)
    finally:
        response['elapsed_ms'] = round((time.time() - started) * 1000, 1)
        if connection is not None:
            say_goodbye(connection, response)
    return response


def say_goodbye(connection, response):
    try:
        if isinstance(connection, ssl.SSLSocket) and 'status' in response:
            connection.settimeout(0.3)
            connection.unwrap()
    except (OSError, ValueError):
        pass
    connection.close()


def act(line, when):
    for action in line['run'].get(when, []):
        if action.get('sh') and subprocess.run(action['sh'], shell=True, cwd=ROOT, executable='/bin/bash').returncode:
            sys.exit('%(module)s/%(case)s: ' % line + '%s failed: %s' % (when, action['sh']))
        time.sleep(action.get('sleep', 0))


def replay(line):
    run = line['run']
    act(line, 'before')
    before = observe(run.get('observe', []))
    response = exchange(line['request'], run)
    time.sleep(run.get('settle_ms', 0) / 1000)
    effects = {}
    for earlier, later in zip(before, observe(run.get('observe', []))):
        effects.update(earlier.change_to(later))
    act(line, 'after')
    return dict(line, response=response, side_effects=effects)


def main():
    source, target = sys.argv[1:]
    with open(source, encoding='utf-8') as lines, open(target, 'w', encoding='utf-8') as out:
        for line in lines:
            out.write(json.dumps(replay(json.loads(line)), ensure_ascii=False).replace(ROOT, RECORDED_ROOT) + '\n')
            out.flush()


main()
