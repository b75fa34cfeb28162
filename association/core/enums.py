"""Words that every app shares."""

from django.db.models import TextChoices


class Audience(TextChoices):
    """Who may see a row (可见范围). Each wider kind of reader sees less: staff see all but IN_CHARGE rows of others."""

    PUBLIC = "public", "公开"
    PARTY = "party", "单位与协会"
    STAFF = "staff", "协会内部"
    IN_CHARGE = "in_charge", "经办人"


class Channel(TextChoices):
    """How a step reached the office that enters it for someone (代录方式)."""

    PAPER = "paper", "纸质"
    PHONE = "phone", "电话"
    VISIT = "visit", "现场"
    LETTER = "letter", "来信"
