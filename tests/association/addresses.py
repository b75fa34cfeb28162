"""The addresses of the portal, and the tables that say who may open them (test_urls.py asks each address)."""

import re

from django.urls import get_resolver

from association.accounts.roles import OPENS, Right

# -- The tables ---------------------------------------------------------------------------------------------

# Answers to GET: "ok" a page, "login" that page in its place or sent there, "on" sent to where it belongs, else the status.
# The firm's things are those of `firm`; `reader` has a reader's seat there, `stranger` is another firm's.
KINDS = ("visitor", "firm", "reader", "stranger", "expert", "staff")
EVERYONE, MEMBERS, OWN = "ok ok ok ok ok ok", "login ok ok ok ok ok", "login ok ok ok 404 404"
OUTSIDE = {
    "public:home": EVERYONE,
    "public:directory": EVERYONE,
    "public:firm": EVERYONE,
    "public:publicities": EVERYONE,
    "public:publicity": EVERYONE,
    "public:publicity_sheet": EVERYONE,
    "public:announcement": EVERYONE,
    "public:announcement_sheet": EVERYONE,
    "public:about": EVERYONE,
    "public:search": EVERYONE,
    "public:council": EVERYONE,
    "public:showcase": EVERYONE,
    "public:showcase_firm": EVERYONE,
    "public:dues": "404 404 404 404 404 404",
    "public:column": "404 404 404 404 404 404",
    "public:column_rss": "404 404 404 404 404 404",
    "public:column_atom": "404 404 404 404 404 404",
    "public:article": "404 404 404 404 404 404",
    "public:lookup": EVERYONE,
    "public:progress": "on on on on on on",
    "public:sitemap": EVERYONE,
    "public:sitemap_section": "404 404 404 404 404 404",
    "public:topics": EVERYONE,
    "public:topic": "404 404 404 404 404 404",
    "public:page": "404 404 404 404 404 404",
    "public:disclosure": EVERYONE,
    "public:journal": EVERYONE,
    "public:accessibility": EVERYONE,
    "public:share_picture": EVERYONE,
    "public:rss": EVERYONE,
    "public:atom": EVERYONE,
    "public:theme": EVERYONE,
    "public:robots": EVERYONE,
    "public:favicon": "on on on on on on",
    "public:logo": "404 404 404 404 404 404",
    "public:icon": "ok ok ok ok ok ok",
    "portal:home": MEMBERS,
    "portal:switch": "login 405 405 405 405 405",
    "portal:firm": OWN,
    "portal:related": "login 404 404 404 404 404",
    "portal:firm_change": "login on 403 ok 404 404",
    "portal:proposal": "login ok ok 404 404 404",
    "portal:proposal_edit": "login on 403 404 404 404",
    "portal:proposal_undo": "login on on 404 404 404",
    "portal:proposal_move": "login ok 403 404 404 404",
    "portal:documents": OWN,
    "portal:paper_add": "login ok 403 ok 404 404",
    "portal:paper_change": "login ok 403 404 404 404",
    "portal:paper_renew": "login ok 403 404 404 404",
    "portal:paper_remove": "login ok 403 404 404 404",
    "portal:ratings": OWN,
    "portal:points": OWN,
    "portal:dues": OWN,
    "portal:dues_notice": "login ok ok on 404 404",
    "portal:dues_billing": "login ok 403 ok 404 404",
    "portal:rating": "login ok ok 404 404 404",
    "portal:rating_move": "login ok 403 404 404 404",
    "portal:rating_undo": "login on on 404 404 404",
    "portal:materials": "login ok ok 404 404 404",
    "portal:material_add": "login on on 404 404 404",
    "portal:material_remove": "login on on 404 404 404",
    "portal:contributions": OWN,
    "portal:contribution_new": "login 405 405 405 404 404",
    "portal:contribution_word": "login ok 403 ok 404 404",
    "portal:contribution": "login ok ok 404 404 404",
    "portal:contribution_undo": "login on on 404 404 404",
    "portal:contribution_move": "login ok 403 404 404 404",
    "portal:showcase": OWN,
    "portal:showcase_hide": "login 405 405 405 404 404",
    "portal:showcase_undo": "login 404 404 404 404 404",
    "portal:showcase_move": "login 404 404 404 404 404",
    "portal:seats": OWN,
    "portal:seat_invite": "login ok 403 ok 404 404",
    "portal:seat_invitation": "login ok 403 404 404 404",
    "portal:seat_withdraw": "login 405 403 405 404 404",
    "portal:seat_request": "login ok 403 404 404 404",
    "portal:seat": "login ok 403 404 404 404",
    "portal:seat_take_over": "login ok 403 404 404 404",
    "portal:seat_end": "login ok 403 404 404 404",
    "portal:invited": "login 404 404 404 ok 404",
    "portal:request_new": MEMBERS,
    "portal:request_code": "login on on on on on",
    "portal:request": "login 404 404 404 404 404",
    "portal:request_again": "login 404 404 404 404 404",
    "portal:request_withdraw": "login 405 405 405 405 405",
    "register:register": EVERYONE,
    "register:code": "on on on on on on",
    "register:letter": EVERYONE,
    "register:receipt": "404 404 404 404 404 404",
    "portal:term": "login ok ok 404 404 404",
    "portal:membership": OWN,
    "portal:membership_person": "login on on on ok on",
    "portal:membership_apply": "login 405 405 405 404 404",
    "portal:membership_leave": "login on 403 on 404 404",
    "portal:membership_letter": "login ok ok 404 404 404",
    "portal:membership_case": "login ok ok 404 404 404",
    "portal:membership_undo": "login on on 404 404 404",
    "portal:membership_move": "login 404 404 404 404 404",
    "portal:unknown": "login 404 404 404 404 404",
    "outbox:messages": MEMBERS,
    "outbox:read_all": "login 405 405 405 405 405",
    "outbox:open": "login 405 405 405 405 405",
    "news:picture": "404 404 404 404 404 404",
    "documents:keep": "login 405 405 405 405 405",
    "documents:download": "login ok ok 404 404 ok",
    "accounts:home": MEMBERS,
    "accounts:activate": EVERYONE,
    "accounts:email": MEMBERS,
    "accounts:name_stand_in": "login 404 404 404 404 ok",
    "accounts:revoke_stand_in": "login 405 405 405 405 405",
    "account_login": "ok on on on on on",
    "account_logout": "on ok ok ok ok ok",
    "account_inactive": EVERYONE,
    "account_signup": EVERYONE,
    "account_reset_password": EVERYONE,
    "account_reauthenticate": MEMBERS,
    "account_change_password": MEMBERS,
    "account_confirm_login_code": "login on on on on on",
    "account_request_login_code": "ok on on on on on",
    "mfa_index": MEMBERS,
    "mfa_authenticate": "login on on on on on",
    "mfa_reauthenticate": "login on on on on on",
    "mfa_trust": "login on on on on on",
    "mfa_activate_totp": "login on on on on on",
    "mfa_deactivate_totp": "login 404 404 404 404 404",
    "mfa_view_recovery_codes": "login 404 404 404 404 404",
    "mfa_generate_recovery_codes": "login on on on on on",
    "usersessions_list": MEMBERS,
}
# Who of the staff sees less than the "staff" column says.
OUTSIDE_STAFF = {"documents:download": Right.READ}

# Pages of /admin/ beside a model's own five: the right that opens them; None: any staff, who see what is theirs.
# Outsiders are judged by the prefix: a visitor gets the login, everyone else gets 404.
ADMIN = {
    "admin:index": None, "admin:login": None, "admin:logout": None, "admin:jsi18n": None, "admin:app_list": None,
    "admin:password_change": None, "admin:password_change_done": None, "admin:view_on_site": None, "admin:search": None,
    "admin:job": None,
    "admin:accounts_user_deed": Right.ACCOUNTS,
    "admin:accounts_standin_revoke": Right.ACCOUNTS,
    "admin:exchange_importbatch_template": Right.READ,
    "admin:exchange_importbatch_confirm": Right.RATING,
    "admin:exchange_importbatch_leave": Right.RATING,
    "admin:exchange_importbatch_undo": Right.RATING,
    "admin:exchange_importbatch_problems": Right.RATING,
    "admin:members_termwarning_ending": Right.READ,
    "admin:members_termwarning_ending_print": Right.READ,
    "admin:members_termwarning_ending_export": Right.READ,
    "admin:members_termwarning_ending_noted": Right.MEMBERS,
    "admin:members_firm_print": Right.READ,
    "admin:members_firm_export": Right.READ,
    "admin:members_firm_lookup": Right.READ,
    "admin:members_firm_call": (Right.MEMBERS, Right.DUES),
    "admin:members_callnote_answer": (Right.MEMBERS, Right.DUES),
    "admin:members_firm_propose": Right.MEMBERS,
    "admin:members_firm_paper": Right.MEMBERS,
    "admin:members_changeproposal_move": Right.MEMBERS,
    "admin:members_changeproposal_again": Right.MEMBERS,
    "admin:members_firm_rename": Right.MEMBERS,
    "admin:members_duplicate_search": Right.MEMBERS,
    "admin:members_duplicate_dismiss": Right.MEMBERS,
    "admin:members_pointrule_load": Right.MEMBERS,
    "admin:members_pointentry_new": Right.MEMBERS,
    "admin:members_pointentry_void": Right.MEMBERS,
    "admin:members_pointentry_year": Right.READ,
    "admin:members_pointentry_print": Right.READ,
    "admin:members_pointentry_export": Right.READ,
    "admin:members_duesstandard_adopt": Right.DUES,
    "admin:members_duesstandard_copy": Right.DUES,
    "admin:members_duesyear_bill": Right.DUES,
    "admin:members_duesyear_move": Right.DUES,
    "admin:members_duesyear_checks": Right.DUES,
    "admin:members_duesyear_print": Right.READ,
    "admin:members_duesyear_export": Right.READ,
    "admin:members_duesyear_publish": Right.DUES,
    "admin:members_duesbill_export": Right.READ,
    "admin:members_duesbill_new": Right.DUES,
    "admin:members_duesbill_reduce": Right.DUES,
    "admin:members_duesbill_restore": Right.DUES,
    "admin:members_duesbill_void": Right.DUES,
    "admin:members_bankline_waiting": Right.READ,
    "admin:members_bankline_export": Right.READ,
    "admin:members_bankline_claim": Right.DUES,
    "admin:members_bankline_book": Right.DUES,
    "admin:members_bankline_aside": Right.DUES,
    "admin:members_bankline_back": Right.DUES,
    "admin:members_payment_export": Right.READ,
    "admin:members_payment_new": Right.DUES,
    "admin:members_payment_reverse": Right.DUES,
    "admin:members_payment_refund": Right.DUES,
    "admin:members_payment_move": Right.DUES,
    "admin:members_duespromise_arrears": Right.READ,
    "admin:members_duesreminder_send": Right.DUES,
    "admin:members_duesreceipt_missing": Right.READ,
    "admin:members_duesreceipt_files": Right.DUES,
    "admin:members_duesreceipt_new": Right.DUES,
    "admin:members_duesreceipt_attach": Right.DUES,
    "admin:members_duesreceipt_void": Right.DUES,
    "admin:members_duespromise_arrears_print": Right.READ,
    "admin:members_duespromise_arrears_export": Right.READ,
    "admin:members_duespromise_arrears_notices": Right.READ,
    "admin:members_duespromise_arrears_party": Right.READ,
    "admin:parties_merge_new": Right.MEMBERS,
    "admin:parties_merge_undo": Right.MEMBERS,
    "admin:members_firm_code": Right.MEMBERS,
    "admin:members_firm_name": Right.MEMBERS,
    "admin:members_firm_remove_name": Right.MEMBERS,
    "admin:members_firm_account": Right.ACCOUNTS,
    "admin:members_firm_end_seat": Right.ACCOUNTS,
    "admin:members_firm_invite": Right.ACCOUNTS,
    "admin:members_seatrequest_move": Right.ACCOUNTS,
    "admin:parties_seat_right": Right.ACCOUNTS,
    "admin:parties_seat_take_over": Right.ACCOUNTS,
    "admin:parties_seat_end": Right.ACCOUNTS,
    "admin:parties_invitation_withdraw": Right.ACCOUNTS,
    "admin:members_post_load": Right.MEMBERS,
    "admin:members_tenure_directory": Right.READ,
    "admin:members_tenure_roster": Right.READ,
    "admin:members_tenure_replace": Right.MEMBERS,
    "admin:members_tenure_end": Right.MEMBERS,
    "admin:members_tenure_void": Right.MEMBERS,
    "admin:members_termchange_move": Right.MEMBERS,
    "admin:members_termchange_line_add": Right.MEMBERS,
    "admin:members_termchange_line": Right.MEMBERS,
    "admin:members_termchange_claim": Right.MEMBERS,
    "admin:members_termchange_remove": Right.MEMBERS,
    "admin:members_termchange_answer": Right.MEMBERS,
    "admin:members_termchange_unanswered": Right.READ,
    "admin:members_termchange_export": Right.READ,
    "admin:members_termchange_print": Right.READ,
    "admin:members_membership_print": Right.READ,
    "admin:members_membership_export": Right.READ,
    "admin:members_membership_on": Right.READ,
    "admin:members_membership_letter": Right.READ,
    "admin:members_membership_statistics": Right.READ,
    "admin:members_membership_statistics_export": Right.READ,
    "admin:members_membership_enrol": Right.MEMBERS,
    "admin:members_membership_deed": Right.MEMBERS,
    "admin:members_membership_lapse": Right.MEMBERS,
    "admin:members_membershipapplication_enter": Right.MEMBERS,
    "admin:members_membershipapplication_publicity": Right.PUBLICITY,
    "admin:members_membershipapplication_move": Right.MEMBERS,
    "admin:members_leavingrequest_move": Right.MEMBERS,
    "admin:core_association_logo": Right.SETTINGS,
    "admin:news_contribution_move": Right.NEWS,
    "admin:news_contribution_year": (Right.READ, Right.NEWS),
    "admin:news_contribution_export": (Right.READ, Right.NEWS),
    "admin:news_showcase_move": Right.NEWS,
    "admin:publicity_publicitylist_move": Right.DECIDE,
    "admin:publicity_publicitylist_lines": Right.READ,
    "admin:publicity_publicitylist_print": Right.READ,
    "admin:publicity_publicitylist_share": Right.READ,
    "admin:publicity_publicitylist_discard": Right.PUBLICITY,
    "admin:publicity_objection_register": Right.PUBLICITY,
    "admin:publicity_objection_blank": Right.READ,
    "admin:publicity_objection_move": Right.PUBLICITY,
    "admin:publicity_objection_sheet": Right.READ,
    "admin:publicity_objection_evidence": Right.PUBLICITY,
    "admin:publicity_announcement_share": Right.READ,
    "admin:news_article_move": Right.NEWS_REVIEW,
    "admin:news_article_word": Right.NEWS,
    "admin:news_article_preview": (Right.READ, Right.NEWS),
    "admin:news_article_preview_phone": (Right.READ, Right.NEWS),
    "admin:news_article_revisions": (Right.READ, Right.NEWS),
    "admin:news_article_wechat": (Right.READ, Right.NEWS),
    "admin:news_article_jpeg": (Right.READ, Right.NEWS),
    "admin:news_article_restore": Right.NEWS_REVIEW,  # whose turn the article of the site is
    "admin:news_article_remark": Right.NEWS,
    "admin:news_article_settle": Right.NEWS,
    "admin:news_article_cover": Right.NEWS_REVIEW,  # whose turn the article of the site is
    "admin:news_article_crop": Right.NEWS_REVIEW,  # whose turn the article of the site is
    "admin:news_article_pin": Right.NEWS,
    "admin:news_article_wechat_send": Right.NEWS,
    "admin:news_picture_upload": Right.NEWS,
    "admin:news_wordrule_paste": Right.NEWS,
    "admin:news_publication_export": Right.NEWS,
    "admin:cases_material_case": Right.READ,
    "admin:cases_material_hand_in": Right.MEMBERS,
    "admin:cases_material_remove": Right.MEMBERS,
    "admin:evaluations_rating_move": Right.RATING,
    "admin:evaluations_rating_sheet": Right.READ,
    "admin:evaluations_ratinground_settings": Right.RATING,
    "admin:evaluations_ratinground_aside": Right.READ,
    "admin:evaluations_ratinground_rate": Right.RATING,
    "admin:evaluations_ratinground_switch": Right.RATING,
    "admin:evaluations_ratinground_publicity": Right.PUBLICITY,
    "admin:evaluations_ratinground_issued": Right.READ,
    "admin:evaluations_ratinground_export": Right.READ,
    "admin:evaluations_creditrecord_void": Right.RATING,
    "admin:evaluations_creditrecord_restore": Right.RATING,
    "admin:evaluations_creditrecord_firm": Right.RATING,
    "admin:evaluations_survey_void": Right.RATING,
    "admin:evaluations_survey_restore": Right.RATING,
    "admin:evaluations_survey_firm": Right.RATING,
    "admin:evaluations_authorityscore_void": Right.RATING,
    "admin:evaluations_authorityscore_restore": Right.RATING,
    "admin:evaluations_authorityscore_firm": Right.RATING,
    "admin:evaluations_scheme_load": Right.SCHEME,
    "admin:evaluations_scheme_copy": Right.SCHEME,
    "admin:evaluations_scheme_file": Right.READ,
    "evaluations:waiting": Right.READ,
    "evaluations:firms": Right.READ,
    "evaluations:decisions": Right.READ,
    "evaluations:revoke": Right.READ,
}  # fmt: skip
# Shut to a GET without values or with any: forms that only post, and what asks for its model.
ONLY_WITH_VALUES = {"admin:autocomplete", "evaluations:decide", "evaluations:dismiss"}
# Any staff may list them and find their own.
OWN_ROWS = {"jobs.job"}
# 新增 is a page of what one may bring in: any of these rights opens it.
CHOOSES = {"exchange.importbatch": {Right.RATING, Right.MEMBERS, Right.DUES}}
MODEL_PAGE = re.compile(r"admin:([a-z]+)_([a-z]+)_(changelist|change|history|unmask|add|delete)$")


# -- The addresses ------------------------------------------------------------------------------------------


def addresses(resolver=None, prefix="", space=""):
    """(name, route) of everything that the resolver knows."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from addresses(entry, route, space + (f"{entry.namespace}:" if entry.namespace else ""))
        else:
            yield f"{space}{entry.name or ''}", route


def inside(route: str) -> bool:
    return route.startswith("admin/")


# -- What staff may open -------------------------------------------------------------------------------------

LET_IN, SHUT = {"ok", "on", "404", "405"}, {"403", "404"}


def staff_may(name: str, route: str, rights) -> set[str]:
    """The answers that somebody with these rights may get."""
    if not inside(route):
        if OUTSIDE_STAFF.get(name, Right.READ) not in rights and name in OUTSIDE_STAFF:
            return {"404"}
        return {OUTSIDE[name].split()[KINDS.index("staff")]}
    if found := MODEL_PAGE.match(name):
        return model_page(*found.groups(), rights)
    if name in ONLY_WITH_VALUES:
        return {"403", "405"}
    if name == "admin:":  # a row's old address leads to its page, which is closed or not; the rest is not there
        return {"on", "404"}
    needed = ADMIN.get(name)  # what is in no table is told by the first test
    if needed is None:
        return LET_IN
    any_of = set(needed) if isinstance(needed, tuple) else {needed}
    return LET_IN if any_of & rights else {"403"}


def model_page(app: str, model: str, page: str, rights) -> set[str]:
    label = f"{app}.{model}"
    held = {action for right in rights for action in OPENS.get(right, {}).get(label, ())}
    if label in OWN_ROWS and not held:
        return LET_IN if page in ("changelist", "unmask") else SHUT | {"on"}
    if page == "add" and label in CHOOSES:
        return {"ok"} if CHOOSES[label] & rights else SHUT
    if page in ("add", "delete"):  # that nobody may by hand is the model's own business
        return LET_IN | SHUT if page in held else SHUT
    seen = {"changelist": {"ok", "on"}, "change": {"ok", "on"}, "history": {"ok", "404"}, "unmask": {"405"}}
    return seen[page] if held else SHUT
