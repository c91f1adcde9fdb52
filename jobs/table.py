"""The table of jobs: what is done when nobody asks, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from jobs import dues_months, dues_pay, study, study_columns, tasks
from jobs.context import Context
from jobs.moments import Daily, DigestTime, Moments


@dataclass(frozen=True)
class Job:
    """Runs at the start and then at its interval, in one place at a time; a beat that is missed is not made up for."""

    name: str
    every: timedelta
    run: Callable[[Context], None]


@dataclass(frozen=True)
class Timed:
    """Runs once for each due moment, which it is given.

    Nobody there at the moment: it runs when somebody is, up to `grace` later. Of several that were missed, only
    the last runs. One that failed or died runs again, until it has ended once.
    """

    name: str
    moments: Moments
    grace: timedelta
    run: Callable[[Context, datetime], None]


JOBS = (
    Job("send-due-notices", timedelta(seconds=1), tasks.send_due_notices),
    Job("prepare-announcements", timedelta(seconds=5), tasks.prepare_announcements),
    Job("remind", timedelta(minutes=1), tasks.remind),
    Job("take-rosters", timedelta(seconds=20), tasks.take_rosters),
    Job("remind-of-meetings", timedelta(minutes=1), tasks.remind_of_meetings),
    Job("finish-silent-events", timedelta(seconds=10), tasks.finish_silent_events),
    Job("refresh-menus", timedelta(seconds=5), tasks.refresh_menus),
    Job("give-up-claims", timedelta(seconds=5), tasks.give_up_claims),
    Job("tidy-notices", timedelta(seconds=10), tasks.tidy_notices),
    Job("ask-about-orders", timedelta(seconds=5), dues_pay.ask_about_orders),
    Job("send-refunds", timedelta(seconds=10), dues_pay.send_refunds),
    Job("finish-pay-notifications", timedelta(seconds=10), dues_pay.finish_notifications),
    Job("work-statements", timedelta(minutes=5), dues_pay.work_statements),
    Job("refresh-pay-certificates", timedelta(hours=6), dues_pay.refresh_certificates),
    Job("send-study-pushes", timedelta(minutes=1), study.send_pushes),
    Job("close-quizzes", timedelta(minutes=1), study.close_quizzes),
    Job("check-calendar", timedelta(hours=6), tasks.check_calendar),
)
TIMED = (
    # Not after 20:00, when nothing may be pushed: what is held then waits for the next week's.
    Timed("make-digests", DigestTime(), timedelta(hours=4), tasks.make_digests),
    Timed("remind-of-duties", Daily(time(9)), timedelta(hours=11), tasks.remind_of_duties),
    Timed("mark-overdue", Daily(time(0, 10)), timedelta(hours=20), dues_months.mark_overdue),
    Timed("generate-bills", Daily(time(0, 40)), timedelta(hours=20), dues_months.generate_bills),
    Timed("remind-of-dues", Daily(time(9)), timedelta(hours=11), dues_months.remind_of_dues),
    Timed("remind-of-columns", Daily(time(9)), timedelta(hours=11), study_columns.remind_owners),
    Timed("fade-texts", Daily(time(3, 30)), timedelta(days=1), tasks.fade_texts),
)
