"""Search in articles: whatever part of a title or text is asked for, the same on both databases, and nothing that is over."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from association.core.ngrams import searchable
from association.news import search
from association.news.actions import attach, run_clock
from association.news.models import Article, Publication, SearchEntry
from association.news.tasks import mend_search
from association.workflow.actions import perform

TITLES = (
    "关于召开年度会员大会的通知", "关于开展建筑施工安全生产大检查的通知", "建筑，施工",
    "施工建筑", "市住建局转发〔2026〕12 号文件",
    "GB/T 50326-2017 项目管理规范宣贯", "ＧＢ５０３２６解读", "云滨建设（集团）有限公司获奖",
    "云滨建设集团年会", "A级企业名单", "a b c 三项",
    "“绿色建造”观摩会", "100% 达标", "下划线_与反斜杠\\", "引号\"与'单引号", "垚淼鑫苑二期", "𠮷野家装饰", "𬭎达幕墙",
    "哈哈哈哈", "NEAR 与 AND 与 OR",
    "党建*工作-专题", "É cole 交流", "ß 值检测", "第①批", "㎡ 造价", "建 筑 工 程",
)  # fmt: skip
LETTERS = "".join(dict.fromkeys("".join(TITLES)))


@pytest.fixture
def titles(columns):
    """{title: key} of publications, as many as TITLES; the later in the list the newer."""
    now = timezone.now()
    found = {}
    for number, title in enumerate(TITLES):
        article = Article.objects.create(column=columns["tongzhi"], title=title, state="published")
        moment = now - timedelta(days=len(TITLES) - number)
        row = Publication.objects.create(article=article, column=article.column, title=title, published_at=moment)
        found[title] = row.pk
    assert sum(search.rebuild()) == len(TITLES)
    return found


def ask(question: str, **wanted) -> list[str]:
    names = dict(Publication.objects.values_list("pk", "title"))
    return [names[key] for key in search.hits(question, most=100, **wanted)]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_part_of_a_title_finds_it_newest_first(titles, data):
    title = data.draw(st.sampled_from(TITLES))
    start = data.draw(st.integers(0, len(title) - 1))
    part = title[start : data.draw(st.integers(start + 1, len(title)))]
    question = data.draw(st.sampled_from([part, part.upper(), part.replace("（", "(")]))
    folded = [word for word in map(searchable, question.split()) if word]
    wanted = [one for one in reversed(TITLES) if folded and all(word in searchable(one) for word in folded)]
    assert ask(question) == wanted
    if folded:
        assert title in wanted
        found = Publication.objects.filter(title__icontains=question).values_list("title", flat=True)
        assert set(found) <= set(wanted)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.text(alphabet=LETTERS + "\"'*:^(){}[]+-~|&!<>\\%_;,.\t", max_size=12))
def test_whatever_is_asked_is_answered(titles, question):
    folded = [word for word in map(searchable, question.split()) if word]
    wanted = [one for one in reversed(TITLES) if folded and all(word in searchable(one) for word in folded)]
    assert ask(question) == wanted


@pytest.mark.parametrize(
    "question",
    ["", "   ", "，。", "%", "_", "*", '"', "'; DROP TABLE news_publication; --", "NEAR(建 筑)", "title: 建",
     "a" * 5000, "建" * 2000, "\\"],
)  # fmt: skip
def test_odd_questions(titles, question):
    assert set(ask(question)) <= {"NEAR 与 AND 与 OR"}
    assert Publication.objects.count() == len(TITLES)


def test_title_hits_stand_first_then_the_newest(signed):
    with time_machine.travel(timezone.now() - timedelta(days=9), tick=False):
        signed(title="扬尘治理方案印发了", body="<p>各会员单位请认真执行。</p>")
    with time_machine.travel(timezone.now() - timedelta(days=5), tick=False):
        signed(title="会员大会顺利召开了", body="<p>会上还讨论了扬尘治理的办法。</p>")
    signed(title="秘书处工作会议召开", body="<p>会议听取了<strong>扬尘</strong>治理情况的汇报。</p>")
    assert ask("扬尘治理") == ["扬尘治理方案印发了", "秘书处工作会议召开", "会员大会顺利召开了"]
    assert ask("扬尘治理 讨论") == ["会员大会顺利召开了"]


def test_words_across_two_paragraphs_are_no_word(signed):
    signed(title="第一季度情况通报", body="<p>这是关于标准化工</p><p>地方标准的说明文字。</p>")
    assert ask("标准化工") == ["第一季度情况通报"]
    assert ask("标准化工地") == []


def test_number_subtitle_and_attachments_are_found(article, writer, reviewer):
    found = article(subtitle="兼谈资质管理", document_number="某建发〔2026〕12 号")
    attach(found, SimpleUploadedFile("信用评价申报表.csv", "甲,乙\n1,2\n".encode()), by=writer)
    for name in ("submit", "review", "proofread", "publish"):
        perform(found, name, by=writer if name == "submit" else reviewer)
    for question in ("资质管理", "某建发[2026]12", "申报表", "信用评价 会员大会"):
        assert ask(question) == [found.title]


def test_columns_and_years(signed, columns):
    with time_machine.travel("2024-12-31T23:30:00+08:00", tick=False):
        signed(title="安全生产年终总结")
    with time_machine.travel("2025-01-01T00:30:00+08:00", tick=False):
        signed(title="安全生产新年部署", column="shi", issued_by="市局", issued_on="2025-01-01", effect="in_force")
    assert ask("安全生产", year=2024) == ["安全生产年终总结"]
    assert ask("安全生产", year=2025) == ["安全生产新年部署"]
    assert ask("安全生产", columns=[columns["tongzhi"].pk]) == ["安全生产年终总结"]
    assert ask("安全生产", columns=[]) == []


def test_at_most_so_many(titles):
    everything = search.hits("的", most=100) + search.hits("建", most=100)
    assert search.hits("建", most=3) == search.hits("建", most=100)[:3]
    assert len(everything) > 5


def test_taken_down_expired_or_closed_it_is_gone(signed, reviewer, columns):
    found = signed(title="临时停电的通知", take_down_at=timezone.now() + timedelta(hours=2))
    assert ask("停电") == ["临时停电的通知"]
    columns["tongzhi"].is_shown = False
    columns["tongzhi"].save()
    assert ask("停电") == []
    columns["tongzhi"].is_shown = True
    columns["tongzhi"].save()
    assert ask("停电") == ["临时停电的通知"]
    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        assert ask("停电") == []  # the clock's task has not come by yet
        run_clock()
        assert ask("停电") == []
    assert not SearchEntry.objects.exists()
    other = signed(title="再次停电的通知")
    perform(other, "take_down", by=reviewer, note="有误")
    assert ask("停电") == []
    assert found.title != other.title


def test_a_revised_text_is_found_by_its_new_words_alone(signed, writer, reviewer):
    from association.news.actions import save_article

    found = signed(title="关于开展检查的通知", body="<p>检查脚手架和模板支撑体系。</p>")
    perform(found, "revise", by=writer, note="改")
    save_article(found, by=writer, title="关于开展起重机械检查的通知", body="<p>检查塔式起重机和施工升降机。</p>")
    assert ask("脚手架") == ["关于开展检查的通知"]  # what is out is what is found
    for name in ("submit", "review", "proofread", "publish"):
        perform(found, name, by=writer if name == "submit" else reviewer)
    assert (ask("脚手架"), ask("起重机")) == ([], ["关于开展起重机械检查的通知"])


def test_a_very_long_text_goes_out_and_is_found(signed):
    body = "".join(
        f"<p>{''.join(chr(0x4E00 + (n * 37 + k * 101) % 20000) for k in range(400))}</p>" for n in range(200)
    )
    signed(title="章程修订全文公布", body=f"<p>首段讲标准。</p>{body}")
    assert ask("首段讲标准") == ["章程修订全文公布"]


def test_the_nightly_look_mends_what_was_written_past_the_actions(titles):
    key = titles["哈哈哈哈"]
    Publication.objects.filter(pk=key).update(title="改了的标题", version=9)
    Publication.objects.filter(pk=titles["A级企业名单"]).update(withdrawn_at=timezone.now())
    SearchEntry.objects.filter(publication=titles["第①批"]).delete()
    mend_search()
    assert ask("改了的") == ["改了的标题"]
    assert ask("哈哈") == []
    assert ask("第①批") == ["第①批"]
    assert not SearchEntry.objects.filter(publication=titles["A级企业名单"]).exists()
    assert search.mend() == 0


def test_the_command_makes_the_index_anew(titles, capsys):
    SearchEntry.objects.all().delete()
    assert ask("建筑") == []
    call_command("rebuild_search")
    assert f"搜索索引已重建：{len(TITLES)} 篇文章。" in capsys.readouterr().out
    assert ask("建筑")[-1] == "关于开展建筑施工安全生产大检查的通知"


def test_few_queries_however_much_is_found(titles, django_assert_max_num_queries):
    with django_assert_max_num_queries(6 if connection.vendor == "postgresql" else 4):
        search.hits("建", most=20)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("question", "pays"),
    [("建", False), ("建筑施工", False), ("施工 通知", False), ("垚淼", True), ("建筑施工 垚", True), ("犇", True)],
)
def test_common_words_are_walked_to_and_rare_ones_looked_up(columns, question, pays):
    """The same answers either way; which way is less work the share of the rarest pair of each word tells."""
    now = timezone.now()
    for number in range(300):
        title = f"建筑施工通知第{number}号" if number else "垚淼建筑施工"
        article = Article.objects.create(column=columns["tongzhi"], title=title, state="published")
        Publication.objects.create(
            article=article, column=article.column, title=title, published_at=now - timedelta(days=number)
        )
    assert sum(search.rebuild()) == 300
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE news_searchentry")
    assert search.grams_index_pays("title", question.split()) is pays
    rows = Publication.objects.order_by("-published_at")
    for word in question.split():
        rows = rows.filter(title__contains=word)
    assert search.hits(question, most=1000) == list(rows.values_list("pk", flat=True))


def test_what_is_over_takes_no_place_of_what_is_not(titles):
    """Most of the newest finds are over, and the clock has not come by: the older ones are found all the same."""
    now = timezone.now()
    over = [titles[title] for title in TITLES if "建" in title][2:]
    Publication.objects.filter(pk__in=over).update(take_down_at=now)
    assert len(over) > 4
    assert len(search.hits("建", most=2)) == 2
