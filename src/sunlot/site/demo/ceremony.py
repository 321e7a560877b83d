"""A draw of the demonstration, held by its contributors step by step."""

import secrets
from datetime import timedelta

from sunlot import lottery
from sunlot.drawing import actions as drawing
from sunlot.drawing.models import Attempt, Contributor
from sunlot.inspecting import actions as inspecting
from sunlot.norms import clock
from sunlot.planning.models import Plan

from .people import Cast

ROLLS = 20


def hold(cast: Cast, plan: Plan, clerk: str, partners: tuple[str, ...], dice: tuple[str, str]) -> Attempt:
    """Prepare, commit, seal, throw, reveal, sign and dispatch; takes half an hour of the demonstration's clock.

    `partners` speak for the other participants in their order, `jijian` for 纪检; the two of `dice` type the dice.
    """
    attempt = drawing.prepare(cast[clerk], plan, Attempt.Beacon.DICE, clock.now() + timedelta(hours=2), rolls=ROLLS)
    speakers = _speakers(attempt, clerk, partners)
    nonces = {code: secrets.token_hex(32) for code in speakers}
    for code, username in speakers.items():
        _wait(2)
        commitment = lottery.commitment(attempt.draw.number, attempt.number, code, nonces[code], attempt.hash_name)
        drawing.commit(cast[username], attempt, code, commitment)
    _wait(5)
    drawing.seal(cast[clerk], attempt)
    thrown = "".join(str(secrets.randbelow(6) + 1) for _ in range(ROLLS))
    for username in dice:
        _wait(1)
        drawing.read_beacon(cast[username], attempt, thrown)
    for code, username in speakers.items():
        _wait(2)
        drawing.reveal(cast[username], attempt, code, nonces[code])
    for code, username in speakers.items():
        _wait(1)
        drawing.sign_record(cast[username], attempt, code, cast.proof(username))
    _wait(10)
    drawing.file_record(cast[clerk], attempt)
    attempt = Attempt.objects.select_related("draw__round__plan").get(pk=attempt.pk)
    inspecting.dispatch(cast[clerk], attempt)
    return attempt


def _speakers(attempt: Attempt, clerk: str, partners: tuple[str, ...]) -> dict[str, str]:
    """Who commits and reveals for each contributor: its code to a user name."""
    others = iter(partners)
    speakers = {}
    for one in attempt.contributors.order_by("position"):
        if one.part == Contributor.Part.LEAD:
            speakers[one.code] = clerk
        elif one.part == Contributor.Part.SUPERVISOR:
            speakers[one.code] = "jijian"
        else:
            speakers[one.code] = next(others)
    return speakers


def _wait(minutes: int) -> None:
    clock.move_to(clock.now() + timedelta(minutes=minutes))
