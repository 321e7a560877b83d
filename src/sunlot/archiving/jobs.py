"""The long job that files a form."""

from .making import FILE

__all__ = ["FILE"]
