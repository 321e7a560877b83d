"""What a phone sends, without a browser: a sealed paper, hostile JSON, other people's devices, an ended session."""

import json
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from sunlot.inspecting import actions, records
from sunlot.inspecting.models import DraftCopy, Evidence, FormPart, Upload
from sunlot.norms import clock
from sunlot.organisations.models import Signature

from .fieldwork import NAME, STROKES, Fieldwork
from .test_evidence import digest_of, photo

DEVICE = "a" * 32


class Line:
    """A phone's line to the server."""

    def __init__(self, client: Client, device: str = DEVICE) -> None:
        self.client, self.device = client, device

    def post(self, address: str, *args: object, **sent: object) -> Any:
        body = json.dumps({"device": self.device, **sent})
        return self.client.post(reverse(f"field:{address}", args=args), body, content_type="application/json")

    def upload(self, part: FormPart, content: bytes, **facts: object) -> Any:
        digest = digest_of(content)
        begun = self.post("begin-evidence", part.pk, digest=digest, size=len(content), **facts)
        if begun.status_code != 200:
            return begun
        address = (
            reverse("field:add-evidence", args=[part.pk, digest])
            + f"?offset={begun.json()['offset']}&device={self.device}"
        )
        return self.client.post(address, content, content_type="application/octet-stream")


def line_of(work: Fieldwork, part: FormPart, position: int = 0, device: str = DEVICE) -> Line:
    line = Line(work.client(work.inspector(part, position)), device)
    assert line.post("greet", name="Android Chrome").status_code == 200
    return line


def test_a_paper_signed_or_sealed_is_photographed_and_waits_for_the_reviewer(sent: Fieldwork) -> None:
    part = sent.part()
    line, sealed = line_of(sent, part), photo(colour="red")
    texts = records.flat(sent.filled(part))
    assert line.post("draft", part.pk, texts=texts, place=[39.6, 106.8, 15]).status_code == 200
    assert line.upload(part, sealed, kind="sealed", name="盖章.jpg").json() == {"offset": len(sealed)}
    given = {"kind": "paper", "name": NAME, "scan": digest_of(sealed)}
    assert line.post("signature", part.pk, **given, digest="0" * 64).json()["differs"] is True
    assert DraftCopy.objects.get(part=part).texts["signature-name"] == NAME
    answer = line.post("signature", part.pk, **given, digest=sent.digest(sent.again(part)))
    assert answer.json() == {"submit": reverse("field:submit", args=[part.pk])}
    signature = Signature.objects.get(thing=part.thing)
    assert (signature.state, signature.file_id) == (Signature.State.UNCONFIRMED, digest_of(sealed))
    assert not Evidence.objects.exists()
    assert sent.again(part).start_accuracy == 15


def test_a_signature_without_a_network_counts_from_its_own_day(sent: Fieldwork) -> None:
    part = sent.part()
    line = line_of(sent, part)
    line.post("draft", part.pk, texts=records.flat(sent.filled(part, began_at=clock.now() - timedelta(minutes=5))))
    given = {"kind": "hand", "name": NAME, "strokes": STROKES, "digest": sent.digest(sent.again(part))}
    later = {**given, "at": clock.iso(clock.now() + timedelta(days=9)), "offset": 0}
    for sending in (later, later):  # a phone sends again what it heard no answer to
        assert line.post("signature", part.pk, **sending).status_code == 200
    signed = sent.again(part)
    assert signed.signed_offline_at is not None and signed.signed_offline_at <= clock.now()
    assert sent.submit(signed).completed_on == clock.today()
    assert Signature.objects.filter(thing=part.thing, capacity="被检查人").count() == 1
    late = line.post("draft", part.pk, texts={**records.flat(sent.filled(part)), "remark": "迟到的一句"})
    assert (late.status_code, late.json()["kept"], late.json()["closed"]) == (409, True, True)
    assert line.upload(part, photo(), kind="photo").json()["left_out"] == "送到时这一部分已提交"


def test_what_no_form_could_hold_is_refused_and_saved_nowhere(sent: Fieldwork) -> None:
    part = sent.part()
    line = line_of(sent, part)
    texts = records.flat(records.data_of(part))
    hostile: list[dict[str, object]] = [
        {"mode": "by-magic"}, {"answer-WY-01": "maybe"}, {"answer-XX-99": "fine"}, {"offers-WY-01": "7,x"},
        {"measured-WY-01": "||||||"}, {"categories": "1,99"}, {"began_at": "yesterday"}, {"remark": "x" * 5000},
        {"remark": "a\0b"}, {"remark": 7}, {"severity-WY-01": "mortal"}, {"from_paper": "perhaps"},
    ]  # fmt: skip
    for wrong in hostile:
        assert line.post("draft", part.pk, texts={**texts, **wrong}).status_code == 422, wrong
    for body in (b"[]", b"{", b"\xff", b'"x"'):
        address = reverse("field:draft", args=[part.pk])
        assert line.client.post(address, body, content_type="application/json").status_code == 400
    assert line.upload(part, b"<svg><script/></svg>", kind="photo").status_code == 422
    facts = {"kind": "photo", "latitude": "north", "longitude": 1e99, "accuracy": True, "taken_at": "now", "name": 3}
    assert line.upload(part, photo(), **facts).json()["done"] is True
    taken = Evidence.objects.get()
    assert (taken.latitude, taken.taken_at, taken.accuracy) == (None, None, None)
    assert (
        sent.again(part).version == part.version + 1 and not Upload.objects.exists() and not DraftCopy.objects.exists()
    )


def test_the_sync_is_for_the_parts_own_people_on_their_own_phones(sent: Fieldwork) -> None:
    part = sent.part("zjj-wuye")
    own, stranger = line_of(sent, part), line_of(sent, sent.part("scjg"), device="b" * 32)
    names = ("check-out", "draft", "signature", "begin-evidence")
    for name in names:
        assert stranger.post(name, part.pk).status_code == 404, name
        assert Line(sent.city.client("chen")).post(name, part.pk).status_code == 403, name
        assert Line(Client()).post(name, part.pk).status_code == 401, name
        assert own.client.get(reverse(f"field:{name}", args=[part.pk])).status_code == 405, name
        assert Line(own.client, "b" * 32).post(name, part.pk, texts={}).status_code == 403, "another person's phone"
    assert Line(stranger.client, DEVICE).post("greet").status_code == 403
    hello = Client().get(reverse("field:hello"), {"device": DEVICE}).json()
    assert (hello["signed_in"], hello["username"], hello["signed_out"]) == (False, "", False)
    own.client.post(reverse("account_logout"))
    assert Client().get(reverse("field:hello"), {"device": DEVICE}).json()["signed_out"] is True
    shell = Client().get(reverse("field:app")).content.decode()
    assert "zjj" not in shell and "script-src 'self'" in Client().get(reverse("field:app"))["Content-Security-Policy"]


def test_the_pages_without_script_ask_before_they_take_a_part_from_a_phone(sent: Fieldwork) -> None:
    part = sent.part()
    line_of(sent, part).post("check-out", part.pk)
    client = sent.client(sent.inspector(part, 1))
    page = client.get(reverse("field:part", args=[part.pk])).content.decode()
    assert "接手填写" in page and "Android Chrome" in page
    assert client.post(reverse("field:start", args=[part.pk])).status_code == 409
    client.post(reverse("field:take-over", args=[part.pk]))
    assert client.post(reverse("field:start", args=[part.pk])).status_code == 302
    story = sent.city.client("chen").get(reverse("inspecting:form", args=[part.form_id])).content.decode()
    assert "接手填写：由" in story
    assert actions.SEALED not in Evidence.Kind.values
