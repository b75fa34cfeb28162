"""Every component and page template drawn with invented data, to be looked at and measured. Not served by the portal.

    python tests/browser/gallery.py FOLDER      writes FOLDER/*.html and FOLDER/static
    python tests/browser/gallery.py --serve 8123    serves it with the portal's strict Content-Security-Policy

tests/browser/test_gallery.py opens these pages in Chromium. It needs no database and no URL of the portal.
"""

import argparse
import contextlib
import http.server
import shutil
import sys
import tempfile
import types
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
sys.path.insert(0, str(ROOT))


def configure():
    """Django with templates and nothing else; the real settings would want a database."""
    import django
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import include, path

    def page(request, **_):
        return HttpResponse("")

    words = "home search lookup publicities directory showcase council about disclosure accessibility topics rss atom journal"
    public = [path(f"{name}/", page, name=name) for name in words.split()]
    urls = types.ModuleType("gallery_urls")
    urls.urlpatterns = [path("", include((public, "public")))]
    settings.configure(
        DEBUG=False,
        ROOT_URLCONF=urls,
        INSTALLED_APPS=["django.contrib.staticfiles"],
        STATIC_URL="/static/",
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        LANGUAGE_CODE="zh-hans",
        ALLOWED_HOSTS=["*"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [ROOT / "templates", HERE],
                "OPTIONS": {
                    "builtins": ["association.core.templatetags.portal"],
                    "libraries": {
                        "news": "association.news.templatetags.news",
                        "public": "association.public.templatetags.public",
                    },
                    "string_if_invalid": "",
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
    )
    django.setup()


def build(folder: Path):
    """Draws every page into `folder`, with the static files beside them; returns the file names without .html."""
    configure()
    from django.template.loader import get_template
    from django.test import RequestFactory

    from tests.browser.gallery_data import ASSOCIATION
    from tests.browser.gallery_pages import pages

    static = folder / "static"
    if static.exists():
        shutil.rmtree(static)
    shutil.copytree(ROOT / "static", static)
    shutil.copy(static / "img" / "hills.svg", folder / "icon.svg")  # the portal draws it with the association's letter
    drawn = pages()
    for name, (template, context) in drawn.items():
        if name == "error-500":  # as Django does it: no request, no context processors
            text = get_template(template).render()
        else:
            text = get_template(template).render(
                {"association": ASSOCIATION} | context, RequestFactory().get(f"/{name}.html")
            )
        (folder / f"{name}.html").write_text(text, "utf-8")
    return list(drawn)


class Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Content-Security-Policy", CSP)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *args):
        pass


def server(folder: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(folder)))


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", nargs="?", type=Path)
    ask.add_argument("--serve", type=int, metavar="PORT")
    arg = ask.parse_args()
    folder = arg.folder or Path(tempfile.mkdtemp(prefix="gallery-"))
    folder.mkdir(parents=True, exist_ok=True)
    names = build(folder)
    sys.stdout.write("\n".join(names) + "\n")
    if arg.serve:
        with contextlib.suppress(KeyboardInterrupt):
            server(folder, arg.serve).serve_forever()


if __name__ == "__main__":
    main()
