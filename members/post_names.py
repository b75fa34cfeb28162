"""Which post (职务) a cell of a list means: 「副会长单位」, 「副会长」, 「理事单位、监事」."""

import re
from collections.abc import Iterable

from association.core.text import name_key

from .models import Post

_BETWEEN = re.compile(r"[、，,；;/／\n]+|(?<=\S)\s*兼\s*(?=\S)")


def _keys(post: Post) -> set[str]:
    names = [post.name, post.unit_name, *post.other_names.split("、")]
    return {name_key(name) for name in names if name.strip()}


class PostNames:
    """The posts in use by every name they go by. One query."""

    def __init__(self, posts: Iterable[Post] | None = None):
        self.posts = [post for post in (Post.objects.all() if posts is None else posts) if post.is_active]
        self._by_name: dict[str, Post] = {}
        for post in self.posts:
            for key in _keys(post):
                self._by_name.setdefault(key, post)

    @property
    def plain(self) -> Post | None:
        return next((post for post in self.posts if post.is_plain), None)

    @property
    def known(self) -> str:
        """The names for a sentence: 「会长、副会长、理事、会员」."""
        return "、".join(post.name for post in self.posts)

    def find(self, text: str) -> Post | None:
        key = name_key(text)
        return self._by_name.get(key) or self._by_name.get(key.removesuffix("单位")) or self._by_name.get(f"{key}单位")

    def read(self, text: str) -> tuple[list[Post], str]:
        """(the posts that a cell names, "") or ([], why not)."""
        found = []
        for part in filter(None, (part.strip() for part in _BETWEEN.split(text))):
            post = self.find(part)
            if post is None:
                return [], f"没有「{part}」这个职务。现有：{self.known}；写法不同的，请在「职务」里补上叫法"
            if post not in found:
                found.append(post)
        return found, ""
