"""What every template may use: the association's row."""

from django.utils.functional import SimpleLazyObject

from .models import Association


def association(_request):
    return {"association": SimpleLazyObject(Association.current)}
