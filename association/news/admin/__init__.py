"""信息发布 in the admin: the desk of the newsroom, the tree of columns, pictures, and what stands by itself."""

from . import articles, pictures, publications, site, words  # noqa: F401 - registered as they are loaded
