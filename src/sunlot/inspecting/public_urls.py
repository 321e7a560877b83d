"""Addresses that need no account: the link of a notice, a scanned code and what follows from it."""

from django.urls import path

from .codes import public as codes
from .notices import public
from .ratings import views as ratings

app_name = "visit"
urlpatterns = [
    path("c/", codes.enter, name="code-enter"),
    path("c/by/<str:way>/", codes.scanned, name="code-scanned"),
    path("c/by/<str:way>/avoidance/", codes.avoidance, name="code-avoidance"),
    path("c/by/<str:way>/complaint/", codes.complaint, name="code-complaint"),
    path("c/by/<str:way>/rating/", ratings.by_code, name="code-rating"),
    path("c/<str:number>/", codes.number, name="code-number"),
    path("c/<str:number>/<str:shown>/", codes.code, name="code"),
    path("notice/<str:secret>/", public.notice, name="notice"),
    path("notice/<str:secret>/notice.pdf", public.paper, name="notice-paper"),
    path("notice/<str:secret>/materials/", public.materials, name="notice-materials"),
    path("notice/<str:secret>/rating/", ratings.by_notice, name="notice-rating"),
    path("notice/<str:secret>/avoidance/", public.avoidance, name="notice-avoidance"),
]
