"""The link of a notice: an address with a secret that is kept nowhere but in the message."""

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse

from ..models import VisitNotice

SECRET_BYTES = 16  # 128 bits: nobody finds one by trying


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret. It has 128 bits of chance, so a plain digest can't be turned back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def address_of(secret: str) -> str:
    """The whole address, as it is sent."""
    return f"{settings.SUNLOT_PUBLIC_URL}{reverse('visit:notice', args=[secret])}"


def notice_of(secret: str) -> VisitNotice | None:
    """The notice that a link leads to, whatever became of it; None for a link that was never sent, or sent anew since."""
    return VisitNotice.objects.filter(secret_digest=digest_of(secret)).first()
