"""What a code says and who can say it: pure functions of keys and times.

A code is the address `<public>/c/<visit>/<step>.<device>.<mac>/`. `step` is the half minute by the server's clock, in
base 36; `device` the key of the phone, in base 36; `mac` the first 128 bits of HMAC-SHA-256 over `<visit>.<step>.<device>`,
base64url. Its key is the device's for one day: derived from the installation's secret, so that no row of the database can
make a code, and given to the phone when it syncs (for a few days, so that it works without a network). HMAC and not a
signature: whoever checks is the server itself, and 16 bytes instead of 64 keep the picture coarse enough for old phones.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.crypto import salted_hmac

STEP = 30  # seconds that a code is shown
LIFE = 60  # seconds after which it has expired, from the beginning of its step
EARLY = 30  # seconds that a phone may be ahead: it sets itself by the server when it syncs
MAC_BYTES = 16
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST = 12


@dataclass(frozen=True)
class Shown:
    """A code as it was read: unchecked."""

    step: int
    device: int
    mac: str


def base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def _from36(text: str) -> int:
    """Strictly: one text for each number. Raises ValueError."""
    if not 0 < len(text) <= _LONGEST or not set(text) <= set(_DIGITS):
        raise ValueError("no number in base 36")
    number = int(text, 36)
    if base36(number) != text:
        raise ValueError("leading zeros")
    return number


def parse(text: str) -> Shown | None:
    """Read the part of the address that changes; None for whatever is no such thing."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    try:
        return Shown(_from36(parts[0]), _from36(parts[1]), parts[2])
    except ValueError:
        return None


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP


def key_of(device: str, day: date) -> bytes:
    """The key of a device (its number, which nobody else knows) for one day."""
    return salted_hmac("sunlot.visit-code/1", f"{device}|{day.isoformat()}", algorithm="sha256").digest()


def mac_of(key: bytes, visit: str, step: int, device: int) -> str:
    text = f"{visit}.{base36(step)}.{base36(device)}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, text, "sha256")[:MAC_BYTES]).decode().rstrip("=")


def write(key: bytes, visit: str, step: int, device: int) -> str:
    """The changing part of the address, as the phone writes it (static/inspecting/app/code.js)."""
    return f"{base36(step)}.{base36(device)}.{mac_of(key, visit, step, device)}"


def is_by(key: bytes, visit: str, shown: Shown) -> bool:
    """Whether this key made the code, in constant time."""
    return hmac.compare_digest(mac_of(key, visit, shown.step, shown.device).encode(), shown.mac.encode())
