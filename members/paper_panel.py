"""证照库 on the firm's page of the workbench."""

from association.documents.models import Document

from .panels import Panel, register


@register
def library(firm, user) -> Panel:
    """Papers in force, the nearest end first. One query."""
    papers = Document.objects.visible_to(user).in_library().filter(party=firm.pk).order_by("expires_on", "kind")
    rows = [
        [
            (paper.kind, f"{paper.get_absolute_url()}?inline=1"),
            (paper.number, ""),
            (paper.issuer, ""),
            (f"{paper.expires_on:%Y-%m-%d}" if paper.expires_on else "长期", ""),
        ]
        for paper in papers
    ]
    return Panel("证照库", ("证照", "证号", "发证单位", "有效期至"), rows, "单位在服务台上传的证照会列在这里。")
