"""Addresses of pages that are kept, and of such as must not be."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import include, path
from django.utils import timezone

from association.core.pagecache import public_page

drawn_pages = []  # what was drawn, in order: a page answered from the shelf is not
said = {"text": "first"}


@public_page("q", "page")
def plain(request):
    drawn_pages.append(request.get_full_path())
    asked = f"{request.GET.get('q', '')} {request.user} {request.COOKIES}"
    text = f"{said['text']} {asked} at {request.build_absolute_uri()}"
    return HttpResponse(text + " " + "长" * 500)


@public_page()
def until(request):
    drawn_pages.append(request.path)
    request.public_until = timezone.now() + timedelta(seconds=40)
    return HttpResponse("until")


@public_page()
def missing(request):
    drawn_pages.append(request.path)
    raise Http404


@public_page()
def moved(request):
    drawn_pages.append(request.path)
    return HttpResponseRedirect("/")


@public_page()
def cookie(request):
    drawn_pages.append(request.path)
    response = HttpResponse("cookie")
    response.set_cookie("who", "you")
    return response


@public_page()
def stream(request):
    drawn_pages.append(request.path)
    return StreamingHttpResponse(iter([b"a", b"b"]))


@public_page()
def token(request):
    return HttpResponse(get_token(request))


@public_page()
def session(request):
    return HttpResponse(request.session.get("name", "nobody"))


@public_page()
def frame(request):
    return render(request, "404.html")


def private(request):
    drawn_pages.append(request.path)
    messages.info(request, "yours")
    return HttpResponse(request.user.name)


urlpatterns = [
    path("", plain),
    path("until/", until),
    path("missing/", missing),
    path("moved/", moved),
    path("cookie/", cookie),
    path("stream/", stream),
    path("token/", token),
    path("session/", session),
    path("frame/", frame),
    path("private/", private),
    path("accounts/", include("association.accounts.urls")),
    path("", include("association.public.urls")),  # the frame of the login links there
]
