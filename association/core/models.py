"""The ground: Base, the Association row, counters and the working-day table."""

import uuid

from django.core.cache import cache
from django.core.validators import RegexValidator
from django.db import connection, models, transaction
from django.utils import timezone

from . import workdays
from .wording import usual_words

ASSOCIATION_CACHE_KEY = "core.association"


class StaleVersion(Exception):
    """Somebody else saved the row since it was read; `current` is the row as it stands now."""

    def __init__(self, current):
        self.current = current
        super().__init__("这条记录刚刚被别人修改过，请刷新后核对，再保存您的修改。")


class Base(models.Model):
    """Ground of every row: a random `uid` for addresses, `version` that each save checks and raises.

    Set-based writes go past save(): they raise `version` themselves (see exchange.writing).
    """

    uid = models.UUIDField("编号（对外）", default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    created_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("最后修改", auto_now=True)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        update_fields = kwargs.get("update_fields")
        if update_fields is not None:
            kwargs["update_fields"] = {*update_fields, "version", "updated_at"}
        self._expected_version = None if self._state.adding else self.version
        if self._expected_version is not None:
            self.version = self._expected_version + 1
        try:
            super().save(*args, **kwargs)
        except Exception:
            if self._expected_version is not None:
                self.version = self._expected_version
            raise

    def _do_update(self, base_qs, using, pk_val, values, update_fields, forced_update):
        """Write only onto the version that was read (optimistic locking).

        A child table of a multi-table model has no version column; ours has none (design: no model inheritance).
        """
        expected = getattr(self, "_expected_version", None)
        if expected is None:
            return super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update)
        written = super()._do_update(
            base_qs.filter(version=expected), using, pk_val, values, update_fields, forced_update
        )
        if not written:
            current = type(self)._base_manager.using(using).filter(pk=pk_val).first()
            if current is not None:
                raise StaleVersion(current)
        return written


class Association(Base):
    """The one row that says who runs this portal (本协会). Nothing in code names an association or a city."""

    class Scene(models.TextChoices):
        HILLS = "hills", "山水"
        TOWER = "tower", "湖边楼阁"
        HOMES = "homes", "楼宇"

    name = models.CharField("协会全称", max_length=60)
    short_name = models.CharField("简称", max_length=20)
    site_name = models.CharField("网站名称", max_length=40)
    slogan = models.CharField("首页标语", max_length=40, blank=True)
    tagline = models.CharField("标语下的一句话", max_length=80, blank=True)
    logo_letter = models.CharField(
        "标识字", max_length=2, help_text="页头方块和浏览器标签上的一个字；传了标志图片就显示图片。"
    )
    logo = models.CharField("标志", max_length=60, blank=True, editable=False)  # where core.logo keeps it
    scene = models.CharField(
        "首页图案", max_length=8, choices=Scene, default=Scene.HILLS, help_text="首页标语右边的线描。"
    )
    introduction = models.TextField("协会简介", blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    email = models.EmailField("邮箱", blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    office_hours = models.CharField("办公时间", max_length=60, blank=True)
    postcode = models.CharField(
        "邮编", max_length=6, blank=True, validators=[RegexValidator(r"^\d{6}$", "邮编是 6 位数字")]
    )
    icp_number = models.CharField("ICP 备案号", max_length=40, blank=True)
    police_number = models.CharField("公安备案号", max_length=40, blank=True)
    authority_name = models.CharField("主管部门名称", max_length=60, blank=True, help_text="例：某市住房和城乡建设局")
    colours = models.JSONField("颜色", default=dict, blank=True, help_text='覆盖默认颜色，例：{"lake": "#0f4c5c"}')
    departments = models.JSONField("内设部门", default=list, blank=True)
    districts = models.JSONField(
        "县市区", default=list, blank=True, help_text='例：[{"name": "某某区", "code": "430602", "aliases": ["某某"]}]'
    )
    number_formats = models.JSONField(
        "编号格式", default=dict, blank=True, help_text='例：{"rating": "XP{year}-{n:04d}"}'
    )
    wording = models.JSONField("用语", default=dict, blank=True, help_text='例：{"district": "地市"}')

    class Meta:
        verbose_name = verbose_name_plural = "协会信息"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="core_one_association")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)
        transaction.on_commit(lambda: cache.delete(ASSOCIATION_CACHE_KEY))

    @classmethod
    def current(cls) -> "Association":
        """The row, or an unsaved neutral one on an empty database (so that pages and commands still work)."""
        found = cache.get(ASSOCIATION_CACHE_KEY) or cls.objects.filter(pk=1).first()
        if found is None:
            return cls(pk=1, name="协会", short_name="协会", site_name="协会门户", logo_letter="协")
        cache.set(ASSOCIATION_CACHE_KEY, found, 3600)
        return found

    @property
    def logo_url(self) -> str:
        return f"/{self.logo}" if self.logo else ""

    @property
    def icon_url(self) -> str:
        """Of the browser's tab; it changes with the row, so that a change is fetched at once."""
        return self.logo_url or (f"/icon.svg?v={self.version}" if self.version else "/icon.svg")

    @property
    def words(self) -> dict[str, str]:
        """What this association calls things (core.wording); in templates {{ association.words.district }}."""
        return usual_words() | self.wording

    def district_names(self) -> list[str]:
        return [row["name"] for row in self.districts]

    def district_named(self, text: str) -> str:
        """The district's own name for a name, an alias or a code as offices write it; the text itself if none fits."""
        for row in self.districts:
            if text in (row["name"], row.get("code"), *row.get("aliases", ())):
                return row["name"]
        return text


class Counter(models.Model):
    """Running numbers without gaps (编号): one row a name and year."""

    name = models.CharField("编号种类", max_length=40)
    year = models.PositiveSmallIntegerField("年度")
    value = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号"
        constraints = [models.UniqueConstraint(fields=["name", "year"], name="core_counter_name_year")]

    def __str__(self):
        return f"{self.name} {self.year}"

    @classmethod
    def take(cls, name: str, year: int, count: int = 1) -> int:
        """The next number (the first of `count`), inside the caller's transaction: rolled back, it is free again."""
        if not connection.in_atomic_block:
            raise RuntimeError("Counter.take() needs the caller's transaction")
        cls.objects.bulk_create([cls(name=name, year=year)], ignore_conflicts=True)
        [row] = cls.objects.select_for_update().filter(name=name, year=year)  # taken more than once in a request
        first = row.value + 1
        row.value += count
        row.save(update_fields=["value"])
        return first


class CalendarYear(models.Model):
    """A year whose holidays (节假日) and make-up days (调休) are known; a clock that touches another refuses to start."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    source = models.CharField("依据", max_length=120, blank=True, help_text="例：国务院办公厅关于节假日安排的通知文号")

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering = ["-year"]

    def __str__(self):
        return f"{self.year} 年"


class CalendarDay(models.Model):
    """A day that differs from Monday-to-Friday: a weekday off or a weekend day of work."""

    year = models.ForeignKey(CalendarYear, on_delete=models.CASCADE, related_name="days", verbose_name="年份")
    date = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    note = models.CharField("说明", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "特殊日期"
        ordering = ["date"]

    def __str__(self):
        return f"{self.date:%Y-%m-%d} {'上班' if self.is_working else '放假'}"


def working_day_table() -> workdays.WorkingDays:
    """The table as staff entered it. One query: public pages that count days have few."""
    rows = list(CalendarYear.objects.order_by().values_list("year", "days__date", "days__is_working"))
    exceptions = {date: is_working for _year, date, is_working in rows if date is not None}
    return workdays.WorkingDays(exceptions, frozenset(year for year, _date, _is_working in rows))


def add_working_days(start, days: int):
    """The date `days` working days after `start` (not counted). Raises workdays.YearMissing."""
    return workdays.add_working_days(start, days, working_day_table())
