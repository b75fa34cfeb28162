from django.urls import path

from . import views

app_name = "documents"
urlpatterns = [
    path("keep/", views.keep, name="keep"),
    path("<uuid:uid>/download/", views.download, name="download"),
]
