"""Addresses of the desk, under /desk/. Its messages are the outbox's (association.urls)."""

from django.urls import path

from . import firm_views, library_views, material_views, point_views, rating_views, request_views, seats_views, term_views, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("switch/", views.switch, name="switch"),
    path("firm/", firm_views.firm, name="firm"),
    path("firm/change/", firm_views.change, name="firm_change"),
    path("firm/changes/<uuid:uid>/", firm_views.proposal, name="proposal"),
    path("firm/changes/<uuid:uid>/edit/", firm_views.proposal_edit, name="proposal_edit"),
    path("firm/changes/<uuid:uid>/undo/", firm_views.proposal_undo, name="proposal_undo"),
    path("firm/changes/<uuid:uid>/<slug:name>/", firm_views.proposal_move, name="proposal_move"),
    path("documents/", library_views.library, name="documents"),
    path("documents/add/", library_views.add, name="paper_add"),
    path("documents/<uuid:uid>/", library_views.change, name="paper_change"),
    path("documents/<uuid:uid>/renew/", library_views.renew, name="paper_renew"),
    path("documents/<uuid:uid>/remove/", library_views.remove, name="paper_remove"),
    path("ratings/", rating_views.rating_list, name="ratings"),
    path("ratings/<uuid:uid>/", rating_views.rating_page, name="rating"),
    path("ratings/<uuid:uid>/undo/", rating_views.rating_undo, name="rating_undo"),
    path("ratings/<uuid:uid>/<slug:name>/", rating_views.rating_move, name="rating_move"),
    path("materials/<uuid:uid>/", material_views.materials, name="materials"),
    path("materials/<uuid:uid>/remove/", material_views.remove, name="material_remove"),
    path("materials/<uuid:uid>/<uuid:slot>/", material_views.add, name="material_add"),
    path("points/", point_views.point_list, name="points"),
    path("seats/", seats_views.seat_list, name="seats"),
    path("seats/invite/", seats_views.seat_invite, name="seat_invite"),
    path("seats/invitations/<uuid:uid>/", seats_views.seat_invitation, name="seat_invitation"),
    path("seats/invitations/<uuid:uid>/withdraw/", seats_views.seat_withdraw, name="seat_withdraw"),
    path("seats/requests/<uuid:uid>/<slug:name>/", seats_views.seat_request, name="seat_request"),
    path("seats/<uuid:uid>/", seats_views.seat, name="seat"),
    path("seats/<uuid:uid>/take-over/", seats_views.seat_take_over, name="seat_take_over"),
    path("seats/<uuid:uid>/end/", seats_views.seat_end, name="seat_end"),
    path("terms/<uuid:uid>/", term_views.term, name="term"),
    path("invited/<uuid:uid>/", request_views.invited, name="invited"),
    path("requests/new/", request_views.request_new, name="request_new"),
    path("requests/code/", request_views.request_code, name="request_code"),
    path("requests/<uuid:uid>/", request_views.request_page, name="request"),
    path("requests/<uuid:uid>/again/", request_views.request_again, name="request_again"),
    path("requests/<uuid:uid>/withdraw/", request_views.request_withdraw, name="request_withdraw"),
    path("<path:rest>", views.unknown, name="unknown"),
]
