"""Settings of the tests: the product's own, with a data folder of their own and cheap password hashes."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["SUNLOT_DATA"] = tempfile.mkdtemp(prefix="sunlot-test-")
atexit.register(shutil.rmtree, os.environ["SUNLOT_DATA"], ignore_errors=True)
os.environ["SUNLOT_SECRET_KEY"] = "only-for-tests-" + "x" * 40

from sunlot.site.settings import *  # noqa: E402, F403 -- the folder must be named before
from sunlot.site.settings import DATABASES, STATIC_ROOT  # noqa: E402

STATIC_ROOT.mkdir(parents=True)  # whitenoise warns where there is none
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "sunlot.organisations.passwords.OneTimeHasher",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Two runs on one PostgreSQL at the same time must not share a database.
DATABASES["default"].setdefault("TEST", {})
if "postgresql" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"]["NAME"] = f"test_sunlot_{os.environ.get('SUNLOT_TEST_RUN', os.getppid())}"
else:
    DATABASES["default"]["TEST"]["NAME"] = str(Path(os.environ["SUNLOT_DATA"]) / "test.sqlite3")
