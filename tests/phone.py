"""A provider of SMS for tests: what is handed to it stands in INBOX, or in the file that PHONE_FILE names."""

import os
from pathlib import Path

INBOX: list[tuple[str, str]] = []


def take(mobile: str, text: str):
    INBOX.append((mobile, text))


def write_down(mobile: str, text: str):
    with Path(os.environ["PHONE_FILE"]).open("a") as file:
        file.write(f"{mobile} {text}\n")


def out_of_order(mobile: str, text: str):
    raise ConnectionError("provider is away")
