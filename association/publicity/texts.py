"""Ready texts: what is copied into a WeChat group, and what is printed for the wall."""

from django.utils import timezone

from association.core.templatetags.portal import cn_date, cn_moment, count

from .models import Announcement, ListState, PublicityList
from .queries import SHOWN
from .registry import kind_of
from .terms import is_over


def share_list(publicity: PublicityList, *, line_count: int, address: str) -> str:
    """复制到微信群 for a list: title, how many, until when, how to object; `address` is the full URL of its page."""
    unit = kind_of(publicity.kind).unit
    rows = [f"【公示】{publicity.title}", f"共 {count(line_count)} {unit}，{publicity.issuer}公示。"]
    if publicity.state == ListState.PUBLICISED and not is_over(publicity.ends_at, timezone.now()):
        start = cn_date(publicity.starts_on)
        rows.append(
            f"公示期：{start}至 {cn_moment(publicity.ends_at)}（{publicity.working_days} 个工作日，首日不计）。"
        )
        rows.append(f"有异议请在截止前提出，电话：{publicity.objection_phone}，地址：{publicity.objection_address}")
    else:
        rows.append(f"公示期已于 {cn_moment(publicity.ends_at, 'plain')} 结束。")
    return "\n".join([*rows, f"名单：{address}"])


def share_announcement(announcement: Announcement, *, line_count: int, address: str) -> str:
    """复制到微信群 for an announcement."""
    rows = [f"【{announcement.get_kind_display()}】{announcement.title}"]
    day = cn_date(announcement.issued_on, "plain")
    rows.append(f"{announcement.number}（{day}）" if announcement.number else day)
    if line_count:
        rows.append(f"共 {count(line_count)} {kind_of(announcement.list.kind).unit}。")
    return "\n".join([*rows, f"全文：{address}"])


def print_sheet(publicity: PublicityList) -> dict:
    """What the sheet for the wall (公示张贴件) holds: the list, all its lines, the sentences above them. One query."""
    lines = list(publicity.lines.order_by("position").only(*SHOWN))
    unit = kind_of(publicity.kind).unit
    intro = f"现将名单予以公示，共 {count(len(lines))} {unit}。"
    term = ""
    if publicity.starts_on:
        term = (
            f"公示期自 {cn_date(publicity.starts_on, 'plain')}起 {publicity.working_days} 个工作日（首日不计），"
            f"至 {cn_moment(publicity.ends_at, 'plain')} 止。"
        )
    return {"publicity": publicity, "lines": lines, "intro": intro, "term": term, "how": publicity.how_to_object}
