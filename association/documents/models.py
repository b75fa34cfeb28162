"""Files (文件): one row a file and owner; the only door to a private file is documents.views.download."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q

from association.core.enums import Audience
from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import AudienceMixin, AudienceQuerySet, StaffQuerySet

from .registry import guarded


class DocumentQuerySet(AudienceQuerySet):
    in_charge_field = "uploaded_by"

    def visible_to(self, user):
        """As the audience says; files of a guarded kind (lists of people that came in) as whoever keeps them says.

        Loose uploads are on no list: the form that they wait for shows them (library.loose_of).
        """
        found = super().visible_to(user).filter(loose_until=None)
        return found.exclude(guarded(user)) if user.is_authenticated else found

    def loose(self):
        """Uploads that nothing has taken yet."""
        return self.filter(loose_until__isnull=False)

    def in_library(self):
        """Papers of the library (证照库) without those that a renewed one replaced."""
        return self.filter(in_library=True, replaced_by=None, loose_until=None)


class DocumentKind(Base):
    """A kind of paper in the document library (证照种类): 营业执照, 资质证书, 安全生产许可证, 竣工验收材料 …"""

    name = models.CharField("名称", max_length=40, unique=True)
    needs_term = models.BooleanField("有有效期", default=False, help_text="到期前按会籍规则提醒")
    order = models.PositiveSmallIntegerField("排序", default=100)
    is_active = models.BooleanField("在用", default=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证照种类"
        ordering = ["order", "name"]

    def __str__(self):
        return self.name


class Document(Base, AudienceMixin):
    """A stored file. `path` is random; the name that people see is only a label."""

    label = models.CharField("文件名", max_length=200)
    kind = models.CharField("种类", max_length=40, blank=True)
    path = models.CharField(max_length=200, unique=True, editable=False)
    mime = models.CharField("类型", max_length=100, editable=False)
    size = models.PositiveBigIntegerField("大小（字节）", editable=False)
    sha256 = models.CharField(max_length=64, editable=False)  # of the file as it came, before a photo is cleaned
    issuer = models.CharField("发证单位", max_length=120, blank=True)
    number = models.CharField("证号", max_length=80, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    in_library = models.BooleanField("在证照库", default=False)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="replaces", verbose_name="已换成"
    )
    loose_until = models.DateTimeField(
        null=True, editable=False, help_text="还没有归属的上传，到这个时间没有被使用就清除"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="documents", verbose_name="上传人"
    )

    WHEN_MERGED = {"party": WhenMerged.MOVES_UNLESS_TWIN}
    SENSITIVE = {"path", "sha256"}
    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文件"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                # what IN_CHARGE keeps for one person cannot be another's row too
                fields=["party", "sha256"],
                condition=Q(party__isnull=False) & ~Q(audience=Audience.IN_CHARGE),
                name="documents_once_per_owner",
            )
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return f"/files/{self.uid}/download/"

    def open(self):
        """The file's bytes as a context manager; for the server's own use, people go through documents.views."""
        return default_storage.open(self.path, "rb")

    def as_file(self):
        """The same, bearing the name that people see, as an upload would."""
        file = self.open()
        file.name = self.label
        return file
