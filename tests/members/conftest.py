"""What the tests of firms share."""

import datetime as dt

import pytest

from members import actions, standing
from tests.codes import firm_code


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
