"""What every template may write without {% load %}: dates and figures in Chinese, icons, charts, tables, pagers.

Filters never raise: a value of an unexpected kind comes out as its own text, None and "" as nothing (a page must not
fall over because one cell of a frozen row is odd).
"""

import datetime as dt
import re
import zlib
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html

register = template.Library()

WEEKDAYS = "一二三四五六日"
MINUS = "\N{MINUS SIGN}"
ICON_FILE = "vendor/bootstrap-icons-1.13.2/icons.svg"


# -- Dates --------------------------------------------------------------------------------------------------------


def _local(value):
    """A date or naive/aware datetime in local time; None for anything else."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value if isinstance(value, dt.date) else None


@register.filter
def cn_date(value, form=""):
    """5 月 8 日（周六）for sentences, with the year where it is not this one.

    form "year": 2021 年 5 月 8 日（周六）in any year, form "plain": 2021 年 5 月 8 日.
    """
    day = _local(value)
    if day is None:
        return value or ""
    text = f"{day.month} 月 {day.day} 日"
    if form in ("year", "plain") or day.year != timezone.localdate().year:
        text = f"{day.year} 年 {text}"
    return text if form == "plain" else f"{text}（周{WEEKDAYS[day.weekday()]}）"


@register.filter
def cn_moment(value, form=""):
    """5 月 8 日（周六）17:00; a plain date comes out without a time. `form` as for cn_date."""
    moment = _local(value)
    time = f"{moment:%H:%M}" if isinstance(moment, dt.datetime) else ""
    return f"{cn_date(value, form)}{' ' if form == 'plain' and time else ''}{time}"


@register.filter
def iso_date(value):
    """2021-05-08, for tables."""
    day = _local(value)
    return (value or "") if day is None else f"{day:%Y-%m-%d}"


@register.filter
def iso_moment(value):
    """2021-05-08 17:00, for tables and <time datetime>."""
    moment = _local(value)
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, dt.datetime) else iso_date(value)


# -- Figures ------------------------------------------------------------------------------------------------------


def _decimal(value):
    """Exact Decimal of a number or of its text; None where it is none (True is no number here)."""
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _plain(number, places):
    """Rounded half up to `places`, trailing zeros dropped, thousands apart: 1,234.5."""
    text = f"{_rounded(number, places):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _rounded(number, places):
    return number.quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP")


@register.filter
def money(value):
    """12,000.00 (yuan; the unit is written beside it)."""
    number = _decimal(value)
    return (value or "") if number is None else f"{_rounded(number, 2):,f}"


@register.filter
def wan(value):
    """Yuan as 万元 figure: 124000 -> 12.4."""
    number = _decimal(value)
    return (value or "") if number is None else _plain(number / 10000, 6)


@register.filter
def yuan(value):
    """An amount in yuan as people say it: 124000 -> 12.4 万元, 5800 -> 5,800 元."""
    number = _decimal(value)
    if number is None:
        return value or ""
    return f"{wan(number)} 万元" if abs(number) >= 10000 else f"{_plain(number, 2)} 元"


@register.filter
def points(value, places=2):
    """A score without trailing zeros: 3.00 -> 3, 4.2105 -> 4.21 (rounded only here, for the eye)."""
    number = _decimal(value)
    return (value or "") if number is None else _plain(number, int(places))


@register.filter
def signed(value):
    """Points counted, with a true minus: −1, +2, 0."""
    number = _decimal(value)
    if number is None:
        return value or ""
    number = _rounded(number, 2)
    sign = MINUS if number < 0 else "+" if number > 0 else ""
    return sign + _plain(abs(number), 2)


@register.filter
def count(value):
    """10,000."""
    number = _decimal(value)
    return (value or "") if number is None else _plain(number, 2)


def percent(part, whole):
    """Share for drawing and reading, one decimal: 51.4 of 100; 0 where the whole is 0."""
    part, whole = _decimal(part) or Decimal(0), _decimal(whole) or Decimal(0)
    return _rounded(part * 100 / whole, 1) if whole > 0 else Decimal("0.0")


# -- Small parts --------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name, label=""):
    """One icon of the sprite; names stand in static/vendor/icons.txt. With `label` it speaks, else it is decoration."""
    voice = format_html(' role="img" aria-label="{}"', label) if label else format_html(' aria-hidden="{}"', "true")
    return format_html(
        '<svg class="icon" focusable="false"{}><use href="{}#{}"/></svg>', voice, static(ICON_FILE), name
    )


@register.filter
def phone(value):
    """A telephone number to tap; several numbers or words beside them stay text."""
    text = str(value or "")
    digits = re.sub(r"[\s()（）-]", "", text)
    if not re.fullmatch(r"\+?\d{5,15}", digits):
        return text
    return format_html('<a href="tel:{}">{}</a>', digits, text)


@register.simple_block_tag(takes_context=True)
def card(context, content, title="", more_url="", more_label="更多", tone="", level=2):
    """{% card title="正在公示" more_url=url %} … {% endcard %}: a panel with a heading; tone: lake | seal | gold."""
    return context.template.engine.get_template("components/card.html").render(
        template.Context(
            {
                "content": content,
                "title": title,
                "more_url": more_url,
                "more_label": more_label,
                "tone": tone,
                "level": level,
            },
            autoescape=context.autoescape,
        )
    )


@register.inclusion_tag("components/meter.html")
def meter(value, most, label):
    """A bar that says `value` of `most` points; `label` is what a screen reader hears."""
    return {"label": label, "width": max(Decimal(0), min(Decimal(100), percent(value, most)))}


@register.inclusion_tag("components/data_table.html")
def data_table(columns, rows, caption, numbered_from=0, empty=""):
    """A table that becomes cards on a phone.

    columns: [{"label", "align": "" | "num" | "date", "main": bool}]; rows: lists of cells in the same order, or
    {"cells": [...], "muted": bool}; a cell is text or {"text", "url", "sub", "tone", "strong"}.
    numbered_from: first 序号, 0 for none.
    """
    drawn = []
    for number, row in enumerate(rows, start=numbered_from):
        cells, muted = (row["cells"], row.get("muted")) if isinstance(row, dict) else (row, False)
        cells = [cell if isinstance(cell, dict) else {"text": cell} for cell in cells]
        drawn.append({"number": number, "muted": muted, "pairs": list(zip(columns, cells, strict=True))})
    return {"columns": columns, "rows": drawn, "caption": caption, "numbered": bool(numbered_from), "empty": empty}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context, page, unit="条", name="page"):
    """Pages of a list with its total; keeps the other query values. Nothing but the total on a single page."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "request": context.get("request"),
        "page": page,
        "unit": unit,
        "links": [
            {"number": n, "current": n == page.number, "query": _query(context, name, n)}
            if isinstance(n, int)
            else None
            for n in numbers
        ],
        "previous": _query(context, name, page.number - 1) if page.has_previous() else "",
        "next": _query(context, name, page.number + 1) if page.has_next() else "",
    }


def _query(context, name, value):
    request = context.get("request")
    query = request.GET.copy() if request else {}
    if value == 1:  # page 1 has one address only
        query.pop(name, None)
    else:
        query[name] = value
    return f"?{query.urlencode()}" if query else "?"


# -- Charts: SVG made here, no script, text keeps its size at any width ----------------------------------------------

BAR_STEP, COLUMN_HEIGHT, COLUMN_HEAD, COLUMN_FOOT = 44, 150, 26, 30


def _series(rows, unit):
    """Rows [(label, value)] or [{"label", "value", "tone"}] with share of the sum and of the highest."""
    rows = [row if isinstance(row, dict) else {"label": row[0], "value": row[1]} for row in rows]
    numbers = [_decimal(row["value"]) or Decimal(0) for row in rows]
    total, highest = sum(numbers), max(numbers, default=Decimal(0))
    return [
        {
            "label": row["label"],
            "value": _plain(number, 2),
            "share": percent(number, total),
            "height": percent(number, highest),
            "tone": row.get("tone", ""),
            "unit": unit,
        }
        for row, number in zip(rows, numbers, strict=True)
    ]


def _chart(rows, title, unit, label_head, value_head, shares):
    series = _series(rows, unit)
    said = "，".join(f"{row['label']} {row['value']} {unit}".rstrip() for row in series)
    return {
        "title": title,
        "unit": unit,
        "rows": series,
        "shares": shares,
        "label_head": label_head,
        "value_head": value_head or (f"数量（{unit}）" if unit else "数量"),
        "description": f"{said}。" if said else "没有数据。",
        "ident": f"chart-{zlib.crc32(str(title).encode()):08x}",
    }


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(rows, title, unit="家", label_head="项目", value_head="", shares=True, most=0):
    """Lying bars, each under its own label: for names of any length. rows as in _series; shares: print the percent.

    Without shares a bar is as long as its part of the longest, or of `most`.
    """
    chart = _chart(rows, title, unit, label_head, value_head, shares)
    for place, row in enumerate(chart["rows"]):
        if most:
            row["height"] = percent(_decimal(row["value"]), most)
        row["text_y"], row["bar_y"] = place * BAR_STEP + 16, place * BAR_STEP + 24
    return chart | {"svg_height": len(chart["rows"]) * BAR_STEP}


@register.inclusion_tag("components/column_chart.html")
def column_chart(rows, title, unit="家", label_head="项目", value_head="", shares=False):
    """Standing columns for a short scale (分数, 年度): labels of a few characters, twelve at most on a phone."""
    chart = _chart(rows, title, unit, label_head, value_head, shares)
    step = Decimal(100) / max(1, len(chart["rows"]))
    wide = min(step * Decimal("0.56"), Decimal(9))
    for place, row in enumerate(chart["rows"]):
        middle = step * (place + Decimal("0.5"))
        tall = int(_rounded(row["height"] * COLUMN_HEIGHT / 100, 0))
        top = COLUMN_HEAD + COLUMN_HEIGHT - tall
        row |= {"x": _rounded(middle - wide / 2, 2), "middle": _rounded(middle, 2), "top": top, "tall": tall}
        row["value_y"] = top - 8
    base = COLUMN_HEAD + COLUMN_HEIGHT
    return chart | {
        "wide": _rounded(wide, 2),
        "base": base,
        "label_y": base + 21,
        "svg_height": base + COLUMN_FOOT,
    }
