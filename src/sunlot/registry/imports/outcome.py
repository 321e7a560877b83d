"""What became of an import, as pages and commands tell it."""

from dataclasses import dataclass
from datetime import datetime

from ..models import Import

COUNTED = ("new", "changed", "same", "confirm", "faulty")


@dataclass(frozen=True)
class Applied:
    """What became of an import. `already` where somebody had confirmed it before: then nothing was done now.

    `going_on`: a long job takes the rows in, and the counts are those of the moment.
    """

    new: int
    changed: int
    same: int
    unconfirmed: int
    faulty: int
    left: int = 0
    already: bool = False
    going_on: bool = False
    by: str = ""
    at: datetime | None = None

    @classmethod
    def of(cls, roster: Import, *, already: bool = False) -> "Applied":
        taken = roster.taken
        return cls(
            new=taken.get("new", 0),
            changed=taken.get("changed", 0),
            same=taken.get("same", 0),
            unconfirmed=taken.get("confirm", 0),
            faulty=taken.get("faulty", 0),
            left=taken.get("left", 0),
            already=already,
            going_on=roster.state == Import.State.APPLYING,
            by=roster.applied_by.name if roster.applied_by else "",
            at=roster.applied_at,
        )

    @property
    def words(self) -> str:
        """“新增 46，更新 31，无变化 129；未确认 4 行、有错误 8 行没有导入”."""
        taken = f"新增 {self.new}，更新 {self.changed}，无变化 {self.same}"
        left = [f"待确认 {self.unconfirmed} 行"] if self.unconfirmed else []
        left += [f"有错误 {self.faulty} 行"] if self.faulty else []
        left += [f"还没有处理的 {self.left} 行"] if self.left else []
        return taken + (f"；{'、'.join(left)}没有导入" if left else "")
