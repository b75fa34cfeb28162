"""What is asked of a paper of the library (证照库) that is there already."""

from association.documents.paper_forms import PaperFields

from .seen import SeenForm


class PaperChangeForm(SeenForm, PaperFields):
    """What was written about a paper; `thing` is the Document."""

    field_order = ("kind", "number", "issuer", "expires_on")
