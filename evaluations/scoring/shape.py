"""The stored explanation (计分说明): small, because a year holds one for each firm and each run, and complete,
because it must still read the same when the records behind it have been corrected. Only names, caps, weights and
bands are left out; they are in the scheme that the run pins.

    {"v": 2,
     "t": total or null, "g": grade or null,
     "u": the grade that the total alone would give (only where a veto held it down),
     "p": [one object per part, in the order of the scheme],
     "o": [records whose source the scheme does not know] (only where there are any)}

    deduct, bonus   {"p": points, "f": [record …], "d": what the caps of the sources add up to (only if above full)}
    veto            {"p": 0, "f": [record …], "h": the grade it holds the firm at (only if a record counted)}
    imported        {"p": points} · {"p": null} nobody gave them · {"p": null, "x": "95"} what was given cannot be right
    survey          {"p": points, "m": [n, d] the firm's mean, "b": place of the band reached, -1 below the lowest,
                     "j": [project …], "x": [survey that does not count …]}; without m, b, j: not surveyed (未调查)

    record   [id, source, date, code, points, document number, text, counterparty]
             who provides a source stands in the run; empty values at the end are left off; points are those taken (deduct) or given (bonus)
    project  [name, client, [n, d] weighted mean, [[place of the channel, [n, d] mean] …], [survey …]]
    survey   [id, place of the channel, date, surveyor, [mark …]], in "x" [id, channel as written, date, surveyor,
             [mark …], code, project, client]

Points are ints, or text where they are not whole ("2.5"). Dates are ISO text, "" where there is none. [n, d] is the
fraction n/d in lowest terms.
"""

from __future__ import annotations

import json

import orjson

VERSION = 2
READABLE = (1, VERSION)  # a record of version 1 had an amount, always "", between its text and its counterparty

# Codes of a record
COUNTED = 0
CAPPED_PARTLY = 1  # the source's cap left less than the record's points
CAPPED = 2  # the source's cap was used up
EXHAUSTED_PARTLY = 3  # the part had fewer points left than the record's
EXHAUSTED = 4  # the part had none left (or was already full, for a bonus)
OUTSIDE = 5  # outside the period
REPAIRED = 6  # 信用修复
NO_DATE = 7
UNKNOWN_SOURCE = 8

# Codes of a survey that does not count
UNKNOWN_CHANNEL = 1
INCOMPLETE = 2  # not all marks given
IMPOSSIBLE = 3  # a mark that is no number or outside the range

_encode_any = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def dumps(explanation: dict | list) -> str:
    """The explanation as compact JSON text; the same explanation always gives the same text."""
    try:
        return orjson.dumps(explanation).decode()
    except TypeError:  # a fraction beyond 64 bits: json writes the same text, slowly
        return _encode_any(explanation)
