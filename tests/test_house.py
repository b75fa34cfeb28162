"""The house rules that a machine can check: layers, sizes, words, who may be seen, what production refuses."""

import ast
import importlib.util
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from association.documents.models import Document
from association.workflow.models import Stateful

ROOT = Path(__file__).resolve().parent.parent
OURS = ("association", "members", "evaluations")
CHINESE = re.compile("[\u4e00-\u9fff]")


@cache
def tracked() -> tuple[str, ...]:
    """Every file that git knows or would take, as paths from the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(sorted(name for name in found.split("\0") if name and (ROOT / name).is_file()))


def sources(*, tests: bool = False) -> list[str]:
    folders = (*OURS, "tests") if tests else OURS
    return [n for n in tracked() if n.endswith(".py") and n.split("/")[0] in folders and "/migrations/" not in n]


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(text_of(name))


def our_models() -> list[type[models.Model]]:
    """Ours, without the history tables that simple-history makes beside them."""
    found = [m for config in apps.get_app_configs() if config.name.split(".")[0] in OURS for m in config.get_models()]
    return [model for model in found if not hasattr(model, "history_object")]


# -- Layers, sizes ---------------------------------------------------------------------------------


def test_layers_hold(capsys):
    """The import-linter contracts of pyproject.toml: higher rooms import lower ones, never back."""
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out[-3000:]


def test_every_room_stands_in_a_layer():
    """A new app without a place in the layers would be free to import anything."""
    layers = text_of("pyproject.toml").split("layers = [")[1].split("]")[0]
    names = {word for line in re.findall(r'"([^"]+)"', layers) for word in re.split(r"\s*[:|]\s*", line)}
    rooms = {config.name for config in apps.get_app_configs() if config.name.split(".")[0] in OURS}
    assert rooms - names - {"association"} == set()


def test_files_stay_short():
    long = {name: len(text_of(name).splitlines()) for name in sources(tests=True)}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def _lines(function) -> int:
    """Lines of a function's body, without signature and docstring."""
    first = function.body[0]
    begin = first.end_lineno if ast.get_docstring(function) is not None else first.lineno - 1
    return function.end_lineno - begin


def test_functions_stay_short():
    long = {
        f"{name}:{node.lineno} {node.name}": _lines(node)
        for name in sources()
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines(node) > 40
    }
    assert long == {}


def test_no_signals_and_no_gettext_of_our_own():
    """What happens stands where it is called; Chinese is the language of the code's sentences."""
    banned = re.compile(
        r"django\.dispatch|\b(pre|post)_(save|delete|init)\b|m2m_changed|utils\.translation import .*gettext"
    )
    found = [name for name in sources() if banned.search(text_of(name))]
    assert found == []


# -- Words -----------------------------------------------------------------------------------------


def test_no_city_and_no_association_in_the_code():
    """They are data: the Association row, the demonstration's file, the samples."""
    words = re.compile("岳阳|洞庭|湖南|巴陵|湘|yueyang|YYJX", re.IGNORECASE)
    free = ("association/demo/data/", "static/vendor/")
    text = (".py", ".html", ".css", ".js", ".svg", ".txt", ".po", ".json")
    looked_at = [n for n in tracked() if n.split("/")[0] in (*OURS, "templates", "static") and n.endswith(text)]
    hits = {name: words.search(text_of(name)) for name in looked_at if not name.startswith(free)}
    found = [f"{name}: {hit.group()}" for name, hit in hits.items() if hit]
    assert found == []


def test_words_that_no_screen_shows():
    words = re.compile("挂靠|拒绝")
    looked_at = [
        n for n in tracked() if n.split("/")[0] in (*OURS, "templates") and n.endswith((".py", ".html", ".po"))
    ]
    assert [name for name in looked_at if words.search(text_of(name))] == []


def test_no_path_of_a_machine_in_the_tree():
    paths = re.compile(r"(?<![\w.])/(w[o]rk|t[m]p|f[a]rm|r[o]ot|home)/[\w.]")
    binary = (".xlsx", ".xls", ".et", ".png", ".jpg", ".heic", ".mo", ".pdf", ".woff2", ".ofd")
    looked_at = [n for n in tracked() if not n.endswith(binary) and "/vendor/" not in n]
    found = [name for name in looked_at if paths.search((ROOT / name).read_text(encoding="utf-8", errors="replace"))]
    assert found == []


PLUMBING = {"subject_type", "subject_id", "once_key", "heartbeat_at", "before", "after_version"}
SHOWN_BY_OTHERS = {  # a page shows the sentence, the label or the signature that stands beside them
    "timeline.Event.verb",
    "timeline.Event.actor",
    "workflow.Step.name",
    "workflow.Step.source",
    "workflow.Step.target",
}


def test_models_and_their_shown_fields_have_chinese_names():
    named = {model._meta.label: model._meta.verbose_name for model in our_models()}
    for model in our_models():
        for field in model._meta.get_fields():
            if getattr(field, "editable", False) and not field.auto_created and field.name not in PLUMBING:
                named[f"{model._meta.label}.{field.name}"] = field.verbose_name
    bare = {label for label, name in named.items() if not CHINESE.search(str(name))}
    assert bare - SHOWN_BY_OTHERS == set()


# -- Rows ------------------------------------------------------------------------------------------

NEVER_LISTED = {  # no page, export or search lists them by themselves; they are reached through a row that is
    "accounts.ActivationSlip": "one-time codes, printed once from the account's page",
    "accounts.StandIn": "shown to principal and deputy, and in the admin by its own permission",
    "accounts.User": "people: the admin's own permission",
    "core.Association": "one row, public",
    "core.CalendarDay": "public facts, edited under their year",
    "core.CalendarYear": "public facts",
    "core.Counter": "running numbers",
    "parties.MergeMove": "read through its merge",
    "parties.PartyName": "read through its party",
}


def test_every_model_is_visible_by_rule_or_never_listed():
    without = {m._meta.label for m in our_models() if not hasattr(m._default_manager.all(), "visible_to")}
    assert without - set(NEVER_LISTED) == set()


def test_foreign_keys_to_documents_protect_them():
    keys = [
        field for model in our_models() for field in model._meta.get_fields() if isinstance(field, models.ForeignKey)
    ]
    to_documents = [field for field in keys if field.related_model is Document]
    loose = [str(field) for field in to_documents if field.remote_field.on_delete is not models.PROTECT]
    assert to_documents
    assert loose == []


STATES_OF_THEIR_OWN = {  # rows with a state that are no Stateful: nobody decides it, a process reports it
    "association/jobs/actions.py": "Job",
    "association/exchange/actions.py": "ImportBatch",
    "association/exchange/pipeline.py": "ImportBatch",
    "association/exchange/undo.py": "ImportBatch",
    "association/outbox/actions.py": "Message",
    "association/publicity/objections.py": "PublicityLine",
    "association/publicity/queries.py": "a page's copy that is never saved: over by the clock, the row follows",
    "evaluations/runs.py": "ScoringRun",
}


def _writes_state(node) -> bool:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        flat = [item for target in targets for item in (target.elts if isinstance(target, ast.Tuple) else [target])]
        return any(isinstance(item, ast.Attribute) and item.attr == "state" for item in flat)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("update", "update_or_create")
    ):
        return any(keyword.arg == "state" for keyword in node.keywords)
    return False


def test_only_the_workflow_writes_a_state():
    found = {name for name in sources() for node in ast.walk(tree_of(name)) if _writes_state(node)}
    found = {name for name in found if not name.startswith("association/workflow/")}
    assert found - set(STATES_OF_THEIR_OWN) == set()
    stateful = {model.__name__ for model in our_models() if issubclass(model, Stateful)}
    assert set(STATES_OF_THEIR_OWN.values()) & stateful == set()


def test_migrations_are_in_step(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


# -- Templates -------------------------------------------------------------------------------------

BY_CONVENTION = {"400.html", "403.html", "404.html", "500.html", "429.html"}  # Django and allauth know these names


def _overrides_a_library(name: str) -> bool:
    """Whether a library looks for a template of this name: it has one of its own."""
    packages = {config.path for config in apps.get_app_configs() if config.name.split(".")[0] not in OURS}
    return any((Path(path) / "templates" / name).is_file() for path in packages)


def test_every_template_is_used():
    names = [n.removeprefix("templates/") for n in tracked() if n.startswith("templates/") and not n.endswith(".md")]
    readers = [n for n in tracked() if n.split("/")[0] in (*OURS, "templates") and n.endswith((".py", ".html", ".txt"))]
    words = {name: "\n".join(text_of(r) for r in readers if r != f"templates/{name}") for name in names}
    unused = [n for n in names if n not in words[n] and n not in BY_CONVENTION and not _overrides_a_library(n)]
    assert unused == []


def test_every_template_can_be_read():
    broken = []
    for name in (n.removeprefix("templates/") for n in tracked() if n.startswith("templates/") and n.endswith(".html")):
        try:
            get_template(name)
        except TemplateDoesNotExist as problem:  # one that it extends
            broken.append(f"{name}: {problem}")
    assert broken == []


# rows of these names have choices on their state and are no Stateful: an import, a job, a line of a list
WITH_CHOICES = {"batch", "job", "line"}


def test_templates_ask_a_stateful_row_for_its_label_by_its_own_name():
    """get_state_display stands on no Stateful and would draw nothing; the word itself is English. state_label is it."""
    asked = set()
    for name in (n for n in tracked() if n.startswith("templates/") and n.endswith(".html")):
        rows = set(re.findall(r"([\w.]+)\.get_state_display", text_of(name)))
        printed = set(re.findall(r"\{\{ *([\w.]+)\.state *[|}]", text_of(name)))
        asked |= {(name, row) for row in rows if row.split(".")[-1] not in WITH_CHOICES} | {
            (name, row) for row in printed if row not in ("station", "step", "turn")
        }
    assert asked == set()


# -- Requirements ----------------------------------------------------------------------------------


def test_psycopg2_is_the_driver():
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    assert importlib.util.find_spec("psycopg2") is not None
    assert importlib.util.find_spec("psycopg") is None
    assert not is_psycopg3


def _direct() -> list[str]:
    return [line for line in text_of("requirements.in").splitlines() if line.strip() and not line.startswith("#")]


def test_each_direct_dependency_has_its_reason():
    assert [line for line in _direct() if not re.search(r"\S\s+# \w", line)] == []


def test_the_lock_holds_every_dependency_with_hashes():
    entries = re.split(r"\n(?=[a-z0-9])", text_of("requirements.txt").strip())
    pinned = {re.match(r"[a-z0-9._-]+", entry).group() for entry in entries if "==" in entry}
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert {re.match(r"[A-Za-z0-9._-]+", line).group().lower() for line in _direct()} - pinned == set()


# -- Settings --------------------------------------------------------------------------------------

GOOD = {
    "PORTAL_ENV": "production",
    "SECRET_KEY": "a-key-of-this-test-and-nothing-else-0123456789",
    "ALLOWED_HOSTS": "portal.example.org",
}


def read_settings(tmp_path, code: str = "", **environment) -> subprocess.CompletedProcess:
    """Import the settings in a process of their own, with no more environment than given."""
    return subprocess.run(
        [sys.executable, "-c", f"import association.settings as s\n{code}"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "VAR_DIR": str(tmp_path), "DATABASE_URL": "sqlite:///:memory:"} | environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me-change-me-change-me-change-me-change-me"}, "SECRET_KEY"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL: this is no address"),
        ({"DATABASE_URL": "postgresql://u:p@db:5432"}, "DATABASE_URL: the name of the database is missing"),
        ({"DATABASE_URL": "mysql://u:p@db/portal"}, "DATABASE_URL: the portal runs on PostgreSQL or SQLite"),
        ({"PORTAL_ENV": "prod"}, "PORTAL_ENV: 'prod' is not known"),
    ],
)
def test_production_refuses_bad_settings_by_name(tmp_path, change, named):
    done = read_settings(tmp_path, **GOOD | change)
    assert done.returncode != 0
    assert named in done.stderr.splitlines()[-1]


def test_production_starts_on_good_settings(tmp_path):
    done = read_settings(tmp_path, "print(s.DEBUG, s.STAFF_SECOND_FACTOR, s.SESSION_COOKIE_SECURE)", **GOOD)
    assert done.stderr == ""
    assert done.stdout.split() == ["False", "True", "True"]


def test_postgresql_and_redis_by_their_addresses(tmp_path):
    code = "d = s.DATABASES['default']; c = s.CACHES['default']\n"
    code += "print(d['ENGINE'], d['NAME'], c['LOCATION'], s.CELERY_BROKER_URL)"
    redis = "redis://127.0.0.1:6379/3"
    done = read_settings(tmp_path, code, DATABASE_URL="postgresql://u:p@db:5432/portal", REDIS_URL=redis)
    assert done.stdout.split() == ["django.db.backends.postgresql", "portal", redis, redis], done.stderr


def test_embedded_is_the_default_and_needs_no_server(tmp_path):
    code = "print(s.DATABASES['default']['ENGINE'], s.CELERY_BROKER_URL, len(s.SECRET_KEY) >= 40)"
    done = read_settings(tmp_path, code)
    assert done.stdout.split()[0] == "django.db.backends.sqlite3", done.stderr
    assert done.stdout.split()[1].startswith("filesystem://")
    assert done.stdout.split()[2] == "True"


def test_database_and_uploads_are_for_nobody_else_on_the_machine(tmp_path):
    (tmp_path / "documents").mkdir(mode=0o755)
    done = read_settings(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/portal.sqlite3")
    assert done.stderr == ""
    modes = {path.name: oct(path.stat().st_mode)[-3:] for path in tmp_path.iterdir()}
    assert (modes["portal.sqlite3"], modes["documents"]) == ("600", "700")


def test_the_example_environment_names_every_variable():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text_of("association/settings.py")))
    shown = set(re.findall(r"^#?\s?([A-Z_]+)=", text_of(".env.example"), re.MULTILINE))
    assert read - shown == set(), "missing in .env.example"
    assert shown - read == set(), "not read by settings.py"


def test_the_readme_opens_with_the_two_commands():
    first = text_of("README.md").split("\n## ")[0]
    assert "make run" in first
    assert "make test" in first


def test_help_lists_every_command():
    makefile = text_of("Makefile")
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE).group(1).split()
    assert [name for name in targets if not re.search(rf"^{name}:.*## \w", makefile, re.MULTILINE)] == []
