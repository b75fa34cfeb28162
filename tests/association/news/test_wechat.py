"""公众号: the article as it is copied there, and the draft sent to a server that stands for WeChat's."""

import json
import re
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from association.jobs.actions import run
from association.jobs.models import Job
from association.news.pictures import take_picture
from association.timeline.actions import events_of
from tests.pages import words_of

from .conftest import BODY, photo
from .test_admin_articles import page_of


class _Wechat(BaseHTTPRequestHandler):
    """Answers as the real one does, and remembers what it was sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.split("?")[0].removeprefix("/cgi-bin/")
        self.server.asked.append((path, self.path, body))
        answer = json.dumps(self.server.answers[path]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args):
        pass


@pytest.fixture
def wechat(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Wechat)
    server.asked = []
    server.answers = {
        "stable_token": {"access_token": "T", "expires_in": 7200},
        "media/uploadimg": {"url": "http://mmbiz.example/1"},
        "material/add_material": {"media_id": "cover", "url": "http://mmbiz.example/2"},
        "draft/add": {"media_id": "draft"},
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = "wx1", "secret"
    settings.WECHAT_API = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def picture(writer, columns):
    return take_picture(photo(), by=writer, alt="观摩现场")


@pytest.fixture
def out(signed, picture):
    """A published article with a picture, a link and a table."""
    figure = f'<figure class="image"><img src="{picture.url("960.webp")}" alt="观摩现场"><figcaption>图注</figcaption></figure>'
    body = f'<h2>一、概况</h2>{BODY}{figure}<p>见<a href="https://example.org/">网站</a></p><ul><li>一项</li></ul>'
    body += '<p class="align-right">某某协会</p>'
    return signed("publish", title="协会组织观摩交流活动", body=body, summary="二十家企业参加观摩。")


def _sent(client, article):
    """The draft is asked for by the button, and the job worked off."""
    assert client.post(page_of(article, "wechat/send")).status_code == 302
    job = Job.objects.get()
    run(job.pk)
    job.refresh_from_db()
    return job


def test_the_text_has_its_styles_in_each_element(out, picture, writer, client_of):
    page = client_of(writer).get(page_of(out, "wechat")).content.decode()
    body = page[page.index('id="wechat-body"') :]
    assert re.search(r'<h2 style="[^"]+">一、概况</h2>', body)
    assert re.search(rf'<img style="[^"]+" src="http://testserver{picture.url("960.webp")}"', body)
    assert re.search(r'<p style="[^"]+;text-align:right">某某协会</p>', body)
    assert "example.org" not in body.split("</section>")[0]
    assert "编：钱编辑" in body
    download = client_of(writer).get(page_of(out, f"wechat/{picture.uid}/download"))
    assert download["Content-Type"] == "image/jpeg"
    assert download.content.startswith(b"\xff\xd8")
    assert "还没有配置公众号" in words_of(client_of(writer).get(page_of(out, "wechat")))


def test_a_draft_is_sent_with_its_pictures(out, wechat, picture, writer, client_of):
    job = _sent(client_of(writer), out)
    assert (job.state, job.result) == ("done", {"图片": 1, "草稿": 1})
    assert [path for path, *_ in wechat.asked] == list(wechat.answers)
    token, image, _cover, draft = wechat.asked
    assert json.loads(token[2])["appid"] == "wx1"
    assert b"\xff\xd8\xff" in image[2]
    (sent,) = json.loads(draft[2])["articles"]
    assert sent["title"] == "协会组织观摩交流活动"
    assert sent["thumb_media_id"] == "cover"
    assert sent["digest"] == "二十家企业参加观摩。"
    assert sent["content_source_url"] == f"http://testserver{out.publication.get_public_url()}"
    assert 'src="http://mmbiz.example/1"' in sent["content"]
    assert "公众号草稿箱" in events_of(out).latest("id").sentence


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("stable_token", {"errcode": 40013, "errmsg": "invalid appid"}, "AppID 不对"),
        ("stable_token", {"errcode": 40164, "errmsg": "not in whitelist"}, "白名单"),
        ("draft/add", {"errcode": 45003, "errmsg": "title size out of limit"}, "title size out of limit（45003）"),
    ],
)
def test_what_wechat_does_not_take_is_one_sentence(out, wechat, writer, client_of, path, answer, said):
    wechat.answers[path] = answer
    job = _sent(client_of(writer), out)
    assert job.state == "failed"
    assert said in job.error


def test_no_connection_is_one_sentence_and_the_next_try_sends_the_rest(out, wechat, settings, writer, client_of):
    real, settings.WECHAT_API = settings.WECHAT_API, "http://127.0.0.1:9"
    job = _sent(client_of(writer), out)
    assert "连不上微信的服务器" in job.error
    job.delete()
    settings.WECHAT_API = real
    assert _sent(client_of(writer), out).state == "done"


def test_a_worker_killed_while_it_waited_for_the_answer_sends_no_second_draft(out, wechat, writer, client_of):
    assert client_of(writer).post(page_of(out, "wechat/send")).status_code == 302
    long_ago = timezone.now() - timedelta(days=1)
    Job.objects.update(state=Job.State.RUNNING, cursor={"asked": True}, heartbeat_at=long_ago)
    job = run(Job.objects.get().pk)
    assert job.state == "failed"
    assert "请到公众号的草稿箱看一看" in job.error
    assert "draft/add" not in [path for path, *_ in wechat.asked]


def test_nothing_is_sent_before_it_is_signed_or_without_a_picture(article, signed, wechat, writer, client_of):
    draft = article()
    assert "文章发布以后才能送到公众号" in words_of(client_of(writer).get(page_of(draft, "wechat")))
    assert "文章发布以后" in _sent(client_of(writer), draft).error
    Job.objects.all().delete()
    bare = signed("publish", title="没有图片的一篇")
    assert "要有封面" in _sent(client_of(writer), bare).error
    assert [path for path, *_ in wechat.asked] == []
