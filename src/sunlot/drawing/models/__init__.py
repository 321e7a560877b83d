"""Rounds, draws, attempts, what the ceremony collects, and what comes after it (docs/spec/draw-protocol.md)."""

from .ceremony import BeaconReading, Contributor
from .draw import Attempt, Draw, RosterPart, Round
from .replacement import Replacement, ReplacementEvidence

__all__ = [
    "Attempt",
    "BeaconReading",
    "Contributor",
    "Draw",
    "Replacement",
    "ReplacementEvidence",
    "RosterPart",
    "Round",
]
