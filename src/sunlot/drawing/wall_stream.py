"""The wall, live: server-sent events, each the part of the page that changed (HTML Living Standard, 9.2).

A stream keeps one of the server's threads, so there are few seats and each is given back after a while; the browser
comes again by itself. Who finds no seat asks every two seconds instead (wall_page.part) and shows the same.
"""

import threading
import time
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from sunlot.desk.views import desk_view
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from .finding import find
from .wall_page import now_shown

SEATS = 3  # of the threads of one server process (sunlot.site.server)
STAY = 20.0  # seconds
LOOK = 0.5  # seconds between two looks at the database
BEAT = 5.0  # seconds between two signs of life, which carry the server's clock

_seats = threading.BoundedSemaphore(SEATS)


@require_GET
@desk_view()
def stream(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponseBase:
    """`part` events with the wall's content whenever it changes, `beat` events with the server's time; 503 when full."""
    find(request, viewer, number)
    if not _seats.acquire(blocking=False):
        return HttpResponse(status=503)
    still = "still" in request.GET
    seen = request.headers.get("Last-Event-ID", request.GET.get("seen", ""))
    taken = _Stream(lambda: now_shown(request, find(request, viewer, number), still=still), seen)
    response = StreamingHttpResponse(taken, content_type="text/event-stream; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # nginx must not wait for more
    return response


class _Stream:
    """The events of one seat; whoever serves it calls `close`, however it ends (PEP 3333)."""

    def __init__(self, look: Callable[[], tuple[str, Callable[[], str]]], seen: str) -> None:
        self._look = look
        self._seen = seen
        self._taken = True

    def __iter__(self) -> Iterator[str]:
        ends, beat = time.monotonic() + STAY, 0.0
        yield "retry: 500\n\n"
        while time.monotonic() < ends:
            version, content = self._look()
            if version != self._seen:
                self._seen = version
                yield _event("part", content(), version)
            if time.monotonic() >= beat:
                beat = time.monotonic() + BEAT
                yield _event("beat", str(int(clock.now().timestamp() * 1000)))
            time.sleep(LOOK)

    def close(self) -> None:
        """Give the seat back, once."""
        if self._taken:
            self._taken = False
            _seats.release()


def _event(name: str, data: str, id_: str = "") -> str:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{f'id: {id_}' if id_ else ':'}\n{lines}\n"
