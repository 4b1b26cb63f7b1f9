#!/usr/bin/env python3
"""callback.py ADDRESS PORT LOG: stands for the Foreman that a guest calls when it is installed; writes "CLIENT PATH" for each call."""
import http.server
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[3], "a", encoding="utf-8") as log:
            log.write(f"{self.client_address[0]} {self.path}\n")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"built\n")

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
