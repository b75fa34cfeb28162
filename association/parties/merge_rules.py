"""What a merger of two parties (合并) does with a row that points at a party; each model says it of its own keys.

    class Membership(Base):
        WHEN_MERGED = {"party": WhenMerged.MOVES}

        def give_way(self, winner, *, by, reason):
            return [(self, {"voided_at": timezone.now(), "void_reason": …})]

A live row moves to the party that goes on, a frozen one (what was published, said, sent) stays and is read through
`Party.merged_into`. Where a unique constraint lets only one of two rows go on, a person decides which; the other one
gives way: give_way() gives rows (itself, and what hangs on it) with the values they get.
"""

from enum import Enum


class WhenMerged(Enum):
    MOVES = "moves"
    MOVES_FREELY = "moves freely"  # goes back with an undo even if it changed since: to-dos, which close all the time
    MOVES_UNLESS_TWIN = "moves unless twin"  # the other party has the very same thing already: nobody is asked
    MOVES_OR_IS_LEFT = "moves or is left"  # of two that cannot both go on, one is left with the merged party
    STAYS = "stays"  # frozen


def rule_of(field) -> WhenMerged:
    """What happens to rows with this key to a party. Raises LookupError where the model does not say."""
    model = field.model
    if hasattr(model, "history_object"):  # simple-history's tables: what was, frozen
        return WhenMerged.STAYS
    rules = getattr(model, "WHEN_MERGED", {})
    if field.name not in rules:
        raise LookupError(f"{model._meta.label} does not say what a merger does with {field.name} (WHEN_MERGED)")
    return rules[field.name]
