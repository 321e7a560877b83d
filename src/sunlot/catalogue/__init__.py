"""Inspection items, their legal bases and their versions (notice, part 3 (1))."""
