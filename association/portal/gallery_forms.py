"""A form of the desk with pictures in an order, each with its caption: nothing of it is lost on an error.

What is uploaded becomes a picture at once, also where another field is wrong; the page then carries it by its uid.
components/gallery.html draws it.
"""

from association.documents.kept import KeepsFiles, KeptFileField
from association.news import gallery

from .seen import SeenForm

_LAST = 10_000


class GalleryForm(KeepsFiles, SeenForm):
    """`shown` are the rows on file, `known` the pictures that the thing holds, `purpose` names its uploads.

    cleaned_data["pictures"] is [{"uid", "caption"}].
    """

    uploads = KeptFileField(label="添加图片", purpose="gallery", many=True, photos=True, required=False)
    most = 9

    def __init__(self, *args, reader, party, shown: list[dict], known, purpose: str, **kwargs):
        super().__init__(*args, reader=reader, keeper=reader, party=party, **kwargs)
        self.known, field = known, self.fields["uploads"]
        field.purpose, field.help_text = (
            purpose,
            f"最多 {self.most} 张，可以一次选几张；保存以后在上面写说明、调整顺序。",
        )
        self.rows = self._sent() if self.is_bound else list(shown)
        if not self.is_bound:
            self.initial["uploads"] = field.there()

    def _sent(self) -> list[dict]:
        """The rows as they came, those to be removed left out, in the order that their numbers say."""
        data, rows = self.data, []
        uids = data.getlist("picture") if hasattr(data, "getlist") else []
        own = gallery.usable((uid for uid in uids if gallery.is_uid(uid)), by=self.reader, files=self.known)
        for at, uid in enumerate(dict.fromkeys(uids)):
            if uid in own and f"gone-{uid}" not in data:
                number = str(data.get(f"place-{uid}", "")).strip()
                place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else _LAST
                rows.append((place, at, {"uid": uid, "caption": " ".join(data.get(f"caption-{uid}", "").split())}))
        return [row for _place, _at, row in sorted(rows, key=lambda one: one[:2])]

    def clean(self):
        data, field = super().clean(), self.fields["uploads"]
        room = max(0, self.most - len(self.rows))
        taken, refused = gallery.take_in(field.kept[:room], by=self.reader)
        if over := field.kept[room:]:
            refused.append(
                f"最多 {self.most} 张图片，「{over[0].label}」等 {len(over)} 张没有加入；请先删去几张，再上传。"
            )
            gallery.drop_uploads(over)
        field.kept = []  # they are pictures now, or gone
        self.rows += taken
        for sentence in refused:
            self.add_error("uploads", sentence)
        data["pictures"] = self.rows
        return data

    @property
    def gallery(self) -> list[dict]:
        """What the page draws: uid, caption, url, number."""
        shown = gallery.with_addresses(self.rows, "480.webp")
        return [row | {"number": number} for number, row in enumerate(shown, 1)]
