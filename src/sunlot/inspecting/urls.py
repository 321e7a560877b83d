"""Addresses of the inspecting room under /desk/inspecting/."""

from django.urls import path

from . import views

app_name = "inspecting"
urlpatterns = [
    path("", views.forms_list, name="forms"),
    path("forms/<int:pk>/", views.form_page, name="form"),
    path("forms/<int:pk>/form.pdf", views.form_pdf, name="form-pdf"),
    path("parts/<int:pk>/review/", views.review, name="review"),
    path("parts/<int:pk>/signatures/<int:signature>/", views.signature_file, name="signature-file"),
    path("dispatch/<int:pk>/", views.dispatch, name="dispatch"),
]
