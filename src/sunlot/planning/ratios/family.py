"""Tables of ratios live as the catalogue's items do: drafted, reviewed by another person, in force from a day on."""

from typing import Any

from sunlot.catalogue.actions.families import Events, Family, register
from sunlot.catalogue.addresses import Places, register_places

from .. import events
from ..models import RatioTable, RatioVersion
from . import policy, text


def _digest(version: Any) -> dict[str, str]:
    return {"digest": text.digest_of(version)}


RATIOS = register(
    Family(
        noun="比例和频次表",
        example="BL-150300",
        version=RatioVersion,
        subject=RatioTable,
        text=text.RatioText,
        events=Events(
            events.RATIOS_DRAFTED,
            events.RATIOS_CHANGED,
            events.RATIOS_SUBMITTED,
            events.RATIOS_RETURNED,
            events.RATIOS_IN_FORCE,
            events.RATIOS_CALLED_OFF,
            events.RATIOS_REPEALED,
        ),
        text_of=text.text_of,
        lines=text.lines_of,
        missing=text.missing_of,
        may_write=policy.may_write,
        may_decide=policy.may_decide,
        public=_digest,
        writers=policy.WRITERS,
        decider=policy.DECIDER,
        reviewer=policy.DECIDER,
    )
)
register_places(
    RATIOS,
    Places(
        called=text.NAME,
        list="planning:ratios",
        list_label="比例和频次",
        page="planning:ratio-page",
        acts="planning:ratio-",
        text="planning/ratios/_text.html",
        review="逐行核对后让它生效，抽取日在生效日之后的计划按它填写。",
    ),
)
