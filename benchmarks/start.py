"""How long `sunlot` takes to start, against a Python that does nothing. Aim: under 0.15 s for the fastest of ten."""

import subprocess
import sys
import time

ROUNDS = 10
AIM = 0.15  # seconds


def main() -> int:
    """Measure both, print them; the status is 1 when the aim is missed."""
    bare = _fastest([sys.executable, "-c", "pass"])
    own = _fastest([sys.executable, "-m", "sunlot.cli", "nonce", "--draw", "d", "--attempt", "1", "--contributor", "c"])
    print(
        f"python -c pass {bare * 1000:.0f} ms; sunlot nonce {own * 1000:.0f} ms, {own / bare:.1f} ×; aim {AIM * 1000:.0f} ms"
    )
    return 0 if own < AIM else 1


def _fastest(command: list[str]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
