"""Draws for the tests: a small valid one to spoil, the specification's vectors, and bundles as folder and as zip."""

import copy
import hashlib
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sunlot.lottery import Rosters, commitment, draw
from sunlot.norms import canonical, sm3

VECTORS = Path(__file__).parents[2] / "docs" / "spec" / "vectors"
DRAWS = ("augmenting-paths", "joint-three-districts", "one-team", "roaming", "sm3", "tight-avoidance")
SPOILT = tuple(sorted(path.name for path in (VECTORS / "spoilt").iterdir()))

HEADERS = {
    "objects": "id,stratum,zone,tickets,name",
    "inspectors": "id,department,zone",
    "avoid": "inspector,object",
}
DIGEST = "0123456789abcdef" * 4
DICE = "12345612345612345612"


def csv_bytes(roster: str, rows: Iterable[str]) -> bytes:
    """A roster file of rows that are already in CSV."""
    return "".join(f"{row}\n" for row in (HEADERS[roster], *rows)).encode()


@dataclass
class Case:
    """Everything that goes into a draw; the notice's digests and counts are filled in from the rosters."""

    objects: list[str]
    inspectors: list[str]
    avoid: list[str]
    notice: dict[str, Any]
    nonces: dict[str, str] = field(default_factory=lambda: {"lead": "11" * 32, "jijian": "22" * 32})
    beacon: str | None = DICE

    def files(self) -> dict[str, bytes]:
        """The roster files by roster."""
        return {
            "objects": csv_bytes("objects", self.objects),
            "inspectors": csv_bytes("inspectors", self.inspectors),
            "avoid": csv_bytes("avoid", self.avoid),
        }

    def rosters(self) -> Rosters:
        files = self.files()
        return Rosters((files["objects"],), (files["inspectors"],), (files["avoid"],))

    def sealed(self) -> dict[str, Any]:
        """The notice with digests, counts and commitments, written without the code under test."""
        notice = copy.deepcopy(self.notice)
        rows = {"objects": self.objects, "inspectors": self.inspectors, "avoid": self.avoid}
        for roster, data in self.files().items():
            digest = sm3.PureSM3(data) if notice["hash"] == "sm3" else hashlib.sha256(data)
            notice[roster] = {"parts": [digest.hexdigest()], "count": len(rows[roster]), **notice.get(roster, {})}
        for contributor in notice["contributors"]:
            nonce = self.nonces.get(contributor["id"], "33" * 32)
            made = commitment(notice["draw"], notice["attempt"], contributor["id"], nonce, notice["hash"])
            contributor.setdefault("commitment", made)
        return notice

    def reveals(self) -> list[dict[str, str]]:
        return [{"contributor": name, "nonce": nonce} for name, nonce in self.nonces.items()]

    def draw(self) -> dict[str, Any]:
        """The value of result.json."""
        return draw(self.sealed(), self.rosters(), self.reveals(), self.beacon)

    def bundle(self, result: object = None) -> dict[str, bytes]:
        """The files of the bundle by name; with another result, if one is given."""
        files = {f"{roster}.csv": data for roster, data in self.files().items()}
        files["notice.json"] = canonical.dumps(self.sealed())
        files["result.json"] = canonical.dumps(self.draw() if result is None else result)  # type: ignore[arg-type]  # JSON
        return files


def small_case() -> Case:
    """Two zones, two strata, two departments, one roaming inspector and two avoid pairs; valid as it stands."""
    objects = [f"OBJ-{n:03d},{'AB'[n % 2]},{'z1' if n % 3 else 'z2'},{1 + n % 2},对象{n}" for n in range(24)]
    inspectors = [
        *(f"p-{zone}-{n},lead,{zone}" for zone in ("z1", "z2") for n in range(6)),
        "q-1,other,z1",
        "q-2,other,z1",
        "q-3,other,z2",
        "q-any,other,*",
    ]
    notice: dict[str, Any] = {
        "protocol": "sunlot-draw/1",
        "hash": "sha256",
        "draw": "150300-2026-0007",
        "attempt": 1,
        "previous": [],
        "title": "测试抽查",
        "authority": "测试局",
        "sealed_at": "2026-11-23T09:30:00+08:00",
        "reveal_by": "2026-11-23T11:00:00+08:00",
        "release": None,
        "rules": DIGEST,
        "supplements": None,
        "objects": {"strata": [{"id": "A", "quota": 5, "reserve": 2}, {"id": "B", "quota": 4, "reserve": 2}]},
        "teams": [
            {
                "zone": "z2",
                "count": 2,
                "seats": [{"department": "lead", "count": 2}, {"department": "other", "count": 1}],
            },
            {"zone": "z1", "count": 2, "seats": [{"department": "lead", "count": 2}]},
        ],
        "contributors": [{"id": "lead", "role": "承办科室"}, {"id": "jijian", "role": "纪检监督"}],
        "beacon": {"kind": "dice", "rolls": 20},
    }
    return Case(objects, inspectors, ["p-z1-0,OBJ-001", "p-z1-1,OBJ-001"], notice)


def vector_rosters(folder: Path) -> Rosters:
    """The rosters of a folder of the vectors."""
    objects, inspectors, avoid = (tuple(sorted(folder.glob(f"{name}*.csv"))) for name in HEADERS)
    return Rosters(objects, inspectors, avoid)


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def vector_beacon(folder: Path) -> str | None:
    file = folder / "beacon.txt"
    return file.read_text(encoding="utf-8") if file.exists() else None


def write_as(form: str, files: dict[str, bytes], target: Path) -> Path:
    """Write files as a ``folder``, a ``zip`` (deflated) or a ``stored`` zip, and return its path."""
    if form == "folder":
        target.mkdir()
        for name, data in files.items():
            (target / name).write_bytes(data)
        return target
    path = target.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if form == "stored" else zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
