"""Evidence of a part: photos, other files and scans, each kept as it came under its digest; and uploads under way."""

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import User
from sunlot.trail.models import StoredFile

from .parts import Finding, FormPart


class Evidence(models.Model):
    """One file that proves what the record says. Never deleted: what is taken out of the record stays to be read.

    `original` is the file exactly as the device took it; its key is the SHA-256 computed at capture. `taken_at` is by
    the device's clock, `received_at` by the server's; `clock_offset` says how far the device was ahead when last asked.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", "照片"
        FILE = "file", "文件"
        SCAN = "scan", "纸质表扫描件"
        SHOT = "shot", "网页截图"

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="evidence")
    # The item that it belongs to; none where it shows the visit as a whole.
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence")
    kind = models.CharField("种类", max_length=5, choices=Kind.choices)
    original = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    # The copy without metadata (place, device, time) for the public and for pages; photos alone have one.
    clean_copy = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    mime = models.CharField(max_length=100)  # by the content, never by the name
    name = models.CharField("文件名", max_length=120)
    caption = models.CharField("说明", max_length=200, blank=True)
    from_camera = models.BooleanField("现场拍摄")  # False: chosen from the device's gallery or files
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    clock_offset = models.IntegerField("设备时钟快", null=True, blank=True)  # seconds
    received_at = models.DateTimeField("收到时间")
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    accuracy = models.PositiveIntegerField("定位误差", null=True, blank=True)  # metres
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    left_out_at = models.DateTimeField(null=True, blank=True)
    left_out_why = models.CharField("未列入的原因", max_length=200, blank=True)

    class Meta:
        ordering = ["received_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["part", "original"], name="evidence_once"),
            models.CheckConstraint(
                condition=Q(left_out_at__isnull=True, left_out_why="")
                | (Q(left_out_at__isnull=False) & ~Q(left_out_why="")),
                name="evidence_left_out_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="evidence_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.original_id[:8]}"

    @property
    def counts(self) -> bool:
        """Whether it stands in the record."""
        return self.left_out_at is None

    @property
    def source_words(self) -> str:
        """How it came: taken on the spot, or chosen from the gallery, which is said wherever it is shown."""
        if self.kind != self.Kind.PHOTO:
            return "上传"
        return "现场拍摄" if self.from_camera else "选自相册"


class Upload(models.Model):
    """A file that comes in pieces: `offset` bytes of it are on disk, flushed. Gone once it is evidence.

    `facts` is what the device said of it when it began (see evidence.Facts).
    """

    part = models.ForeignKey(FormPart, on_delete=models.CASCADE, related_name="uploads")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    facts = models.JSONField(default=dict)
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "digest"], name="upload_once"),
            models.CheckConstraint(condition=Q(offset__lte=F("size")), name="upload_within_size"),
        ]
        indexes = [models.Index(fields=["touched_at"], name="upload_touched")]  # what was begun and forgotten

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.offset}/{self.size}"
