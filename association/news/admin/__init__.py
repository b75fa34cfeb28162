"""信息发布 in the admin: the desk of the newsroom, contributions, the tree of columns, pictures, what stands by itself."""

from . import articles, contributions, pictures, publications, showcase, site, words  # noqa: F401 - registered as loaded
