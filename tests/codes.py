"""Codes for invented firms."""

from stdnum.cn import uscc

from association.core.codes import organisation_check


def firm_code(number: int) -> str:
    """The code (统一社会信用代码) of the `number`-th invented firm, with right check characters."""
    body = f"{number:08d}"
    front = f"91430600{body}{organisation_check(body)}"
    return front + uscc.calc_check_digit(front)
