"""Checks at start: how messages are sent."""

from typing import Any

from django.core.checks import Error, Tags, register

from .notices import sending


@register(Tags.security)
def messages_can_be_sent(**_: Any) -> list[Error]:
    """inspecting.E001 for each setting by which no message would ever go out."""
    hint = "See Messages in docs/operations.md."
    return [Error(fault, hint=hint, id="inspecting.E001") for fault in sending.faults()]
