"""The server that boot files come from: files.py PORT. Each path below /boot holds its own name; /boot/missing is not there."""
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Files(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path.startswith('/boot/') and self.path != '/boot/missing'
        body = ('BOOTFILE %s\n' % self.path if found else 'not found\n').encode()
        self.send_response(200 if found else 404)
        self.send_header('Content-Length', str(len(body)))
        if found:
            self.send_header('Last-Modified', 'Wed, 01 Jan 2020 10:00:00 GMT')
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Files).serve_forever()
