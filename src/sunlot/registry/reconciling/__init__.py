"""Reconciling the registry with an authoritative list, so that nothing is missing (确保不遗漏)."""

from .acts import decide, file_report, refuse, sign, take_in, upload

__all__ = ["decide", "file_report", "refuse", "sign", "take_in", "upload"]
