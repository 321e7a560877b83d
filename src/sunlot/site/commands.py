"""The commands of `sunlot` that need Django (docs/operations.md); `sunlot.cli` calls `run`."""

import argparse
import json
import os
import sys
from collections.abc import Callable

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

Handler = Callable[[list[str]], int]


def run(name: str, argv: list[str]) -> int:
    """Set Django up and run the command `name`; returns the exit status (0 done, 1 refused, 2 wrong usage)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sunlot.site.settings")
    try:
        if name != "manage":  # Django's own commands set it up themselves
            _set_up()
        return HANDLERS[name](argv)
    except ImproperlyConfigured as error:
        return _refuse(str(error))
    except OperationalError as error:
        return _refuse(f"the database does not answer: {_first_line(error)}. SUNLOT_DATABASE_URL names it.")


def _set_up() -> None:
    """Django with its settings. Raises ImproperlyConfigured for those that can't be used."""
    try:
        django.setup()
    except OSError as error:
        raise ImproperlyConfigured(f"the data folder can't be used: {error}. SUNLOT_DATA names another.") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def _parser(name: str, about: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"sunlot {name}", description=about)


def _serve(argv: list[str]) -> int:
    from . import server

    parser = _parser("serve", "Migrate the database, serve with Granian and run the worker beside it.")
    parser.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere (`sunlot worker`)")
    options = parser.parse_args(argv)
    return server.serve(with_worker=not options.no_worker)


def _worker(argv: list[str]) -> int:
    from . import worker

    parser = _parser("worker", "Run the background worker; any number may run.")
    parser.add_argument(
        "--follow", type=int, metavar="PID", help="stop when this process, the one that started it, is gone"
    )
    return worker.work(parser.parse_args(argv).follow)


def _init(argv: list[str]) -> int:
    from sunlot.catalogue import seed
    from sunlot.organisations import actions, wuhai
    from sunlot.organisations.viewer import SYSTEM, Refused

    _parser("init", "Prepare an empty installation: its three administrators, passwords shown once.").parse_args(argv)
    _migrate()
    try:
        wuhai.load(SYSTEM)
        made = actions.make_first_administrators(SYSTEM)
        seed.load_words(SYSTEM)
    except Refused as refusal:
        return _refuse(str(refusal))
    for username, role, password in made:
        print(f"{role}\t{username}\t{password}")
    print("口令只显示这一次，首次登录后须修改。", file=sys.stderr)
    return 0


def _demo(argv: list[str]) -> int:
    from sunlot.organisations.viewer import Refused

    from . import demo, server

    parser = _parser("demo", "Fill an empty installation with the demonstration city (idempotent).")
    parser.add_argument("--accounts", action="store_true", help="print its people as JSON")
    options = parser.parse_args(argv)
    if not options.accounts and not server.port_is_free():
        return _refuse(server.port_taken_message())
    _migrate()
    try:
        if options.accounts:
            print(json.dumps(demo.accounts(), ensure_ascii=False, indent=1))
        else:
            demo.fill(lambda line: print(line, file=sys.stderr, flush=True))
    except Refused as refusal:
        return _refuse(str(refusal))
    return 0


def _import(argv: list[str]) -> int:
    from sunlot.registry import command

    _migrate()
    return command.run(argv)


def _log(argv: list[str]) -> int:
    from . import log_commands

    return log_commands.run(argv)


def _check(argv: list[str]) -> int:
    from django.core.checks import ERROR, WARNING, run_checks

    _parser("check", "Say what is wrong with the settings and how to mend it.").parse_args(argv)
    _migrate()
    found = run_checks(include_deployment_checks=True, databases=["default"])
    serious = [message for message in found if message.level >= WARNING and not message.is_silenced()]
    for message in serious:
        print(f"{message.id}: {message.msg}" + (f" → {message.hint}" if message.hint else ""), file=sys.stderr)
    if not serious:
        print("Nothing wrong was found.")
    return 1 if any(message.level >= ERROR for message in serious) else 0


def _manage(argv: list[str]) -> int:
    from django.core.management import execute_from_command_line

    # Migrating puts up the triggers whose absence a check calls an error: it must not be what keeps it from running.
    unchecked = ["--skip-checks"] if argv[:1] == ["migrate"] and "--skip-checks" not in argv else []
    execute_from_command_line(["sunlot manage", *argv, *unchecked])
    return 0


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


HANDLERS: dict[str, Handler] = {
    "init": _init,
    "demo": _demo,
    "serve": _serve,
    "worker": _worker,
    "import": _import,
    "log": _log,
    "check": _check,
    "manage": _manage,
}
