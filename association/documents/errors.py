"""Why a file was not taken."""


class FileRefused(Exception):
    """The file cannot be kept; the message is one Chinese sentence that says why and what to do."""
