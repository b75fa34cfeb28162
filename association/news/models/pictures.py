"""Pictures of the site (图片): re-encoded at upload, served in sizes; public only while something public shows them."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from association.core.models import Base


class PictureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff who see articles: all; others what is on show, what they brought themselves, what is their firm's."""
        if user.is_authenticated and user.is_staff and user.has_perm("news.view_picture"):
            return self
        mine = Q(pk=None)
        if user.is_authenticated:
            mine = Q(uploaded_by=user)
            for rows, key in _opened_by:
                mine |= Exists(rows(user).filter(**{key: OuterRef("pk")}))
        return self.filter(self._on_show() | mine)

    def on_show(self):
        return self.filter(self._on_show())

    def _on_show(self) -> Q:
        """One condition for each kind of thing that shows pictures, as it was registered (`shows_pictures`)."""
        found = Q(pk=None)
        for public_rows, key in _shown_by:
            found |= Exists(public_rows().filter(**{key: OuterRef("pk")}))
        return found


_shown_by: list[tuple] = []
_opened_by: list[tuple] = []


def shows_pictures(public_rows, key: str):
    """Say that `public_rows()` (a queryset of what is public now) show the pictures at `key`."""
    _shown_by.append((public_rows, key))


def opens_pictures(rows, key: str):
    """Say that who sees a row of `rows(user)` (a queryset) sees the pictures at its `key`."""
    _opened_by.append((rows, key))


class Picture(Base):
    """A picture in sizes. `folder` is random; the files are made anew by Pillow, so nothing of the upload is kept."""

    alt = models.CharField("图片说明", max_length=120, blank=True, help_text="给看不到图片的人读的一句话。")
    credit = models.CharField("摄影 / 来源", max_length=40, blank=True)
    folder = models.CharField(max_length=80, unique=True, editable=False)
    width = models.PositiveIntegerField("宽（像素）", editable=False)
    height = models.PositiveIntegerField("高（像素）", editable=False)
    cropped_from = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="crops")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="上传人"
    )

    SENSITIVE = {"folder"}
    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "图片"
        ordering = ["-id"]

    def __str__(self):
        return self.alt or f"图片 {self.pk}"

    def url(self, name: str) -> str:
        """The address of one of its files: 「960.webp」, 「share.jpg」."""
        return f"/pictures/{self.uid}/{name}"
