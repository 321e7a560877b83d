"""Sunlot 阳光摇号: supervision whose draws anybody can verify."""

__version__ = "0.1.0"
