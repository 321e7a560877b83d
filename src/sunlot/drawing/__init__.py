"""Rounds and the ceremony: freeze, commit, seal, reveal, draw, sign (notice, part 4 (2) and 5)."""
