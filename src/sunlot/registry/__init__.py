"""Inspection objects, entities, inspectors and avoidance; their import (notice, part 3 (2))."""
