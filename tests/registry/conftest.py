"""The city with its items in force, and the front door of the import."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from sunlot.registry.models import Import
from tests.cast import City, load_items

Upload = Callable[..., HttpResponse]


@pytest.fixture
def town(city: City) -> City:
    """The city with the 31 items in force and their kinds of object."""
    load_items()
    return city


@pytest.fixture
def upload(town: City) -> Upload:
    """Send a file through the upload page, as chen of 物业科 unless another user is named; returns the answer."""

    def send(content: bytes, name: str = "名单.xlsx", *, user: str = "chen", target: str = "objects") -> HttpResponse:
        return town.client(user).post(f"/desk/registry/imports/{target}/", {"file": SimpleUploadedFile(name, content)})

    return send


@pytest.fixture
def imported(upload: Upload) -> Callable[..., Import]:
    """Send a file that must be taken in for preview; returns the import."""

    def send(content: bytes, name: str = "名单.xlsx", **options: str) -> Import:
        answer = upload(content, name, **options)
        assert answer.status_code == 302, answer.content.decode()
        return Import.objects.get(pk=int(answer["Location"].rstrip("/").rsplit("/", 1)[1]))

    return send
