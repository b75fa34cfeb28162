"""PDFs that ask for a password before they open are sent back; those locked against changes only are taken."""

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from association.documents.filetypes import PDF, detect
from association.documents.pdf_lock import needs_password

SAMPLES = Path(__file__).parents[2] / "data" / "locked_pdf"  # by pypdf 7.1, one a kind of encryption
KINDS = ("rc4-40", "rc4-128", "aes-128", "aes-256-r5", "aes-256")


@pytest.mark.parametrize("kind", KINDS)
def test_an_open_password_is_asked_to_be_taken_off(kind):
    content = (SAMPLES / f"{kind}_locked.pdf").read_bytes()
    with pytest.raises(ValidationError, match="PDF 设有打开密码，请去掉密码"):
        detect(SimpleUploadedFile("证书.pdf", content), "证书.pdf")


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_against_changes_only_is_taken(kind):
    content = (SAMPLES / f"{kind}_open.pdf").read_bytes()
    assert b"/Encrypt" in content
    assert detect(SimpleUploadedFile("电子证照.pdf", content), "电子证照.pdf") is PDF


@pytest.mark.parametrize(
    "rest",
    [
        b"/Encrypt 9 0 R",
        b"9 0 obj <</Filter /Standard /R 3 /U (short>> endobj trailer <</Encrypt 9 0 R>>",
        b"9 0 obj <</Filter /Standard /R 6 /U <00>>> endobj trailer <</Encrypt 9 0 R>>",
        b"9 0 obj <</Filter /Adobe.PubSec>> endobj trailer <</Encrypt 9 0 R>>",
    ],
)
def test_what_cannot_be_made_out_counts_as_open(rest):
    assert needs_password(b"%PDF-1.7\n" + rest) is False
