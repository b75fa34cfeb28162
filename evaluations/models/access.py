"""Who may see rows of the rating that have no audience of their own: staff who read business."""

from django.db import models


class StaffQuerySet(models.QuerySet):
    def visible_to(self, user):
        meta = self.model._meta
        allowed = user.is_authenticated and user.is_staff and user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
        return self if allowed else self.none()
