"""What is left of personal data for those who need not see it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.core import masking


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13812345678", "138****5678"),
        (" 13812345678 ", "138****5678"),
        ("0730-8880000", "0730-****00"),
        ("010-88800001", "010-****01"),
        ("4008800123", "400****23"),
        ("1381234", "****"),
        ("138123", "****"),
        ("12", "**"),
        ("", ""),
        (None, ""),
    ],
)
def test_mobile(number, masked):
    assert masking.mask_mobile(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("欧阳修", "欧**"), ("张", "*"), ("", ""), (None, ""), ("Anna", "A***")],
)
def test_name(name, masked):
    assert masking.mask_name(name) == masked


def test_identity_card():
    assert masking.mask_id("43060219900307123X") == "430****3X"
    assert masking.mask_id("E1") == "**"
    assert masking.mask_id(None) == ""


def test_account():
    assert masking.mask_account("4346 7184 3695 7132") == "4346****7132"
    assert masking.mask_account("43467184") == "****"
    assert masking.mask_account(None) == ""


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("湖南省岳州市临江区示例路387号", "湖南省岳州市临江区****"),
        ("岳州市示例路387号", "岳州市****"),
        ("广西壮族自治区某某市某某县示例镇1号", "广西壮族自治区某某市某某县****"),
        ("示例路387号2栋", "示例路****"),
        ("示例路", "***"),
        ("", ""),
        (None, ""),
    ],
)
def test_address(address, masked):
    assert masking.mask_address(address) == masked


@given(st.text())
@pytest.mark.parametrize("mask", [masking.mask_mobile, masking.mask_id, masking.mask_account])
def test_never_more_than_two_thirds_show(mask, text):
    shown = len(mask(text).replace("*", ""))
    assert shown <= len(text.strip()) * 2 / 3
