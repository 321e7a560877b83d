"""Addresses of the archive under /desk/archive/."""

from django.urls import path

from . import views

app_name = "archiving"
urlpatterns = [
    path("", views.files_list, name="files"),
    path("file-all/", views.file_all, name="file-all"),
    path("retention/", views.retention, name="retention"),
    path("disposals/", views.disposals, name="disposals"),
    path("disposals/<int:pk>/", views.disposal, name="disposal"),
    path("forms/<int:form>/", views.of_form, name="of-form"),
    path("<int:pk>/", views.file_page, name="file"),
    path("<int:pk>/case.pdf", views.file_pdf, name="file-pdf"),
    path("<int:pk>/archive.zip", views.file_zip, name="file-zip"),
    path("<int:pk>/hold/", views.hold, name="hold"),
]
