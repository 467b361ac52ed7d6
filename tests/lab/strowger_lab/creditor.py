"""Who keeps the callers' accounts: an HTTP server that answers credit_url's questions as a test says."""
import http.server
import json
import socket
import threading
import time

from . import sockets


class Creditor:
    """`answer`: of a question (a dict) the status and the body, or None: nothing ever comes. All questions stay in `questions`."""

    def __init__(self, namespace="core", address="10.20.0.11", port=8090):
        self.questions, self.tokens, self.connections = [], set(), []
        self.answer = lambda question: (200, {"grant_s": 60})
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                outer.connections.append(self.connection)

            def do_POST(self):
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.tokens.add(self.headers.get("Authorization"))
                outer.questions.append(question)
                said = outer.answer(question)
                if said is None:
                    time.sleep(4)
                    self.close_connection = True
                    return
                body = json.dumps(said[1]).encode()
                self.send_response(said[0])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((address, port), Handler, bind_and_activate=False)
        self.server.daemon_threads = True
        self.server.socket.close()
        self.server.socket = sockets.bound(namespace, socket.SOCK_STREAM, address, port)
        self.server.socket.listen(16)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def of(self, event):
        return [q for q in self.questions if q["event"] == event]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:  # or one that was kept would go on answering
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
