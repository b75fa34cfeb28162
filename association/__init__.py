"""The portal of a trade association (协会门户): the project package and what belongs to the association as a whole."""

from .celery import app as celery_app

__all__ = ["celery_app"]
