"""拟吸收入会公示: the list goes up only as it would be made now."""

import datetime as dt

import pytest
from django.utils import timezone

from association.cases.models import Slot
from association.publicity.models import PublicityList
from association.workflow.actions import perform, void
from members import actions, joining
from members.models import MembershipApplication, MembershipRules


@pytest.fixture
def waiting(firm, clerk):
    """waiting("甲建设有限公司"): its application, decided by the body, waits for publicity."""
    MembershipRules(publicity_days=3, warn_days=[30]).save()
    values = {"contact_name": "孙某", "contact_phone": "13800000000", "business": "装饰"}
    today = timezone.localdate()

    def make(name: str) -> MembershipApplication:
        row = joining.enter(by=clerk, channel="paper", received_on=today, party=firm(name).party, values=values)
        Slot.objects.update(is_required=False)  # they come with the first application
        perform(row.case, "accept", by=clerk)
        perform(row.case, "propose", by=clerk, body="理事会", meeting_on=today - dt.timedelta(days=1))
        return row

    return make


def make_list(client):
    client.post("/admin/members/membershipapplication/publicity/")


def publicise(client) -> str:
    """发布公示 on the draft; what the page says then."""
    url = f"/admin/publicity/publicitylist/{PublicityList.objects.get().pk}/move/publicise/"
    seen = client.get(url).context["form"]["seen_version"].value()
    data = {"happened_on": timezone.localdate(), "note": "", "seen_version": seen}
    return client.post(url, data, follow=True).content.decode()


def declare_void(row, clerk, waiting):
    void(row.case, by=clerk, reason="重复申请")


def move_house(row, clerk, waiting):
    actions.change_firm(row.case.party.firm, by=clerk, district="西区")


def bring_another(row, clerk, waiting):
    waiting("丙建设有限公司")


@pytest.mark.parametrize(
    ("meanwhile", "named"),
    [(declare_void, "乙建设有限公司"), (move_house, "乙建设有限公司"), (bring_another, "丙建设有限公司")],
)
def test_a_draft_that_would_be_another_now_is_made_anew_first(waiting, office, clerk, meanwhile, named):
    waiting("甲建设有限公司")
    row = waiting("乙建设有限公司")
    make_list(office)
    meanwhile(row, clerk, waiting)
    told = f"名单生成以后，「{named}」有变动，请在入会申请里重新生成公示名单，再发布。"
    assert told in publicise(office)
    assert PublicityList.objects.get().state == "draft"
    assert set(MembershipApplication.objects.standing().values_list("case__state", flat=True)) == {"proposed"}
    make_list(office)
    assert told not in publicise(office)
    assert PublicityList.objects.get().state == "publicised"
    assert set(MembershipApplication.objects.standing().values_list("case__state", flat=True)) == {"publicised"}
