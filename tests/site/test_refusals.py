"""What a visitor gets when a request can't be served: a page that says why, and nothing kept."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client

from sunlot.registry.models import Import
from tests.cast import City


def test_a_body_larger_than_a_file_may_be_is_answered_before_it_is_kept(city: City, settings: LazySettings) -> None:
    settings.SUNLOT_UPLOAD_LIMIT = 1000
    answer = city.client("chen").post(
        "/desk/registry/imports/objects/", {"file": SimpleUploadedFile("名录.csv", b"x" * (2 * 2**20))}
    )
    assert answer.status_code == 413
    assert "文件太大" in answer.content.decode()
    assert not Import.objects.exists()


def test_a_foreign_host_name_gets_a_page_and_no_traceback(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/", headers={"host": "somewhere.example"})
    assert answer.status_code == 400
    assert "SUNLOT_PUBLIC_URL" in answer.content.decode()


def test_an_installation_without_its_database_says_that_it_is_not_ready(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/health/ready").status_code == 200

    def down() -> None:
        raise DatabaseError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", down)
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health/live").status_code == 200


def test_the_icon_is_found_where_browsers_look_for_it(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert Path(answer["Location"]).suffix == ".svg"
