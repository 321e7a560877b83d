"""The kind of event with which an installation says that it is the demonstration."""

from sunlot.trail.events import Act, EventKind

DEMO_FILLED = EventKind("demo.filled", "装入演示城市", Act.CREATED)
