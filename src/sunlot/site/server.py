"""`sunlot serve`: migrations, static files, Granian, and the worker beside it."""

import os
import socket
import subprocess
import sys
import threading
import time

from django.conf import settings
from django.core.management import call_command
from granian import Granian
from granian.constants import Interfaces

BLOCKING_THREADS = (
    12  # requests that one process answers at a time; they wait for the database most of the time, three for walls
)
MOST_PROCESSES = 64
RESTART_PAUSE = 2.0  # seconds before a worker that died is started again


def address() -> tuple[str, int]:
    """Host and port of SUNLOT_LISTEN. Raises SystemExit with how to write it where it is malformed."""
    host, _, port = settings.SUNLOT_LISTEN.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise SystemExit(
            f"SUNLOT_LISTEN={settings.SUNLOT_LISTEN!r} is no address; write host:port, e.g. 127.0.0.1:8000"
        )
    return host.strip("[]"), int(port)


def processes() -> int:
    """The number of SUNLOT_WORKERS. Raises SystemExit with how to write it where it is none."""
    given = os.environ.get("SUNLOT_WORKERS", "1")
    if not given.isdecimal() or not 1 <= int(given) <= MOST_PROCESSES:
        raise SystemExit(f"SUNLOT_WORKERS={given!r} is no number of processes; write 1 to {MOST_PROCESSES}")
    return int(given)


def port_is_free() -> bool:
    """Whether the address of SUNLOT_LISTEN can be listened on."""
    host, port = address()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def port_taken_message() -> str:
    """What to do when the port is taken."""
    host, port = address()
    return (
        f"{host}:{port} is taken by another program, or is no address of this machine. 端口已被占用。\n"
        f"Stop that program, or listen elsewhere: SUNLOT_LISTEN=127.0.0.1:{min(port + 1, 65535)} make run"
    )


def serve(*, with_worker: bool) -> int:
    """Serve until interrupted; returns the exit status. The worker is started again when it dies."""
    if not port_is_free():
        print(port_taken_message(), file=sys.stderr)
        return 1
    workers = processes()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    host, port = address()
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(stopping,), daemon=True)
    if with_worker:
        keeper.start()
    print(f"阳光摇号 http://{settings.SUNLOT_LISTEN}/ (stop with Ctrl-C)", flush=True)
    try:
        Granian(
            "sunlot.site.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=BLOCKING_THREADS,
            websockets=False,
            # Its warnings are advice on the threads, which are chosen above. granian takes the word as well as its enum.
            log_level="error",  # type: ignore[arg-type]
            respawn_failed_workers=True,
        ).serve()
    finally:
        stopping.set()
        if with_worker:
            keeper.join(timeout=10)
    return 0


def _keep_worker(stopping: threading.Event) -> None:
    """Run `sunlot worker` as a process of its own, again whenever it dies, until `stopping`."""
    while not stopping.is_set():
        with subprocess.Popen([sys.executable, "-m", "sunlot.cli", "worker", "--follow", str(os.getpid())]) as process:
            while process.poll() is None and not stopping.wait(0.2):
                pass
            if process.poll() is None:
                process.terminate()
        if not stopping.is_set():
            time.sleep(RESTART_PAUSE)
