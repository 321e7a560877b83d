"""Kinds of event of publication: both stand in the public log under `result:<form number>:<organisation>`."""

from sunlot.trail.events import Act, EventKind

PUBLISHED = EventKind("publishing.result_published", "公示检查结果", Act.DECIDED, public=True)
CORRECTED = EventKind("publishing.result_corrected", "更正公示的检查结果", Act.CHANGED, public=True)
