"""The page of what is not allowed: the reason, advice that fits the reader, and one line in the log."""

import logging

import pytest

pytestmark = pytest.mark.django_db


def test_the_reason_that_was_raised_stands_on_the_page(association, client_of):
    page = client_of("编辑").get("/admin/exchange/importbatch/add/")
    assert page.status_code == 403
    said = page.content.decode()
    assert "您没有导入文件的权限。" in said
    assert "管理账号的同事" in said
    assert "换到对应的单位" not in said
    assert 'href="/admin/"' in said


def test_without_a_sentence_of_ours_the_page_says_who_can_help(association, client_of):
    said = client_of("编辑").get("/admin/accounts/user/").content.decode()
    assert "您的账号不能打开这一页" in said
    assert "管理账号的同事" in said


def test_a_missing_right_is_one_line_in_the_log(association, client_of, caplog):
    with caplog.at_level(logging.WARNING, logger="django.request"):
        client_of("编辑").get("/admin/exchange/importbatch/add/")
    assert "/admin/exchange/importbatch/add/" in caplog.text
    assert "Traceback" not in caplog.text
