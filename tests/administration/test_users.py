"""Settings › Users & roles (spec J1): inviting, changing, switching off with hand-over, and who must always be left."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from webapp.accounts import sessions, users
from webapp.accounts.models import ApiToken, User
from webapp.acting import acting
from webapp.administration.settings import put_setting
from webapp.contacts.models import Contact
from webapp.contacts.services import update as update_contact
from webapp.db import db
from webapp.errors import Refused, Stale
from webapp.history.services import of_contact
from webapp.testing import PASSWORD

LINK = re.compile(r'id="f-link" type="text" value="([^"]+)"')


@pytest.fixture
def admin(sign_in):
    return sign_in("administrator", data_protection=True)


def me() -> User:
    """The administrator who is signed in."""
    return db.session.scalars(sa.select(User).where(User.role == "administrator").order_by(User.id)).first()


def fresh(one: User) -> User:
    db.session.flush()
    db.session.refresh(one)
    return one


def invited(client, **typed: str):
    wanted = {"name": "Nina", "email": "nina@firm.example", "role": "editor"}
    return client.submit("/settings/users/new", wanted | typed)


def change(client, one: User, **typed: str):
    present = {"name": one.name, "email": one.email, "role": one.role, "version": str(one.version)}
    if one.data_protection:
        present["data_protection"] = "1"
    return client.submit(f"/settings/users/{one.id}", present | typed)


class TestInviting:
    """A new user chooses the password by a link, which is shown to copy where no mail can be sent."""

    def test_J1_the_link_is_shown_once_and_lets_the_user_choose_a_password(self, admin, app) -> None:
        answer = invited(admin, data_protection="1", locale="de")
        assert answer.status_code == 200
        made = db.session.scalars(sa.select(User).where(User.email == "nina@firm.example")).one()
        assert (made.role, made.data_protection, made.locale, made.password) == ("editor", True, "de", None)
        assert users_state(made) == "invited"
        link = LINK.search(answer.text)
        assert link
        assert link[1] not in admin.get(f"/settings/users/{made.id}").text
        guest = app.test_client()
        path = urlsplit(link[1]).path
        assert guest.get(path).status_code == 200
        answer = guest.submit(path, {"password": "nine small red boats", "password_confirm": "nine small red boats"})
        assert answer.status_code in (302, 303)
        assert users_state(fresh(made)) == "active"
        assert "Nina" in admin.get("/settings/users?state=active").text

    @pytest.mark.parametrize(
        ("typed", "field", "status"),
        [
            ({"email": "no address"}, "email", 422),
            ({"role": "owner"}, "role", 422),
            ({"role": ""}, "role", 422),
            ({"name": "x" * 121}, "name", 422),
            ({"locale": "es"}, "locale", 422),
        ],
    )
    def test_J1_what_is_wrong_is_said_and_stays_typed(self, admin, typed, field, status) -> None:
        answer = invited(admin, **typed)
        assert answer.status_code == status
        assert f'href="#f-{field}"' in answer.text
        if field != "name":
            assert 'value="Nina"' in answer.text

    def test_J1_an_address_is_one_users(self, admin, user) -> None:
        other = user("reader")
        answer = invited(admin, email=other.email.upper())
        assert answer.status_code == 409
        assert "already" in answer.text
        assert 'value="Nina"' in answer.text

    def test_J1_a_form_that_is_sent_twice_invites_once(self, admin) -> None:
        assert invited(admin, form_key="k1").status_code == 200
        assert invited(admin, form_key="k1").status_code == 303
        assert db.session.scalar(sa.select(sa.func.count()).where(User.email == "nina@firm.example")) == 1

    def test_J1_an_invitation_is_offered_in_the_firms_language(self, admin) -> None:
        put_setting("company.language", "fr")
        assert '<option value="fr" selected>' in admin.get("/settings/users/new").text


def users_state(one: User) -> str:
    return users.state_of(one)


class TestFinding:
    """By name or address, by state, page by page."""

    @pytest.fixture
    def crowd(self, user):
        made = [user("reader", locale="en") for _one in range(3)]
        for one, name in zip(made, ("Zoé Été", "Ada", "Ätna"), strict=True):
            one.name = name
        made[1].active = False
        made[2].password = None
        db.session.flush()
        return made

    def names(self, client, query: str = "") -> list[str]:
        return re.findall(r"<bdi>([^<]*)</bdi></a></div></th>", client.get(f"/settings/users{query}").text)

    def test_J1_all_are_listed_by_name(self, admin, crowd) -> None:
        assert self.names(admin) == ["Ada", "Administrator", "Ätna", "Zoé Été"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?q=ete", ["Zoé Été"]),
            ("?q=ATNA", ["Ätna"]),
            ("?q=zoe+carnet.example", ["Zoé Été"]),
            ("?q=%25", []),
            ("?state=off", ["Ada"]),
            ("?state=invited", ["Ätna"]),
            ("?state=active", ["Administrator", "Zoé Été"]),
            ("?state=nonsense&q=ada", ["Ada"]),
        ],
    )
    def test_J1_search_and_filter(self, admin, crowd, query, found) -> None:
        assert self.names(admin, query) == found

    def test_J1_more_than_a_page_are_all_reached(self, admin, user) -> None:
        for number in range(60):
            user("reader").name = f"User {number % 7}"
        first = admin.get("/settings/users").text
        link = re.search(r'href="(/settings/users\?after=\d+)" rel="next"', first)
        assert link
        ids = re.findall(r'<tr id="u-(\d+)"', first + admin.get(link[1]).text)
        assert len(ids) == len(set(ids)) == 61

    def test_J1_a_page_costs_the_same_for_2_and_for_50(self, admin, user, statements) -> None:
        user("reader")
        with statements() as few:
            admin.get("/settings/users")
        for one in [user("editor") for _number in range(48)]:
            sessions.start(one, remembered=False)
        with statements() as many:
            assert admin.get("/settings/users").text.count('<tr id="u-') == 50
        assert len(few) == len(many)

    def test_J1_the_page_tells_who_was_seen_and_how(self, admin, user) -> None:
        one, two = user("reader"), user("reader")
        sessions.start(one, remembered=False)
        db.session.add(ApiToken(user_id=two.id, scope="read", digest="d", used_at=one.created_at))
        db.session.flush()
        with acting(me().act()):
            seen = users.seen([one.id, two.id, me().id])
        assert (seen[one.id].by_token, seen[two.id].by_token) == (False, True)


class TestChanging:
    """Name, address, role, permission: against the version that was read, and never one's own role."""

    def test_J1_a_role_and_the_permission_are_given(self, admin, user) -> None:
        one = user("reader")
        assert change(admin, one, role="manager", data_protection="1").status_code == 303
        assert (fresh(one).role, one.data_protection) == ("manager", True)
        page = admin.get(f"/settings/users/{one.id}").text
        assert "reader" in page
        assert "manager" in page
        assert "User changed" in page

    def test_J1_nobody_changes_their_own_role_or_permission(self, admin, user) -> None:
        user("administrator", data_protection=True)
        mine = me()
        for typed in ({"role": "reader"}, {"data_protection": ""}):
            answer = change(admin, mine, **typed)
            assert answer.status_code == 409
            assert "another administrator" in answer.text
        assert (fresh(mine).role, mine.data_protection) == ("administrator", True)
        page = admin.get(f"/settings/users/{mine.id}").text
        assert 'name="role"' not in page
        sent = {"name": "Ada", "email": mine.email, "version": str(mine.version)}
        assert admin.submit(f"/settings/users/{mine.id}", sent).status_code == 303
        assert (fresh(mine).name, mine.data_protection) == ("Ada", True)

    def test_J1_the_second_of_two_sees_what_the_first_saved(self, admin, user) -> None:
        one = user("reader")
        version = str(one.version)
        change(admin, one, name="Theirs")
        answer = change(admin, fresh(one), name="Mine", version=version)
        assert answer.status_code == 409
        assert 'value="Mine"' in answer.text
        assert "Theirs" in answer.text
        assert fresh(one).name == "Theirs"

    def test_J1_an_address_that_is_taken_is_refused(self, admin, user) -> None:
        one, other = user("reader"), user("reader")
        answer = change(admin, one, email=other.email)
        assert answer.status_code == 409
        assert 'href="#f-email"' in answer.text

    def test_J1_who_is_not_there_is_404(self, admin) -> None:
        for address in ("/settings/users/999999", "/settings/users/99999999999999999999999"):
            assert admin.get(address).status_code == 404
            assert admin.submit(address).status_code == 404


class TestLastOnes:
    """There is always an administrator who can sign in, and always somebody for data protection."""

    def test_J1_the_last_administrator_is_neither_demoted_nor_switched_off(self, user, as_role) -> None:
        last, officer = user("administrator"), user("editor", data_protection=True)
        who = as_role("administrator", user_id=officer.id)
        with acting(who), pytest.raises(Refused, match="last active administrator"):
            users.update(last.id, {"role": "manager"}, last.version)

    def test_J1_a_switched_off_administrator_counts_for_nothing(self, user, as_role) -> None:
        last, gone = user("administrator"), user("administrator")
        gone.active = False
        db.session.flush()
        with acting(as_role("administrator", user_id=user("reader").id)), pytest.raises(Refused, match="last active"):
            users.switch_off(last.id, None)

    def test_J1_the_last_data_protection_officer_keeps_the_permission(self, user, as_role) -> None:
        user("administrator")
        officer = user("editor", data_protection=True)
        with acting(as_role("administrator", user_id=user("reader").id)):
            with pytest.raises(Refused, match="data-protection permission"):
                users.update(officer.id, {"data_protection": False}, officer.version)
            officer.data_protection = True
            with pytest.raises(Refused, match="data-protection permission"):
                users.switch_off(officer.id, None)

    def test_J1_with_a_second_one_each_may_go(self, user, as_role) -> None:
        one, _two = (user("administrator", data_protection=True) for _one in range(2))
        with acting(as_role("administrator", user_id=_two.id)):
            users.update(one.id, {"role": "reader", "data_protection": False}, one.version)
            users.switch_off(one.id, None)
        assert not fresh(one).active


class TestSwitchingOff:
    """Signed out everywhere, let in no more, still named; the contacts are somebody else's."""

    @pytest.fixture
    def leaver(self, user):
        one = user("editor")
        one.name = "Lea Leaver"
        return one

    def give(self, make, one: User, number: int) -> list[Contact]:
        made = [make(f"Firm {number}", responsible_id=str(one.id)) for number in range(number)]
        db.session.flush()
        return made

    def test_J1_the_contacts_are_handed_over_with_a_line_of_history_each(self, admin, user, make, leaver) -> None:
        contacts = self.give(make, leaver, 3)
        heir = user("manager")
        before = [one.version for one in contacts]
        page = admin.get(f"/settings/users/{leaver.id}/off").text
        assert "responsible for 3 contacts" in page
        answer = admin.submit(f"/settings/users/{leaver.id}/off", {"takes_over": str(heir.id)})
        assert answer.status_code == 303
        assert "3 contacts are handed over" in admin.get("/settings/users").text
        db.session.expire_all()
        for one, version in zip(contacts, before, strict=True):
            assert (one.responsible_id, one.version) == (heir.id, version + 1)
            entry = of_contact(one.id)[0]
            assert entry.changes == {"responsible_id": [leaver.id, heir.id]}
            assert (entry.user_id, entry.action, entry.way) == (me().id, "changed", "form")
        page = admin.get(f"/contacts/{contacts[0].id}/history").text
        assert "Lea Leaver" in page

    def test_J1_handing_over_costs_the_same_for_any_number(self, user, make, as_role, leaver, statements) -> None:
        heir, costs = user("manager"), []
        user("administrator")
        for number in (2, 40):
            one = user("editor")
            self.give(make, one, number)
            with acting(as_role("administrator")), statements() as seen:
                assert users.switch_off(one.id, heir.id) == number
            costs.append(len(seen))
        assert costs[0] == costs[1]

    def test_J1_contacts_in_any_state_are_handed_over(self, user, make, as_role, leaver) -> None:
        archived, binned = self.give(make, leaver, 2)
        archived.archived_at = binned.deleted_at = archived.created_at
        heir = user("editor")
        user("administrator")
        with acting(as_role("administrator")):
            assert users.switch_off(leaver.id, heir.id) == 2

    @pytest.mark.parametrize("heir", ["", "nobody", "0", "999999", "off", "self"])
    def test_J1_somebody_who_can_sign_in_must_take_over(self, admin, user, make, leaver, heir) -> None:
        self.give(make, leaver, 1)
        off = user("editor")
        off.active = False
        chosen = {"off": str(off.id), "self": str(leaver.id)}.get(heir, heir)
        answer = admin.submit(f"/settings/users/{leaver.id}/off", {"takes_over": chosen})
        assert answer.status_code in (404, 422)
        assert fresh(leaver).active

    def test_J1_they_are_signed_out_and_let_in_no_more(self, admin, app, leaver) -> None:
        guest = app.test_client()
        sent = {"email": leaver.email, "password": PASSWORD}
        assert guest.submit("/login", sent).status_code in (302, 303)
        assert guest.get("/contacts").status_code == 200
        db.session.add(ApiToken(user_id=leaver.id, scope="read", digest="d"))
        assert admin.submit(f"/settings/users/{leaver.id}/off").status_code == 303
        assert guest.get("/contacts").status_code == 302
        guest = app.test_client()
        assert guest.submit("/login", sent).status_code not in (302, 303)
        assert db.session.scalars(sa.select(ApiToken.ended_at)).one() is not None
        assert "Switched off" in admin.get(f"/settings/users/{leaver.id}").text
        assert admin.submit(f"/settings/users/{leaver.id}/link").status_code == 409
        assert admin.submit(f"/settings/users/{leaver.id}/on").status_code == 303
        assert app.test_client().submit("/login", sent).status_code in (302, 303)

    def test_J1_nobody_switches_themselves_off(self, admin, user) -> None:
        user("administrator", data_protection=True)
        answer = admin.submit(f"/settings/users/{me().id}/off")
        assert answer.status_code == 409
        assert "another administrator" in answer.text

    def test_J1_an_editor_with_the_form_open_meets_both_versions(self, user, make, as_role, leaver) -> None:
        (contact,) = self.give(make, leaver, 1)
        version, heir = contact.version, user("editor")
        user("administrator")
        with acting(as_role("administrator")):
            users.switch_off(leaver.id, heir.id)
            with pytest.raises(Stale):
                update_contact(contact.id, {"responsible_id": str(leaver.id)}, version)


class TestSignIn:
    """What an administrator does for somebody who can't sign in; never for themself."""

    def test_J1_the_second_factor_is_reset(self, admin, user) -> None:
        one = user("reader")
        one.tf_totp_secret, one.tf_primary_method, one.mf_recovery_codes = "x", "authenticator", ["y"]
        db.session.flush()
        assert "Reset the second factor" in admin.get(f"/settings/users/{one.id}").text
        assert admin.submit(f"/settings/users/{one.id}/second-factor").status_code == 303
        assert (fresh(one).tf_totp_secret, one.mf_recovery_codes) == (None, None)
        assert "Second factor reset" in admin.get(f"/settings/users/{one.id}").text

    def test_J1_all_sessions_are_ended(self, admin, user) -> None:
        one = user("reader")
        for _time in range(2):
            sessions.start(one, remembered=False)
        assert "2 open sessions" in admin.get(f"/settings/users/{one.id}").text
        assert admin.submit(f"/settings/users/{one.id}/sessions").status_code == 303
        assert sessions.of_user(one.id) == []

    def test_J1_a_new_password_link_is_shown_to_copy(self, admin, user) -> None:
        one = user("reader")
        answer = admin.submit(f"/settings/users/{one.id}/link")
        assert LINK.search(answer.text)
        assert "Link for a new password made" in admin.get("/settings/users").text

    @pytest.mark.parametrize("what", ["second-factor", "sessions"])
    def test_J1_for_oneself_there_is_the_own_account(self, admin, what) -> None:
        assert admin.submit(f"/settings/users/{me().id}/{what}").status_code == 409
        assert admin.get("/settings/users").status_code == 200
