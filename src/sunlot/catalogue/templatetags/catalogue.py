"""Template tags of the catalogue's pages, also where they stand on the pages of later rooms."""

from django import template

from sunlot.catalogue import prose as markup
from sunlot.catalogue.models import Frequency, GuideVersion
from sunlot.catalogue.texts import FrequencyText

register = template.Library()


@register.filter
def prose(text: str) -> list[markup.Block]:
    """The blocks of a guide's part."""
    return markup.blocks(text)


@register.filter
def parts_of(version: GuideVersion) -> list[tuple[str, str]]:
    """The eight parts: name and text."""
    return [(GuideVersion.label_of(part), getattr(version, part)) for part in GuideVersion.PARTS]


@register.filter
def advised(frequency: Frequency) -> FrequencyText:
    """A frequency with its words: share and rhythm."""
    return FrequencyText(frequency.risk_class, frequency.permille, frequency.times, frequency.years)
