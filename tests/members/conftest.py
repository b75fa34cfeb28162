"""What the tests of firms share."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from association.exchange.actions import import_now
from association.exchange.kinds import kind_named
from association.exchange.models import ImportBatch
from members import actions, standing, term_changes, terms
from members.models import Term, TermChange
from members.term_plans import plan_of
from tests.codes import firm_code
from tests.workbooks import xlsx

TERM_LIST = ["序号", "姓名", "工作单位", "单位职务", "拟任职务", "手机"]


@pytest.fixture
def clerk(staff, association):
    return staff("秘书处", name="赵秘书")


@pytest.fixture
def office(clerk, client_of):
    """A client logged in as the clerk of the secretariat."""
    return client_of(clerk)


@pytest.fixture
def firm(clerk):
    """firm("某某建筑有限公司", district="东区"): a firm on file."""
    made = 0

    def make(name: str = "", **values):
        nonlocal made
        made += 1
        values = {"code": firm_code(made), "district": "东区", "contact_phone": f"1380000{made:04d}"} | values
        member = values.pop("is_member", False)
        row = actions.create_firm(name=name or f"第{made}建筑工程有限公司", by=clerk, **values)
        if member:
            standing.join(party=row.party, joined_on=dt.date(2020, 1, 1), by=clerk)
            row.refresh_from_db()
        return row

    return make


@pytest.fixture
def leader(staff):
    return staff("秘书长", name="李秘书长")


@pytest.fixture
def term(association):
    terms.load_posts()
    return Term.objects.create(number=3, name="第三届", starts_on=dt.date(2019, 6, 1))


@pytest.fixture
def member(firm):
    """member("某某建筑有限公司"): the party of a firm on file that is a member."""
    return lambda name, **values: firm(name, is_member=True, **values).party


@pytest.fixture
def change(term, clerk):
    """change("election"): a list under way, to take effect today."""

    def make(kind="adjustment", **values):
        today = timezone.localdate()
        values = {
            "title": "届中调整名单", "body": "第三届第二次理事会", "meeting_on": today, "takes_effect_on": today,
            "once_key": f"t{TermChange.objects.count()}", "term": term,
        } | values  # fmt: skip
        return term_changes.create_change(kind=kind, by=clerk, **values)

    return make


def bring(change, *rows, by, head=TERM_LIST) -> ImportBatch:
    """Rows of a list of posts, as the file of Excel that staff upload."""
    upload = ContentFile(xlsx([["名单"], head, *rows]), "名单.xlsx")
    batch, job = import_now(kind_named("term-list"), upload, options={"change": change.pk}, by=by)
    assert job.state == "done", job.error
    return batch


def words(change) -> dict[str, str]:
    """{person or unit: what the list does to it, in a word}."""
    return {one.line.person_name or one.line.unit_name: one.word for one in plan_of(change).lines}


def form_of(client, url: str) -> dict:
    """The values of the form at an address, as a browser would send them back."""
    context = client.get(url).context
    form = context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    for formset in context["inline_admin_formsets"]:
        for one in [formset.formset.management_form, *formset.formset.forms]:
            data |= {one.add_prefix(name): one[name].value() for name in one.fields}
    data["_read"] = context["read_token"]
    return {
        name: "on" if value is True else value
        for name, value in data.items()
        if value is not None and value is not False
    }
