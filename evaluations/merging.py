"""Two firms became one, or two again: which of their rows count is found again, and open rounds ask to be scored anew."""

from association.parties.registry import offer_merger

from .actions import ask_to_rate_again
from .doubles import numbers_of, settle
from .matching import refresh_todo
from .models import AuthorityScore, CreditRecord, Rating, Survey


@offer_merger
def rows_moved(*, merged, into, by):
    parties = (merged.pk, into.pk)
    numbered = CreditRecord.objects.filter(party__in=parties).exclude(number_key="")
    settle(numbers_of(numbered.only("source", "number_key")))
    used = (CreditRecord, Survey, AuthorityScore, Rating)
    if any(model.objects.filter(party__in=parties).exists() for model in used):
        refresh_todo()
        ask_to_rate_again()
