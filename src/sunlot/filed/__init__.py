"""A filed inspection (归档) as one zip, for anybody who holds it: what is in it, and whether it is still what was filed.

The format is docs/spec/archive.md. Lottery, ledger, norms and the standard library alone: it must be possible to check a
file in ten years without the server that made it. Everything that comes from a file is taken as somebody else's.

`Manifest`, `read_manifest`: what the file says of itself. `verify(path, key)`: a `Report` with steps, faults, remarks.
"""

from sunlot.filed.manifest import FORMAT, Manifest, read_manifest
from sunlot.filed.verification import STEP_NAMES, Report, StepReport, verify

__all__ = ["FORMAT", "STEP_NAMES", "Manifest", "Report", "StepReport", "read_manifest", "verify"]
