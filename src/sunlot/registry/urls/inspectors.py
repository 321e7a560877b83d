"""Addresses of inspectors and of what they must not meet."""

from django.urls import path

from ..views import inspectors, service

urlpatterns = [
    path("inspectors/", inspectors.inspectors, name="inspectors"),
    path("inspectors/new/", inspectors.new_inspector, name="inspector-new"),
    path("inspectors/review/", inspectors.review, name="review"),
    path("inspectors/<int:pk>/", inspectors.inspector, name="inspector"),
    path("inspectors/<int:pk>/edit/", inspectors.edit_inspector, name="inspector-edit"),
    path("inspectors/<int:pk>/state/", inspectors.inspector_state, name="inspector-state"),
    path("inspectors/<int:pk>/avoid/", service.new_avoidance, name="avoidance-new"),
    path("inspectors/<int:pk>/rotation/<int:entry>/lift/", service.lift_rotation, name="rotation-lift"),
    path("inspectors/<int:pk>/test/", service.new_assessment, name="assessment-new"),
    path("inspectors/<int:pk>/leave/", service.new_leave, name="leave-new"),
    path("inspectors/<int:pk>/lend/", service.new_loan, name="loan-new"),
    path("inspectors/borrow/", service.borrow, name="borrow"),
    path("avoidances/<int:pk>/decide/", service.decide_avoidance, name="avoidance-decide"),
    path("avoidances/<int:pk>/end/", service.end_avoidance, name="avoidance-end"),
    path("avoidances/<int:pk>/evidence/", service.evidence, name="avoidance-evidence"),
    path("assessments/<int:pk>/void/", service.void_assessment, name="assessment-void"),
    path("leaves/<int:pk>/decide/", service.decide_leave, name="leave-decide"),
    path("loans/", service.loans, name="loans"),
    path("loans/<int:pk>/decide/", service.decide_loan, name="loan-decide"),
    path("me/", service.me, name="me"),
    path("me/avoid/", service.declare_avoidance, name="me-avoid"),
    path("me/leave/", service.ask_leave, name="me-leave"),
]
