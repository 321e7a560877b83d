"""How long the main pages take on the demonstration city, against the page that only asks the database whether it is there.

Whole requests through Django's handler in one process: middleware, queries, templates; no network. The median of
seven after one to warm up. Aim: every page under 100 ms.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

ROUNDS = 7
AIM = 0.1  # seconds
PUBLIC = ["/", "/items/", "/plans/", "/draws/", "/draws/150300-{year}-0004/", "/results/", "/enterprises/", "/verify/"]
DESK = [
    "/desk/", "/desk/catalogue/", "/desk/registry/objects/", "/desk/registry/objects/?q=szh", "/desk/registry/inspectors/",
    "/desk/planning/", "/desk/drawing/", "/desk/inspecting/", "/desk/publishing/",
]  # fmt: skip


def main() -> int:
    """Fill a demonstration, measure, print a table; the status is 1 when a page misses the aim."""
    with tempfile.TemporaryDirectory(prefix="sunlot-bench-") as folder:
        os.environ.update(
            SUNLOT_DATA=folder, DJANGO_SETTINGS_MODULE="sunlot.site.settings", SUNLOT_PUBLIC_URL="http://127.0.0.1"
        )
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.test import Client

        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # filling is not what is measured
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        from sunlot.norms import clock
        from sunlot.organisations.models import User
        from sunlot.site import demo

        started = time.perf_counter()
        demo.fill(lambda _: None)
        print(f"filled in {time.perf_counter() - started:.1f} s")
        public, clerk = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
        clerk.force_login(User.objects.get(username="wuye"), backend="django.contrib.auth.backends.ModelBackend")
        floor = _median(lambda: public.get("/health/ready"))
        print(f"{floor * 1000:7.1f} ms  /health/ready (the floor)")
        pages = [(public, path.format(year=clock.today().year)) for path in PUBLIC] + [(clerk, path) for path in DESK]
        slowest = max(_measure(client, path, floor) for client, path in pages)
    print(f"slowest page {slowest * 1000:.0f} ms, {slowest / floor:.0f} × the floor; aim {AIM * 1000:.0f} ms")
    return 0 if slowest < AIM else 1


def _measure(client: object, path: str, floor: float) -> float:
    def ask() -> None:
        answer = client.get(path)  # type: ignore[attr-defined]  # django.test.Client
        assert answer.status_code == 200, f"{path}: {answer.status_code}"

    took = _median(ask)
    print(f"{took * 1000:7.1f} ms  {took / floor:5.1f} ×  {path}")
    return took


def _median(act: Callable[[], object]) -> float:
    act()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
