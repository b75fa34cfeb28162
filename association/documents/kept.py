"""A file field whose uploads survive: a form with errors, a login that ran out, a reload.

class LicenceForm(KeepsFiles, forms.Form):
    licence = KeptFileField(label="营业执照", purpose="register.licence")

form = LicenceForm(request.POST or None, request.FILES or None, keeper=request.user, party=desk.party)
form.cleaned_data["licence"]  -> Document that is loose, or None; with many=True a list. The action that saves the form
gives it away: documents.library.take(document, party=…, by=…, kind="营业执照").

Each upload is stored at once as a loose document that only its uploader sees; the form carries signed tokens. Where the
page loads htmx it is sent as soon as it is chosen, else with the form.
"""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict

from association.parties.models import Party

from .filetypes import ACCEPT, PHOTOS
from .forms import DocumentField
from .joined import is_photo, join
from .library import drop, keep, loose_of
from .models import Document

_SALT = "documents.kept"
_KEPT = "-kept"
MOST_FILES = 30
NO_PHOTO = "这不是图片，请选 JPG、PNG、WebP 或 HEIC 图片。"


def token_of(document: Document) -> str:
    """What a form carries in place of the file."""
    return signing.dumps(str(document.uid), salt=_SALT)


def documents_of(tokens, keeper) -> list[Document]:
    """The loose documents that tokens stand for, as far as they are the person's and still there. One query."""
    uids = []
    for token in tokens[:MOST_FILES]:
        try:
            uids.append(signing.loads(token, salt=_SALT))
        except signing.BadSignature:
            continue
    owner = keeper if keeper is not None and keeper.is_authenticated else None
    return list(Document.objects.loose().filter(uid__in=uids, uploaded_by=owner).order_by("pk")) if uids else []


@dataclass
class Sent:
    """What came with a form: fresh uploads, and tokens of what was kept before."""

    uploads: list
    tokens: list[str]


class KeptFileInput(forms.FileInput):
    """Draws what is kept, each with a tick (untick: not used), and the file field."""

    allow_multiple_selected = True
    template_name = "components/kept_file.html"
    field: "KeptFileField"

    def value_from_datadict(self, data, files, name) -> Sent:
        uploads = files.getlist(name) if isinstance(files, MultiValueDict) else [files[name]] if name in files else []
        tokens = data.getlist(name + _KEPT) if hasattr(data, "getlist") else data.get(name + _KEPT, [])
        return Sent(uploads, list(tokens))

    def value_omitted_from_data(self, data, files, name) -> bool:
        return name not in files and name + _KEPT not in data

    def use_required_attribute(self, initial) -> bool:
        return False  # the file may be here already

    def render(self, name, value, attrs=None, renderer=None):
        field = self.field
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "described": (attrs or {}).get("aria-describedby", ""),
            "invalid": (attrs or {}).get("aria-invalid", ""),
            "kept": [{"token": token_of(one), "document": one} for one in value or ()],
            "many": field.many,
            "accept": PHOTOS if field.photos else ACCEPT,
            "photos": field.photos,
            "limit_bytes": settings.UPLOAD_LIMIT_BYTES,
            "limit": settings.UPLOAD_LIMIT_BYTES // 2**20,
            "order": field.order_for(name, (attrs or {}).get("id", "")) if _known(field.keeper) else "",
            "errors": field.sent_errors,
        }
        return render_to_string("components/kept_file.html", context)


class KeptFileField(forms.Field):
    """See the module. `purpose` at most 40 characters; `one_pdf` makes several photos one PDF when the form is sent;
    `photos`: nothing but pictures."""

    widget = KeptFileInput
    default_error_messages = {"required": "请选择要上传的文件。"}

    def __init__(
        self, *, purpose: str, many: bool = False, one_pdf: bool = False, photos: bool = False, **kwargs
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.purpose, self.many, self.one_pdf, self.photos = purpose, many or one_pdf, one_pdf, photos
        self.keeper = self.party = None
        self.kept: list[Document] = []
        self.sent_errors: list[str] = []

    def __deepcopy__(self, memo):
        copied = super().__deepcopy__(memo)
        copied.kept, copied.sent_errors = [], []
        copied.widget.field = copied
        return copied

    def bind(self, keeper, party):
        """Whose uploads these are (KeepsFiles calls it)."""
        self.keeper, self.party, self.widget.field = keeper, party, self

    def there(self) -> list[Document]:
        """What the person uploaded for this field before and did not use: what an unbound form shows."""
        found = list(loose_of(self.keeper, purpose=self.purpose, party=self.party))
        return found if self.many else found[-1:]

    def order_for(self, name: str, html_id: str) -> str:
        """What the field tells the address that stores a file as soon as it is chosen; signed."""
        return signing.dumps(
            {"name": name, "id": html_id, "purpose": self.purpose, "many": self.many,
             "photos": self.photos, "party": self.party.pk if self.party else None},
            salt=_SALT,
        )  # fmt: skip

    def has_changed(self, initial, data):
        return bool(data and (data.uploads or data.tokens))

    def prepare_value(self, value):
        return value

    def bound_data(self, data, initial):
        """What a form that was sent shows again: what is kept by now."""
        return self.kept or documents_of(data.tokens, self.keeper) if data else []

    def store(self, sent: Sent) -> list[str]:
        """Keep what was sent; sentences on what was not taken."""
        refused, fresh = [], []
        for upload in sent.uploads[:MOST_FILES]:
            try:
                DocumentField().clean(upload)
                if self.photos and not is_photo(upload):
                    raise forms.ValidationError(NO_PHOTO)
                fresh.append(keep(upload, by=_known(self.keeper), purpose=self.purpose, party=self.party))
            except forms.ValidationError as problem:
                other = self.photos and problem.error_list[0].code == "type"  # which lists all that a file may be
                sentence = NO_PHOTO if other else problem.messages[0]
                refused.append(f"{upload.name}：{sentence}" if self.many else sentence)
        before = documents_of(sent.tokens, self.keeper)
        self.kept = [*before, *fresh] if self.many else (fresh or before)[-1:]
        for replaced in before if fresh and not self.many else ():
            drop(replaced)
        if sent.tokens and not self.kept and not refused:
            refused.append(self._say_gone())
        return refused

    def _say_gone(self) -> str:
        """A page sent again (F5) speaks of photos that are one PDF by now: that is shown, and confirmed by the next click."""
        self.kept = self.there()
        if self.kept:
            return "上传的文件已经合并或更换，现在的一份列在这里；核对无误的，再提交一次。"
        return "上传的文件已过期清除，请重新上传。"

    def clean(self, value):
        refused = self.store(value)
        if refused:
            raise forms.ValidationError(" ".join(refused))
        if self.required and not self.kept:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if self.one_pdf and len(self.kept) > 1:
            self._make_one()
        return self.kept if self.many and not self.one_pdf else self.kept[0] if self.kept else None

    def _make_one(self):
        files = [document.as_file() for document in self.kept]
        try:
            if not all(is_photo(file) for file in files):
                raise forms.ValidationError("这里只能有一个文件：几张照片会合成一个 PDF，其他文件请先合并再上传。")
            pdf = join(files, self.label or "材料")
        finally:
            for file in files:
                file.close()
        photos = self.kept
        self.kept = [keep(pdf, by=_known(self.keeper), purpose=self.purpose, party=self.party)]
        for photo in photos:
            drop(photo)


def _known(keeper):
    return keeper if keeper is not None and keeper.is_authenticated else None


class KeepsFiles:
    """Before forms.Form: takes `keeper` (the user) and `party` (on whose desk), and binds the kept fields to them."""

    def __init__(self, *args, keeper=None, party: Party | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, KeptFileField):
                field.bind(keeper, party)
                if not self.is_bound:
                    self.initial.setdefault(name, field.there())


def read_order(text: str, keeper) -> tuple[KeptFileField, str, str] | None:
    """The field that a signed order speaks of, its name and id; None for an order that is not ours."""
    try:
        order = signing.loads(text, salt=_SALT, max_age=24 * 3600)
    except signing.BadSignature:
        return None
    if not isinstance(order, dict):
        return None
    field = KeptFileField(
        purpose=order["purpose"], many=order["many"], photos=order.get("photos", False), required=False
    )
    field.bind(keeper, Party.objects.filter(pk=order["party"]).first() if order["party"] else None)
    return field, order["name"], order["id"]
