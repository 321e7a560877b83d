"""A security key or passkey in place of the password, where somebody signs (W3C Web Authentication).

The key must itself have asked for PIN, fingerprint or face (user verification): one that anybody in the room could touch
is no signature. Each challenge is for one person and one answer, within minutes.
"""

import json
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.http import HttpRequest
from fido2.webauthn import UserVerificationRequirement

from sunlot.norms import clock
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import Refused, Viewer

ANSWER_WITHIN = timedelta(minutes=5)
_STATE = "sunlot.signing.challenge"
_WRONG = "安全密钥没有验证通过，没有签署。再试一次，或改用登录密码。"


def has_key(viewer: Viewer) -> bool:
    """Whether this person can sign with a security key."""
    return Authenticator.objects.filter(user_id=viewer.user_id, type=Authenticator.Type.WEBAUTHN).exists()


def challenge(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    """What the browser asks the key, as JSON values; only the last one asked for can be answered."""
    options, state = auth.get_server().authenticate_begin(
        credentials=auth.get_credentials(viewer.membership.user),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    request.session[_STATE] = {"user": viewer.user_id, "asked": clock.iso(clock.now()), "state": state}
    return dict(options)


def prove_by_key(request: HttpRequest, viewer: Viewer, answer: str) -> Proof:
    """Check what the key said to the last challenge. Raises Refused where it is not this person's key, or too late."""
    asked = request.session.pop(_STATE, None)
    if asked is None or asked["user"] != viewer.user_id:
        raise Refused(_WRONG)
    if clock.now() > clock.parse(asked["asked"]) + ANSWER_WITHIN:
        raise Refused("等得太久，没有签署。再用一次安全密钥，或改用登录密码。")
    user = viewer.membership.user
    try:
        said = json.loads(answer)
        found = auth.get_server().authenticate_complete(asked["state"], auth.get_credentials(user), said)
    except (ValueError, TypeError, KeyError) as fault:
        raise Refused(_WRONG) from fault
    key = auth.get_authenticator_by_credential_id(user, found.credential_id)
    if key is not None:
        key.record_usage()
    return Proof(viewer.user_id, clock.now())
