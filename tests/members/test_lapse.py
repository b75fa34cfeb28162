"""自动退会名单: those whom somebody decided to keep are not brought up again before the day."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from association.timeline.models import Event
from members import standing
from members.models import Membership

URL = "/admin/members/membership/lapse/"
PAGE = "/admin/members/membership/{}/"


@pytest.fixture
def silent(firm, clerk) -> list[Membership]:
    return [
        standing.join(party=firm(name).party, joined_on=date(2020, 1, 1), by=clerk)
        for name in ("静默建设有限公司", "无声建设有限公司", "久别建设有限公司")
    ]


def rows(client, kept=False) -> set[str]:
    return {one.membership.party.name for one in client.get(URL).context["kept" if kept else "found"]}


def test_members_are_kept_with_a_reason_and_until_when(office, silent, firm_user, client_of):
    today = timezone.localdate()
    chosen = {"decision": "keep", "member": [silent[0].pk, silent[1].pk]}
    shown = office.post(URL, chosen).content.decode()
    assert "下面 2 名的会籍照旧" in shown
    assert rows(office) == {"静默建设有限公司", "无声建设有限公司", "久别建设有限公司"}, "the preview does nothing"
    sure = chosen | {"confirmed": "yes", "reason": "已联系，承诺补缴会费", "until": f"{today}"}
    refused = office.post(URL, sure, follow=True).content.decode()
    assert "请填写今天以后的日期" in refused
    until = today + timedelta(days=90)
    done = office.post(URL, sure | {"until": f"{until}"}, follow=True).content.decode()
    assert "已登记保留 2 名会员" in done
    assert f"{until:%Y-%m-%d}" in done
    assert "承诺补缴会费" in done
    assert (rows(office), rows(office, kept=True)) == ({"久别建设有限公司"}, {"静默建设有限公司", "无声建设有限公司"})

    page = office.get(PAGE.format(f"{silent[0].pk}/change")).content.decode()
    assert f"保留至 {until:%Y-%m-%d}" in page
    assert "赵秘书决定保留「静默建设有限公司」的会籍" in page
    reader = client_of(firm_user(silent[0].party))
    assert "承诺补缴会费" not in reader.get("/desk/firm/").content.decode()

    Membership.objects.filter(pk=silent[0].pk).update(keep_until=today - timedelta(days=1))
    assert "静默建设有限公司" in rows(office)


def test_keeping_is_taken_back_and_decided_on_the_members_own_page(office, silent):
    until = timezone.localdate() + timedelta(days=30)
    office.post(PAGE.format(f"{silent[0].pk}/do/keep"), {"until": f"{until}", "reason": "停工一年"})
    assert "静默建设有限公司" not in rows(office)
    office.post(PAGE.format(f"{silent[0].pk}/do/keep-no-more"), {"reason": "仍无联系"})
    assert "静默建设有限公司" in rows(office)
    assert Event.objects.filter(verb="membership.kept-no-more").count() == 1
