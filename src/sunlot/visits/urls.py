"""Addresses of the visits room under /desk/visits/."""

from django.urls import path

from .calendar import views as calendar
from .caps import views as caps

app_name = "visits"
urlpatterns = [
    path("calendar/", calendar.own, name="calendar"),
    path("calendar/subscription/", calendar.subscription, name="subscription"),
    path("calendar/units/<str:code>/", calendar.unit, name="calendar-unit"),
    path("calendar/inspectors/<int:pk>/", calendar.inspector, name="calendar-inspector"),
    path("calendar/entities/<int:pk>/", calendar.entity, name="calendar-entity"),
    path("feeds/<str:token>.ics", calendar.feed, name="feed"),
    path("caps/", caps.caps, name="caps"),
    path("caps/<int:pk>/decide/", caps.decide, name="caps-decide"),
]
