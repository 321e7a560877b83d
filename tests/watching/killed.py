"""A witness that is killed: `python -m tests.watching.killed STEP KEY STATE VKEY BODY` dies at a step of one request."""

import os
import signal
import sys
from pathlib import Path

from sunlot.ledger.keys import parse_verifier_key
from sunlot.watching import files, witness


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    step, key, state, vkey, body = sys.argv[1:]
    if step == "while the state is written":
        files.os.fsync = die  # type: ignore[assignment]
    elif step == "with the state written":
        witness.cosign = die  # type: ignore[assignment]
    served = witness.Witness(witness.read_key(Path(key)), [parse_verifier_key(vkey)], Path(state))
    answer = served.add_checkpoint(Path(body).read_bytes())
    sys.stdout.buffer.write(answer.body)
    sys.stdout.flush()
    die()


if __name__ == "__main__":
    main()
