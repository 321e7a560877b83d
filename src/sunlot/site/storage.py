"""How static files are kept: each under a name that carries the digest of its content."""

from collections.abc import Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

_NOT_SERVED = "django_htmx/ext/"  # extensions that we don't use, written for a bundler: they import by bare names


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Modules name the modules they import by digest too, so that no browser mixes two versions after an upgrade."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # one for each step of the longest chain of imports; it ends when nothing changes

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """As Django does, but for the files that no page names."""
        served = {path: where for path, where in paths.items() if not path.startswith(_NOT_SERVED)}
        yield from super().post_process(served, dry_run, **options)
