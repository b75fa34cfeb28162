"""Amounts and accounts of dues as sentences say them."""

from decimal import Decimal

from ..models import DuesRules


def in_yuan(amount: Decimal) -> str:
    """5,000 元, 12.50 元."""
    return f"{amount:,.0f} 元" if amount == amount.to_integral_value() else f"{amount:,.2f} 元"


def years_in_words(years) -> str:
    """2019、2020 年."""
    return f"{'、'.join(str(year) for year in sorted(set(years)))} 年"


def account_of(rules: DuesRules) -> list[tuple[str, str]]:
    """[(label, value)] of the account to pay to, as far as the settings (会费设置) name it."""
    rows = (("户名", rules.account_name), ("开户行", rules.account_bank), ("账号", rules.account_number))
    return [(label, value) for label, value in rows if value] if rules.account_number else []


def contact_of(rules: DuesRules, association) -> str:
    """「王某，电话 0700-1234567」; the association's own telephone where the settings name none."""
    phone = rules.contact_phone or association.phone
    return "，".join(filter(None, [rules.contact, f"电话 {phone}" if phone else ""]))
