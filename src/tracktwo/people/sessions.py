"""Sessions in the database that tell a thief of the database nothing.

Django keeps the session key, the signed content (whose it is, how and when they signed in) and the
exact end. Here the key is a blind index, the content is sealed, and the end is a day.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from tracktwo.errors import Refusal
from tracktwo.people.models import Session
from tracktwo.vault import keys


class SessionStore(DatabaseStore):
    """Django's database sessions with sealed rows."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _row(self, session_key: str | None) -> Any:
        return Session.objects.filter(session_key=_index(session_key or ""))

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = self._row(self.session_key).filter(expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return bool(self._row(session_key).exists())

    def delete(self, session_key: str | None = None) -> None:
        if session_key or self.session_key:
            self._row(session_key or self.session_key).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        return Session(
            session_key=_index(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=_end_of_day(self.get_expiry_date()),
        )

    def change(self, name: str, change: Callable[[Any], Any]) -> None:
        """Change one value under the row's lock: two tabs of one reader lose nothing. Belongs inside an act.

        A session that is not in the database yet is only changed here, and saved with the answer like any other.
        """
        row = self._row(self.session_key).select_for_update().first() if self.session_key else None
        if row is None:
            self[name] = change(self.get(name))
            return
        data = self.decode(row.session_data)
        data[name] = change(data.get(name))
        self.create_model_instance(data).save(force_update=True)
        # Not marked as changed: saved again with the answer, it could undo what another tab did meanwhile.
        changed, self[name] = self.modified, data[name]
        self.modified = changed

    def encode(self, session_dict: dict[str, Any]) -> str:
        plain = self.serializer().dumps(session_dict)
        return keys.seal_for_house("session", plain).hex()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        try:
            content = self.serializer().loads(
                keys.unseal_for_house("session", bytes.fromhex(str(session_data)))
            )
        except (Refusal, ValueError):
            return {}
        return dict(content)


def _index(session_key: str) -> str:
    return keys.blind_index("session", session_key)[:40]


def _end_of_day(moment: datetime.datetime) -> datetime.datetime:
    return (moment + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
