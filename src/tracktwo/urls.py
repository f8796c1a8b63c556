"""The addresses, in the order of a process' life."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkey
from django.urls import URLPattern, path

from tracktwo import web
from tracktwo.concerns import views as concerns
from tracktwo.dialogue import views as dialogue
from tracktwo.learn import views as learn
from tracktwo.learn.classes import views as classes
from tracktwo.learn.practice import decks_views as decks
from tracktwo.learn.practice import papers_views as practice_tests
from tracktwo.learn.practice import views as practice
from tracktwo.people import views as people
from tracktwo.preparation import views as preparation
from tracktwo.process import views as process
from tracktwo.statements import views as statements
from tracktwo.transfer import views as transfer

P = "p/<uuid:pid>/"


def _signing_in(route: str, view: Any, name: str) -> URLPattern:
    """A page of allauth; anybody may open it, and it tells nobody anything about anybody."""
    page: URLPattern = path(f"accounts/{route}", web.audience(web.ANYONE)(view), name=name)
    return page


urlpatterns = [
    # the house
    path("", process.front, name="front"),
    path("set-up/<str:token>/", people.set_up, name="set-up"),
    path("account/", process.account, name="account"),
    path("language/", web.language, name="language"),
    path("theme/", web.theme, name="theme"),
    path("leave/", process.leave, name="leave"),
    path("health/", web.health, name="health"),
    # a process begins, and people take their seats
    path("begin/", preparation.begin, name="begin"),
    path("enter/", process.enter, name="enter"),
    path("enter/<str:code>/", process.enter, name="enter-with"),
    path(P, preparation.process, name="process"),
    path(P + "sit/", process.sit, name="sit"),
    path(P + "seats/", process.seats, name="seats"),
    path(P + "seats/slips/", process.slips, name="slips"),
    path(P + "seats/<uuid:sid>/withdraw/", process.withdraw, name="withdraw"),
    path(P + "rules/", process.ground_rules, name="rules"),
    path(P + "steps/", process.steps, name="steps"),
    path(P + "thaw/", process.thaw, name="thaw"),
    path(P + "record/", process.record_page, name="record"),
    # needs and fears
    path(P + "needs/", concerns.needs, name="needs"),
    path(P + "needs/mine/", concerns.my_words, name="my-words"),
    path(P + "needs/<uuid:concern>/", concerns.concern, name="concern"),
    path(P + "ideas/", concerns.ideas, name="ideas"),
    path(P + "constraints/", concerns.constraints, name="constraints"),
    path(P + "reassurances/", concerns.reassurances, name="reassurances"),
    path(P + "re-entry/", concerns.re_entry, name="re-entry"),
    # preparation: the panel's worktable, the long list, what everybody is asked and told beforehand
    path(P + "prepare/", preparation.prepare, name="prepare"),
    path(P + "prepare/ripeness/", preparation.ripeness, name="ripeness"),
    path(P + "prepare/risks/", preparation.risks, name="risks"),
    path(P + "long-list/", preparation.long_list, name="long-list"),
    path(P + "long-list/<uuid:candidate>/", preparation.candidate, name="candidate"),
    path(P + "intake/", preparation.intake, name="intake"),
    path(P + "panel/", preparation.panel, name="panel"),
    path(P + "agenda/", preparation.agenda_page, name="agenda"),
    path(P + "agenda/file/", preparation.agenda_file, name="agenda-file"),
    # rooms
    path(P + "rooms/", dialogue.rooms, name="rooms"),
    path(P + "rooms/<uuid:room>/", dialogue.room, name="room"),
    path(P + "rooms/<uuid:room>/live/", dialogue.room_live, name="room-live"),
    path(P + "rooms/<uuid:room>/minutes/", dialogue.minutes, name="minutes"),
    # statements and votes
    path(P + "vote/", statements.vote, name="vote"),
    path(P + "statements/", statements.statements, name="statements"),
    path(P + "statements/write/", statements.write, name="write"),
    path(P + "statements/moderate/", statements.moderate, name="moderate"),
    path(P + "statements/<uuid:sid>/wordings/", statements.wordings, name="wordings"),
    path(P + "common-ground/", statements.common_ground, name="common-ground"),
    path(P + "common-ground/table/", statements.table, name="table"),
    path(P + "common-ground/map/", statements.opinion_map, name="map"),
    path(P + "common-ground/compute/", statements.compute, name="compute"),
    path(P + "rounds/", statements.all_rounds, name="rounds"),
    path(P + "rounds/<uuid:round>/", statements.one_round, name="round"),
    path(P + "close/", statements.close, name="close"),
    # the paper
    path(P + "paper/", transfer.paper, name="paper"),
    path(P + "paper/draft/", transfer.draft, name="draft"),
    path(P + "paper/pdf/", transfer.pdf, name="paper-pdf"),
    path(P + "print/", transfer.print_forms, name="print"),
    path(P + "type-in/", transfer.type_in, name="type-in"),
    path(P + "projector/<str:view>/", transfer.projector, name="projector"),
    path(P + "brief/", transfer.panel_brief, name="brief"),
    path(P + "brief/pdf/", transfer.brief_pdf, name="brief-pdf"),
    # the study guide
    path("learn/", learn.guide_front, name="learn"),
    path("learn/terms/<slug:term>/", learn.term, name="term"),
    path("learn/courses/<slug:course>/", learn.course, name="course"),
    path("learn/whole/", learn.whole, name="whole-guide"),
    path("learn/write/", learn.write_term, name="write-term"),
    path("learn/terms/<slug:term>/write/", learn.edit_term, name="edit-term"),
    path("learn/write-course/", learn.write_course, name="write-course"),
    path("learn/courses/<slug:course>/write/", learn.edit_course, name="edit-course"),
    path("learn/folder/", learn.folder, name="guide-folder"),
    # practice
    path("learn/practice/", practice.practice, name="practice"),
    path("learn/practice/cards/", practice.cards, name="practice-cards"),
    path("learn/practice/statistics/", practice.statistics, name="practice-statistics"),
    path("learn/practice/decks/", decks.page, name="practice-decks"),
    path("learn/practice/test/", practice_tests.practice_test, name="practice-test"),
    # classes
    path("learn/classes/", classes.classes, name="classes"),
    path("learn/classes/<uuid:study_class>/", classes.study_class, name="study-class"),
    path("learn/join/", classes.join, name="join"),
    # signing in
    _signing_in("login/", account.login, "account_login"),
    _signing_in("logout/", account.logout, "account_logout"),
    _signing_in("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    _signing_in("2fa/", second_step.index, "mfa_index"),
    _signing_in("2fa/authenticate/", second_step.authenticate, "mfa_authenticate"),
    _signing_in("2fa/reauthenticate/", second_step.reauthenticate, "mfa_reauthenticate"),
    _signing_in("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    _signing_in("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _signing_in("2fa/passkeys/", passkey.list_webauthn, "mfa_list_webauthn"),
    _signing_in("2fa/passkeys/add/", passkey.add_webauthn, "mfa_add_webauthn"),
    _signing_in("2fa/passkeys/login/", passkey.login_webauthn, "mfa_login_webauthn"),
    _signing_in(
        "2fa/passkeys/reauthenticate/", passkey.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"
    ),
    _signing_in("2fa/passkeys/<int:pk>/remove/", passkey.remove_webauthn, "mfa_remove_webauthn"),
    _signing_in("2fa/recovery/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    _signing_in("2fa/recovery/generate/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    # allauth names these; they lead nowhere here
    *(
        path(f"accounts/{name}/", people.not_offered, name=name)
        for name in (
            "account_signup",
            "account_email",
            "account_inactive",
            "account_change_password",
            "account_set_password",
            "mfa_download_recovery_codes",
            "mfa_edit_webauthn",
            "account_email_verification_sent",
            "account_confirm_login_code",
        )
    ),
]

handler400 = "tracktwo.web.too_much"
handler403 = "tracktwo.web.not_here"
handler404 = "tracktwo.web.not_here"
handler500 = "tracktwo.web.broken"
