"""A form finished by the real actions, with evidence, and filed by the real job."""

import io
import zipfile

from sunlot.archiving import actions
from sunlot.archiving.making import FILE
from sunlot.archiving.models import CaseFile
from sunlot.archiving.package import write_zip
from sunlot.desk.running import Hands, claim
from sunlot.desk.work import job_of
from sunlot.inspecting import actions as inspecting
from sunlot.inspecting.evidence import Facts
from sunlot.inspecting.models import Form
from sunlot.publishing import actions as publishing
from sunlot.trail.log import sealing

from ..inspecting.fieldwork import Fieldwork
from ..inspecting.test_evidence import photo

DEPARTMENTS = ("zjj-wuye", "scjg", "yjj")


def finish(work: Fieldwork, number: int = 0) -> Form:
    """The n-th form with every part published; the first part has a photo and a problem."""
    for department in DEPARTMENTS:
        part = work.part(department, number)
        if department == DEPARTMENTS[0]:
            facts = Facts(kind="photo", name="公示栏.jpg", item="WY-01")
            inspecting.add_file(work.inspector(part), part, photo(), facts)
            part = work.again(part)
        decided = work.decided(part, problem=department == DEPARTMENTS[0], remark="电梯间公示栏")
        publishing.publish_part(work.clerk(decided), decided)
    form = Form.objects.order_by("number")[number]
    assert form.state == Form.State.CLOSED
    return form


def run(file: CaseFile) -> CaseFile:
    """Do the job of a file in this process, as a worker does."""
    job = job_of(file.thing, FILE)
    assert job is not None
    claimed = claim(job.pk)
    assert claimed is not None
    Hands(beating=False).do(claimed)
    return CaseFile.objects.select_related("form__object", "form__task", "organisation", "asked_by").get(pk=file.pk)


def filed(work: Fieldwork, number: int = 0) -> CaseFile:
    """The n-th form, finished and filed by the lead's clerk."""
    sealing.seal()
    return run(actions.file_form(work["chen"], finish(work, number)))


def packed(file: CaseFile) -> bytes:
    out = io.BytesIO()
    write_zip(file, out)
    return out.getvalue()


def entries(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
