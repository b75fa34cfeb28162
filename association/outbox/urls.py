from django.urls import path

from . import views

app_name = "outbox"
urlpatterns = [
    path("", views.message_list, name="messages"),
    path("read/", views.read_all, name="read_all"),
    path("<uuid:uid>/", views.open_message, name="open"),
]
