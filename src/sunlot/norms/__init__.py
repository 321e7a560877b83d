"""Norms of the field as pure functions: encodings, codes, calendars. Imports nothing of ours."""
