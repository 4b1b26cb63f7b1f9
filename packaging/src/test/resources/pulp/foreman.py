"""foreman.py PKI PORT: a Foreman that says in JSON what came to it, by whose certificate; others are not let in."""
import http.server
import json
import ssl
import sys


class Telling(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        subject = dict(pair for (pair,) in self.connection.getpeercert()['subject'])
        told = {'target': self.path, 'body': body.decode(), 'peer': subject['commonName'],
                'certificate': self.headers['X-RHSM-SSL-CLIENT-CERT'], 'headers': str(self.headers)}
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


pki, port = sys.argv[1], int(sys.argv[2])
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=f'{pki}/ca.pem')
context.verify_mode = ssl.CERT_REQUIRED
context.load_cert_chain(f'{pki}/server.pem', f'{pki}/server.key')
server = http.server.ThreadingHTTPServer(('127.0.0.1', port), Telling)
server.socket = context.wrap_socket(server.socket, server_side=True)
print('ready', flush=True)
server.serve_forever()
