"""Who may see a firm's file, one at a time: the same answer as FirmQuerySet.visible_to() gives for many."""

import rules

from association.parties.models import Seat

from .models import Firm, MembershipRules


@rules.predicate
def sees_firm(user, firm: Firm) -> bool:
    """Staff who read business; who holds a seat there; of its head office or a branch as far as the rules say."""
    if not user.is_authenticated:
        return False
    if user.has_perm("members.view_firm"):
        return True
    own = set(Seat.objects.live().filter(user=user).values_list("party", "party__parent"))
    acts_for, heads = {party for party, _head in own}, {head for _party, head in own}
    if firm.pk in acts_for:
        return True
    house = MembershipRules.current()
    if house.head_sees_branches and firm.party.parent_id in acts_for:
        return True
    return house.branches_see_head and firm.pk in heads
