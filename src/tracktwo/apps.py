"""The one Django application: start-up checks and the taps that keep times out."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class Tracktwo(AppConfig):
    name = "tracktwo"
    label = "tracktwo"
    default = True

    def ready(self) -> None:
        from django.db.models.signals import pre_save  # needs loaded applications

        from tracktwo.people.second_step import forget_times
        from tracktwo.process.checks import one_click_only_where_nothing_is_real
        from tracktwo.web import every_view_declares_its_audience

        pre_save.connect(forget_times, sender="mfa.Authenticator", dispatch_uid="forget times")
        checks.register(every_view_declares_its_audience, checks.Tags.urls)
        checks.register(one_click_only_where_nothing_is_real, checks.Tags.database)
