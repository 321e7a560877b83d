"""`make test`: every test on SQLite, and on PostgreSQL too, where one answers, every test that uses a database; how pages look
(marked `looks`) is the same on both and tested once.

What is left out is said in one visible line at the end, never silently. `SUNLOT_TEST_POSTGRES` names another PostgreSQL than the
one at 127.0.0.1:5432, or `off`; `SUNLOT_TEST_COMPLETE=1` (CI) turns anything left out into a failure.
"""

import os
import shutil
import socket
import subprocess
import sys

from .chromium import find_chromium

DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def postgres_url() -> str | None:
    """The PostgreSQL to test on, or None."""
    named = os.environ.get("SUNLOT_TEST_POSTGRES", "")
    if named:
        return None if named == "off" else named
    try:
        socket.create_connection(("127.0.0.1", 5432), timeout=1).close()
    except OSError:
        return None
    return DEFAULT_POSTGRES


def run(arguments: list[str], **environment: str) -> int:
    """Run pytest in parallel with these settings; returns its exit status."""
    workers = [] if any(argument.startswith("-n") for argument in arguments) else ["-n", "auto"]
    command = [sys.executable, "-m", "pytest", *workers, "--dist", "loadgroup", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def main() -> int:
    """Run both halves; the status is that of the first that failed."""
    arguments = sys.argv[1:]
    left_out = []
    print("== SQLite ==", flush=True)
    status = run(arguments, SUNLOT_DATABASE_URL="")
    url = postgres_url()
    if url:
        print("== PostgreSQL: all that uses a database, but for how pages look ==", flush=True)
        also = run(arguments, SUNLOT_DATABASE_URL=url, SUNLOT_TEST_ONLY="database", SUNLOT_TEST_RUN=str(os.getpid()))
        status = status or also  # the second database is tested even where the first failed
    else:
        left_out.append("PostgreSQL (no server answers at 127.0.0.1:5432; SUNLOT_TEST_POSTGRES names another)")
    if find_chromium() is None:
        left_out.append("browser tests (no chromium found)")
    if shutil.which("pdftotext") is None:
        left_out.append("reading PDFs back (no pdftotext found; Debian's poppler-utils has it)")
    if left_out:
        print(f"LEFT OUT: {'; '.join(left_out)}", flush=True)
        if os.environ.get("SUNLOT_TEST_COMPLETE"):
            return status or 1
    return status


if __name__ == "__main__":
    sys.exit(main())
