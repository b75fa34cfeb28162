"""企业名册 as a file: what the list shows, with its search and filters."""

from association.exchange.exports import ListExport, register

from .queries import listed, words_of
from .resources import FirmResource

FIRMS = register(ListExport("firms", "企业名册", FirmResource, listed, words_of))
