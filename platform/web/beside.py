"""A small server for few who ask, on a thread beside what a process is for."""

from __future__ import annotations

from socket import AF_INET6
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

#: How long whoever asks may take, in seconds.
PATIENCE = 10


class Answering(WSGIRequestHandler):
    """One who asks: not waited for long, and without a line in the log."""

    timeout = PATIENCE
    server_version, sys_version = "hanok", ""

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nobody wants to know."""

    def address_string(self) -> str:
        return str(self.client_address[0])  # without asking for its name


class Server(ThreadingMixIn, WSGIServer):
    """Answers each on a thread of its own."""

    daemon_threads = True

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # what is between would look up the name of this machine
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class Server6(Server):
    """The same on an address with colons."""

    address_family = AF_INET6


def beside(app: WSGIApplication, *, host: str, port: int) -> WSGIServer:
    """Serves the application on a thread. Raises OSError when the port cannot be opened."""
    kind = Server6 if ":" in host else Server
    server = make_server(host, port, app, server_class=kind, handler_class=Answering)
    Thread(target=server.serve_forever, name="hanok-beside", daemon=True).start()
    return server
