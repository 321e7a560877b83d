"""Addresses of the catalogue room under /desk/catalogue/. Codes begin with a capital letter, so no word is taken for one."""

from django.urls import URLPattern, path

from .views import deciding, files, guides, items, words

app_name = "catalogue"


def decided(family: str, place: str, prefix: str) -> list[URLPattern]:
    """The acts on one item or guide."""
    given = {"family": family}
    acts = {
        "submit": deciding.submit,
        "put-in-force": deciding.put_in_force,
        "return": deciding.return_draft,
        "call-off": deciding.call_off,
        "repeal": deciding.repeal,
    }
    return [
        path(f"{place}<str:code>/{'in-force' if act == 'put-in-force' else act}/", view, given, name=f"{prefix}{act}")
        for act, view in acts.items()
    ]


urlpatterns = [
    path("", items.items, name="list"),
    path("list.pdf", files.item_list, name="list-pdf"),
    path("new/", items.new_item, name="new"),
    path("review/", deciding.many, {"family": "item"}, name="many"),
    path("words/", words.words, name="words"),
    path("words/<int:pk>/", words.change_competence, name="competence"),
    path("guides/", guides.guides, name="guides"),
    path("guides/new/", guides.new_guide, name="guide-new"),
    path("guides/review/", deciding.many, {"family": "guide"}, name="guide-many"),
    path("guides/<str:code>/", guides.guide, name="guide-page"),
    path("guides/<str:code>/edit/", guides.edit_guide, name="guide-edit"),
    path("guides/<str:code>/<int:number>.pdf", files.guide, name="guide-pdf"),
    *decided("guide", "guides/", "guide-"),
    path("<str:code>/", items.item, name="item"),
    path("<str:code>/edit/", items.edit, name="edit"),
    *decided("item", "", ""),
]
