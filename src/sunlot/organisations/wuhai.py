"""The regions and organisations that the notice of Wuhai names (data/organisations.csv)."""

import csv
from importlib.resources import files

from sunlot.trail.events import Actor

from .actions import load_organisations, load_regions

REGIONS = [
    ("150300", "乌海市", None),
    ("150302", "海勃湾区", "150300"),
    ("150303", "海南区", "150300"),
    ("150304", "乌达区", "150300"),
]


def load(actor: Actor) -> int:
    """Load regions and organisations; returns how many organisations are new. Loading again changes nothing."""
    load_regions(actor, REGIONS)
    text = files("sunlot.organisations").joinpath("data/organisations.csv").read_text(encoding="utf-8")
    return load_organisations(actor, list(csv.DictReader(text.splitlines())))
