"""Rounds, draws, attempts, what the ceremony collects, what comes before and after it (docs/spec/draw-protocol.md)."""

from .ceremony import BeaconReading, Contributor
from .draw import Attempt, Draw, RosterPart, Round
from .replacement import Replacement, ReplacementEvidence
from .simulation import Simulation

__all__ = [
    "Attempt",
    "BeaconReading",
    "Contributor",
    "Draw",
    "Replacement",
    "ReplacementEvidence",
    "RosterPart",
    "Round",
    "Simulation",
]
