"""What others say about firms: credit records (信用信息), surveys (业绩调查), the authority's scores (主管部门评分).

A row without a party waits for a person (待匹配); `raw` keeps the row as it came.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from association.core.masking import mask_id, mask_mobile, mask_name
from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import StaffQuerySet

from ..credit_sources import document_key
from ..scoring.exact import printed
from .rounds import RatingRound

RAW_LABELS = {
    "name": "企业名称", "code": "统一社会信用代码", "org_code": "组织机构代码", "document_no": "文号", "date": "日期",
    "fact": "事实", "amount": "金额", "counterparty": "相关方", "people": "人数", "repaired": "是否修复",
    "project": "工程名称", "client": "建设单位", "channel": "调查方式", "surveyor": "调查人", "score": "得分",
}  # fmt: skip


_PERSONAL = (
    (("电话", "手机", "联系方式"), mask_mobile),
    (("身份证", "证件号"), mask_id),
    (("联系人", "负责人", "法定代表人", "姓名"), mask_name),
)


def _masked(label: str, value: str) -> str:
    mask = next((mask for words, mask in _PERSONAL if any(word in label for word in words)), None)
    return mask(value) if mask and value else value


class CreditSource(Base):
    """Where credit records come from and how its files look (信用信息来源): data, so that a new one needs no code."""

    name = models.CharField("来源", max_length=40, unique=True)
    authority = models.CharField("提供单位", max_length=80, blank=True)
    fact_label = models.CharField("事实名称", max_length=40, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=1)
    layout = models.JSONField("文件列", default=dict, help_text="列名与同义词，见随附的 credit_sources.json")

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用信息来源"
        ordering = ["position", "id"]

    def __str__(self):
        return self.name


class MatchedQuerySet(StaffQuerySet):
    def counting(self):
        """What firms are rated by: rows that found their firm, are not void and say nothing twice."""
        return self.filter(party__isnull=False, voided_at=None, same_as=None)

    def waiting(self):
        """Rows that match no firm and wait for a person."""
        return self.filter(party=None, dismissed=False, voided_at=None)


class Matched(Base):
    """A row about a firm: which one, by what it was matched, and as it was written.

    `same_as`: another row says this of the same firm already (重复), however the firm is written there; it counts, this
    one does not. See evaluations.doubles.
    """

    class By(models.TextChoices):
        NONE = "", "未匹配"
        CODE = "code", "代码"
        NAME = "name", "名称"
        PERSON = "person", "人工"

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="企业"
    )
    matched_by = models.CharField("匹配依据", max_length=8, choices=By, blank=True, default="")
    dismissed = models.BooleanField("确认不是本轮企业", default=False)
    raw_name = models.CharField("原文名称", max_length=120, blank=True)
    name_key = models.CharField(max_length=120, blank=True, editable=False)
    raw_code = models.CharField("原文代码", max_length=40, blank=True)
    raw = models.JSONField("原始行", default=dict)
    batch = models.ForeignKey(
        "exchange.ImportBatch", models.SET_NULL, null=True, related_name="+", editable=False, verbose_name="导入记录"
    )
    corrected = models.JSONField(
        "人工更正的栏目", default=list, editable=False, help_text="这些栏目以人工更正为准，再次导入不会改回"
    )
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)
    same_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="doubles", editable=False, verbose_name="重复于"
    )

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    objects = MatchedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def raw_rows(self) -> list[tuple[str, str]]:
        """The row as it came, with what its columns are called in Chinese; people's data masked (the file has them)."""
        rows = [(RAW_LABELS.get(key, key.removeprefix("mark:")), value) for key, value in self.raw.items()]
        return [(label, _masked(label, value)) for label, value in rows]


class CreditRecord(Matched):
    """A fact that an authority reports (信用信息). Amounts in yuan. Which round it counts in follows from its date.

    `number_key` is the document number for comparing, "" where there is none; `told_at` when a file or a person last
    said something new in this row.
    """

    source = models.CharField("来源", max_length=40)
    identity = models.CharField(max_length=64, editable=False)
    document_no = models.CharField("文号", max_length=80, blank=True)
    date = models.DateField("日期", null=True, blank=True)
    fact = models.CharField("事实", max_length=300, blank=True)
    amount = models.DecimalField("金额（元）", max_digits=18, decimal_places=2, null=True, blank=True)
    counterparty = models.CharField("相关方", max_length=120, blank=True)
    repaired = models.BooleanField("已修复", default=False)
    number_key = models.CharField(max_length=80, blank=True, editable=False)
    told_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "信用信息"
        ordering = ["source", "date", "id"]
        constraints = [models.UniqueConstraint(fields=["source", "identity"], name="evaluations_record_identity")]
        indexes = [
            models.Index(fields=["party", "date"], name="evaluations_record_party_idx"),
            models.Index(fields=["name_key"], condition=Q(party=None), name="evaluations_record_waits_idx"),
            models.Index(
                fields=["source", "number_key"], condition=~Q(number_key=""), name="evaluations_record_number_idx"
            ),
        ]

    def __str__(self):
        return f"{self.source} {self.document_no or self.fact}"

    def save(self, *args, **kwargs):
        self.number_key = document_key(self.document_no)[:80]
        super().save(*args, **kwargs)


class Survey(Matched):
    """A client's marks on one project by one channel (业绩调查). `marks`: {item: mark 1-5}."""

    round = models.ForeignKey(RatingRound, models.PROTECT, related_name="surveys", verbose_name="轮次")
    identity = models.CharField(max_length=64, editable=False)
    project = models.CharField("工程名称", max_length=160)
    client = models.CharField("建设单位", max_length=120, blank=True)
    channel = models.CharField("调查方式", max_length=20)
    date = models.DateField("调查日期", null=True, blank=True)
    surveyor = models.CharField("调查人", max_length=40, blank=True)
    marks = models.JSONField("评分", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "业绩调查"
        ordering = ["round", "party", "project", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "identity"], name="evaluations_survey_identity")]
        indexes = [models.Index(fields=["round", "party"], name="evaluations_survey_party_idx")]

    def __str__(self):
        return f"{self.project}（{self.channel}）"


class AuthorityScore(Matched):
    """The authority's own score of a firm in a round (主管部门评分), in points of the imported part."""

    round = models.ForeignKey(RatingRound, models.PROTECT, related_name="authority_scores", verbose_name="轮次")
    identity = models.CharField(max_length=64, editable=False)
    score = models.DecimalField("得分", max_digits=13, decimal_places=6)

    class Meta:
        verbose_name = verbose_name_plural = "主管部门评分"
        ordering = ["round", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "identity"], name="evaluations_score_identity"),
            models.UniqueConstraint(
                fields=["round", "party"],
                condition=Q(party__isnull=False, voided_at=None, same_as=None),
                name="evaluations_one_score",
            ),
        ]

    def __str__(self):
        return f"{self.raw_name} {printed(self.score)}"

    def give_way(self, winner, *, by, reason):
        """One score counts a round: the other stays on file as its double."""
        return [(self, {"same_as": winner})]
