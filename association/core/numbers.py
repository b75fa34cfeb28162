"""Numbers on paper (编号): a Counter without gaps, written in the association's own format."""

from .models import Association, Counter


def format_problem(text: str) -> str:
    """What is wrong with a number format, as one Chinese sentence; "" when it can be used."""
    try:
        first, second, later = text.format(year=2021, n=1), text.format(year=2021, n=2), text.format(year=2022, n=1)
    except (KeyError, IndexError, ValueError, AttributeError):
        return f"编号格式「{text}」写法不对：只能用 {{year}} 表示年度、{{n}} 表示顺序号，例如 XP{{year}}-{{n:04d}}。"
    if first in (second, later):
        return f"编号格式「{text}」会产生重号，请同时写上年度 {{year}} 和顺序号 {{n}}。"
    return ""


def take_numbers(name: str, year: int, count: int = 1, *, default: str) -> list[str]:
    """The next `count` numbers of a kind and year, in the caller's transaction (rolled back, they are free again).

    The format is the association's own for `name` (`{year}`, `{n}` or `{n:04d}`), else `default`.
    """
    wanted = Association.current().number_formats.get(name, default)
    first = Counter.take(name, year, count)
    return [wanted.format(year=year, n=number) for number in range(first, first + count)]
