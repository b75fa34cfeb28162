"""Personal data for eyes that need not see all of it (脱敏). Every function takes any text, also none, and never
lengthens what it reveals: a value too short to be masked in parts is hidden whole."""

import re

_STARS = "****"
_PLACE = re.compile(
    r"^((?:[^\d\s]{2,8}?(?:省|自治区|特别行政区))?(?:[^\d\s]{2,8}?(?:市|自治州|地区|盟))?(?:[^\d\s]{1,10}?(?:县|区|旗|市))?)"
)


def mask_mobile(number: str | None) -> str:
    """138****5678; of a landline the area code and the last two digits: 0730-****56."""
    number = (number or "").strip()
    if re.fullmatch(r"\d{11}", number) and number[0] == "1":
        return f"{number[:3]}{_STARS}{number[-4:]}"
    area, dash, rest = number.rpartition("-")
    if dash and re.fullmatch(r"0\d{2,3}", area) and len(rest) >= 7:
        return f"{area}-{_STARS}{rest[-2:]}"
    return _ends(number, 3, 2)


def mask_name(name: str | None) -> str:
    """张*, 欧**: the first character of a person's name and a star for each other one."""
    name = (name or "").strip()
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def mask_id(number: str | None) -> str:
    """An identity card or passport number: first three and last two characters (430*************3X → 430****3X)."""
    return _ends(number, 3, 2)


def mask_account(number: str | None) -> str:
    """A bank account: first and last four digits, as banks print it: 4300****0001."""
    return _ends(re.sub(r"[\s-]", "", number or ""), 4, 4)


def mask_address(address: str | None) -> str:
    """The address down to the county or district, the rest hidden; where none is found, its first three characters."""
    address = (address or "").strip()
    place = _PLACE.match(address)[1] if address else ""
    if place and len(place) < len(address):
        return place + _STARS
    return address[:3] + _STARS if len(address) > 6 else "*" * len(address)


def _ends(text: str | None, first: int, last: int) -> str:
    """Only the ends, and only where at least as much stays hidden between them as is half of what shows."""
    text = (text or "").strip()
    if len(text) * 2 < (first + last) * 3:
        return "*" * min(len(text), 4)
    return f"{text[:first]}{_STARS}{text[-last:]}"
