"""The year before, finished: grades that were issued and an announcement, so that a visitor finds both.

A part of the firms, scored on rows made here; its steps bear the dates of that year (补录), each done once.
"""

import datetime as dt
from collections.abc import Iterator

from association.accounts.models import User
from association.publicity.models import ListState, PublicityList
from association.workflow.actions import perform
from evaluations.actions import copy_scheme, open_round, set_switch
from evaluations.models import RatingRound, Scheme
from evaluations.publicity import make_list
from evaluations.runs import rate_now

from .importing import bring_rows
from .people import holder_of

CODE = ["企业名称", "统一社会信用代码"]
SURVEY = [*CODE, "工程名称", "建设单位", "调查方式", "调查日期", "调查人", "质量", "安全", "进度", "农民工工资", "服务"]


def load(plan: dict, people: dict[str, User]) -> Iterator[str]:
    """Yields a line where something was done; nothing where the year stands or its next one was not scored."""
    about, later = plan["earlier"], RatingRound.objects.filter(year=plan["rating"]["year"]).first()
    found = RatingRound.objects.filter(year=about["year"]).first()
    if later is None or later.current_run_id is None or (found is not None and found.issued_on):
        return
    clerk, leader = (holder_of(plan["people"], people, role) for role in ("综合处", "秘书长"))
    if found is None:
        scheme = Scheme.objects.filter(year=about["year"]).first()
        scheme = scheme or copy_scheme(later.scheme, year=about["year"], by=clerk)
        found, _ = open_round(year=about["year"], scheme=scheme, by=clerk)
    _score(found, list(later.ratings.select_related("party").order_by("pk")[: about["firms"]]), by=clerk)
    listed = _announce(found, about, clerk=clerk, leader=leader)
    _issue(found, about, by=clerk)
    yield f"{found.title}: {listed.lines.count()} firms announced and graded"


def _score(found: RatingRound, ratings: list, *, by):
    if found.current_run_id:
        return
    year, firms = found.year, [(rating.name, rating.party.code) for rating in ratings]
    surveys = [
        [*firm, "示例工程", "示例建设单位", "电话", f"{year}-10-15", by.name, 5 - n % 2, 5, 5 - n % 3, 5, 4]
        for n, firm in enumerate(firms)
    ]
    scores = [[*firm, 92 - n % 19] for n, firm in enumerate(firms)]
    for kind, label, rows in (
        ("rating-roster", "申报企业名册", [CODE, *firms]),
        ("surveys", "业绩调查", [SURVEY, *surveys]),
        ("authority-scores", "主管部门评分", [[*CODE, "得分"], *scores]),
    ):
        bring_rows(kind, f"{year} 年度{label}（示例）.xlsx", rows, {"round": year}, by=by)
    rate_now(found, by=by)
    found.refresh_from_db()


def _announce(found: RatingRound, about: dict, *, clerk, leader) -> PublicityList:
    """The list of that year, up and down again, announced by a second person."""
    day, note = {name: dt.date.fromisoformat(text) for name, text in about["days"].items()}, about["note"]
    listed = PublicityList.objects.filter(kind="rating", round_key=found.round_key).first()
    if listed is None:
        for name in ("sheets_open", "grades_open"):
            set_switch(found, name=name, on=True, by=clerk, note=note)
        listed = make_list(found, by=clerk)
    if listed.state == ListState.DRAFT:
        perform(listed, "publicise", by=clerk, happened_on=day["publicised"], note=note)
    if listed.state == ListState.PUBLICISED:
        perform(listed, "end", by=None, happened_on=day["ended"], note=note)
    if listed.state == ListState.ENDED:
        perform(listed, "announce", by=leader, happened_on=day["announced"], note=note, number=about["announcement"])
    return listed


def _issue(found: RatingRound, about: dict, *, by):
    sheets = found.current_run.sheets.exclude(grade="").select_related("rating__party").order_by("rating_id")
    rows = [[sheet.rating.name, sheet.rating.party.code, sheet.grade] for sheet in sheets]
    options = {"round": found.year, "number": about["issued"], "date": about["days"]["issued"]}
    bring_rows("issued-grades", f"{found.year} 年度发布结果（示例）.xlsx", [[*CODE, "等级"], *rows], options, by=by)
