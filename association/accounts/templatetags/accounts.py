"""{% load accounts %}: a mobile number for eyes that know it, a browser's signature in words."""

import re

from django import template

from association.core.masking import mask_mobile

register = template.Library()

_BROWSERS = (
    (r"MicroMessenger", "微信"),
    (r"DingTalk", "钉钉"),
    (r"QQBrowser", "QQ 浏览器"),
    (r"360SE|360EE|QIHU", "360 浏览器"),
    (r"WPS|WpsApp", "WPS"),
    (r"HuaweiBrowser", "华为浏览器"),
    (r"MiuiBrowser", "小米浏览器"),
    (r"Edg", "Edge 浏览器"),
    (r"Firefox", "Firefox 浏览器"),
    (r"Chrome|CriOS", "Chrome 浏览器"),
    (r"Safari", "Safari 浏览器"),
)
_SYSTEMS = (
    (r"iPhone", "苹果手机"),
    (r"iPad", "苹果平板"),
    (r"HarmonyOS|OpenHarmony", "鸿蒙设备"),
    (r"Android", "安卓手机"),
    (r"Windows", "Windows 电脑"),
    (r"Macintosh", "苹果电脑"),
    (r"Linux|X11", "Linux 电脑"),
)

register.filter("masked_mobile", mask_mobile)


@register.filter
def device(signature):
    """「Windows 电脑 · Chrome 浏览器」 of a User-Agent header; 其他设备 where nothing is known."""
    found = [
        next((words for mark, words in table if re.search(mark, signature or "")), "")
        for table in (_SYSTEMS, _BROWSERS)
    ]
    return " · ".join(word for word in found if word) or "其他设备"


# Told by the start of the address alone: a stranger learns nothing of what is there.
_LOGINS = (
    ("/admin/", "登录工作台"),
    ("/desk/", "登录办事大厅"),
    ("/files/", "登录后查看文件"),
    ("/accounts/", "登录后管理账号"),
)


@register.simple_tag
def login_name(address) -> str:
    """What somebody logs in for who wants to go on to `address`."""
    return next((words for start, words in _LOGINS if (address or "").startswith(start)), "登录")
