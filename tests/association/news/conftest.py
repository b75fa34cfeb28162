"""A newsroom with two people, columns, and articles brought as far as a test wants."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from association.news.actions import create_article
from association.news.models import Column
from association.workflow.actions import perform

BODY = "<p>近日，协会组织会员单位到某某项目观摩交流，二十家企业参加。</p>"
PATH = ("submit", "review", "proofread", "publish")


def photo(width=1600, height=900, encoding="JPEG", colour="teal", name="现场.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, encoding)
    return SimpleUploadedFile(name, out.getvalue())


@pytest.fixture
def writer(staff, association):
    return staff("编辑", name="钱编辑")


@pytest.fixture
def reviewer(staff, association):
    return staff("秘书处", name="孙主任")


@pytest.fixture
def columns(db):
    """{slug: Column}: 通知公告, 协会动态 (cards), 政策法规 with 市级."""
    found = {
        slug: Column.objects.create(name=name, slug=slug, layout=layout, home_place=place)
        for slug, name, layout, place in (
            ("tongzhi", "通知公告", "list", "notices"),
            ("dongtai", "协会动态", "cards", "headlines"),
            ("zhengce", "政策法规", "policy", "policy"),
            ("xiazai", "下载", "files", ""),
        )
    }
    found["shi"] = Column.objects.create(name="市级政策", slug="shi", layout="policy", parent=found["zhengce"])
    return found


@pytest.fixture
def article(writer, columns):
    """article("标题", column="tongzhi", **fields): a draft of the writer."""

    def make(title="关于召开年度会员大会的通知", column="tongzhi", **values):
        return create_article(by=writer, column=columns[column], title=title, **({"body": BODY} | values))

    return make


@pytest.fixture
def signed(article, writer, reviewer):
    """signed("publish", …): an article brought through the signatures up to that move, by two people."""

    def make(upto="publish", *args, happened_on=None, **values):
        found = article(*args, **values)
        for name in PATH[: PATH.index(upto) + 1]:
            by = writer if name == "submit" else reviewer
            perform(found, name, by=by, happened_on=happened_on, note="补录" if happened_on else "")
        return found

    return make
