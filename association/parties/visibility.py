"""One rule for rows that carry a party and an audience: who may see them (可见范围)."""

from django.db import models
from django.db.models import Q

from association.core.enums import Audience

from .models import Party, Seat


def of_own_parties(user, field: str = "party") -> Q:
    """Rows of the parties that the person holds a seat for, and of those merged into them (frozen rows stay there)."""
    seats = Seat.objects.live().filter(user=user).values("party")
    merged = Party.objects.filter(merged_into__in=seats).values("pk")
    return Q(**{f"{field}__in": seats}) | Q(**{f"{field}__in": merged})


class AudienceQuerySet(models.QuerySet):
    """For models with `audience` and a nullable `party`; `in_charge_field` names who alone sees IN_CHARGE rows."""

    party_field = "party"
    in_charge_field = None

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.filter(audience=Audience.PUBLIC)
        allowed = Q(audience=Audience.PUBLIC)
        allowed |= Q(audience=Audience.PARTY) & of_own_parties(user, self.party_field)
        meta = self.model._meta
        if user.is_staff and user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
            allowed |= Q(audience__in=(Audience.PARTY, Audience.STAFF))
        if self.in_charge_field:
            allowed |= Q(audience=Audience.IN_CHARGE, **{self.in_charge_field: user})
        return self.filter(allowed)


class StaffQuerySet(models.QuerySet):
    """For models that the staff alone see."""

    def visible_to(self, user):
        meta = self.model._meta
        allowed = user.is_authenticated and user.is_staff and user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
        return self if allowed else self.none()


class OfPartyQuerySet(models.QuerySet):
    """For models that belong to a party (`party_field`): staff who read business see all, others their own parties'."""

    party_field = "party"

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        meta = self.model._meta
        if user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
            return self
        return self.filter(of_own_parties(user, self.party_field))


class AudienceMixin(models.Model):
    """The two columns themselves."""

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    audience = models.CharField("可见范围", max_length=10, choices=Audience, default=Audience.STAFF)

    class Meta:
        abstract = True
