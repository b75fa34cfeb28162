"""Articles for the benchmarks: invented notices and news of twenty years, the same each time."""

import random
import uuid
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from association.news import search
from association.news.models import Article, Column, Publication

COLUMNS = (
    ("tongzhi", "通知公告", "list", "notices"),
    ("dongtai", "协会动态", "cards", "headlines"),
    ("zhengce", "政策法规", "policy", "policy"),
    ("hangye", "行业资讯", "list", "industry"),
    ("fengcai", "会员风采", "list", ""),
    ("dangjian", "党建", "list", ""),
    ("xiazai", "下载", "files", ""),
)
_WHO = ("协会", "市住建局", "省住房和城乡建设厅", "会员单位", "秘书处", "专家委员会", "监理分会", "装饰分会")
_DOES = ("召开", "组织", "印发", "开展", "举办", "发布", "公布", "部署", "学习", "观摩")
_WHAT = (
    "建筑施工安全生产", "工程质量安全", "信用评价", "会员大会", "绿色建造", "装配式建筑", "农民工工资支付", "扬尘治理",
    "优质工程评选", "标准化工地", "消防验收", "工程造价信息", "招标投标", "资质管理", "起重机械", "职业技能竞赛",
)  # fmt: skip
_HOW = ("的通知", "工作会议", "专题培训", "实施细则", "情况的通报", "经验交流会", "检查方案", "座谈会", "公告", "活动")
_COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日"
    "那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想"
    "已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指"
)
_RARE = "垚淼鑫犇骉赟翀昶璟珺煜熠燚彧祎翊翎翙翚翥聿肇"
FIRST_DAY = datetime(2006, 1, 4, 1, tzinfo=UTC)


def article_title(number: int) -> str:
    pick = random.Random(number)
    return f"{pick.choice(_WHO)}{pick.choice(_DOES)}{2006 + number * 20 // 100_000}年{pick.choice(_WHAT)}{pick.choice(_HOW)}"


def _sentence(pick: random.Random) -> str:
    words = [pick.choice(_WHO), pick.choice(_DOES), pick.choice(_WHAT), "".join(pick.choices(_COMMON, k=14))]
    pick.shuffle(words)
    return "".join(words)


def article_body(number: int) -> str:
    """Some 800 characters in eight paragraphs; one in five hundred has a rare name."""
    pick = random.Random(-number)
    paragraphs = [f"<p>{'，'.join(_sentence(pick) for _ in range(4))}。</p>" for _ in range(6)]
    if number % 500 == 0:
        paragraphs.append(
            f"<p>联系人：{pick.choice(_RARE)}{pick.choice(_RARE)}，项目为{pick.choice(_RARE)}华苑二期。</p>"
        )
    return "".join(paragraphs)


def columns() -> dict[str, Column]:
    return {
        slug: Column.objects.get_or_create(
            slug=slug, defaults={"name": name, "layout": layout, "home_place": place, "position": 10 * n}
        )[0]
        for n, (slug, name, layout, place) in enumerate(COLUMNS)
    }


_INDEXES = ("title_grams", "words_grams")


def _sql(*commands: str):
    with connection.cursor() as cursor:
        for command in commands:
            cursor.execute(command)


@transaction.atomic
def add_articles(count: int):
    """Articles that went out, one each hundred minutes of twenty years, with all that the search knows of them."""
    if connection.vendor == "postgresql":  # made at the end: row by row it takes most of the time
        _sql(*(f"DROP INDEX news_searchentry_{name}_idx" for name in _INDEXES))
    places = list(columns().values())
    for start in range(0, count, 1000):
        numbers = range(start, min(start + 1000, count))
        articles = Article.objects.bulk_create(
            Article(column=places[n % len(places)], title=article_title(n), body="", state="published") for n in numbers
        )
        rows = Publication.objects.bulk_create(
            _publication(article, n) for article, n in zip(articles, numbers, strict=True)
        )
        search.put(*rows)
    if connection.vendor == "postgresql":
        _sql(
            "SET CONSTRAINTS ALL IMMEDIATE",
            "SET LOCAL maintenance_work_mem = '256MB'",
            *(f"CREATE INDEX news_searchentry_{name}_idx ON news_searchentry USING gin ({name})" for name in _INDEXES),
        )
    _sql("ANALYZE")


def _publication(article: Article, number: int) -> Publication:
    body = article_body(number)
    return Publication(
        article=article, uid=uuid.uuid4(), column_id=article.column_id, title=article.title, body=body,
        summary=body[3:103], published_at=FIRST_DAY + timedelta(minutes=100 * number),
        document_number=f"某建发〔{2006 + number % 20}〕{number} 号" if number % 5 == 0 else "",
        files=[{"document": 0, "uid": str(uuid.uuid4()), "label": f"申报表{number}.docx", "size": 1000}] if number % 9 == 0 else [],
        signatures=[["编", "甲"], ["审", "乙"], ["校", "丙"], ["发", "丁"]],
    )  # fmt: skip
