"""企业名册 as a file: what the list shows, with its search and filters."""

from association.exchange.exports import ListExport, register

from .queries import FILTERS, listed
from .resources import FirmResource

FIRMS = register(ListExport("firms", "企业名册", FirmResource, listed, FILTERS.words))
