"""The one table of what each role may do on its subtree."""

from collections.abc import Mapping
from enum import StrEnum

from app.staff.models import Role


class Permission(StrEnum):
    DASHBOARD_VIEW = "dashboard.view"
    ORGANIZATIONS_VIEW = "organizations.view"
    MEMBERS_VIEW = "members.view"
    MEMBERS_REVEAL = "members.reveal"
    MEMBERS_BIND = "members.bind"
    ROSTER_IMPORT = "roster.import"
    MEETINGS_VIEW = "meetings.view"
    MEETINGS_MANAGE = "meetings.manage"
    FEEDBACK_VIEW = "feedback.view"
    FEEDBACK_ANSWER = "feedback.answer"
    NOTICES_VIEW = "notices.view"
    NOTICES_WRITE = "notices.write"
    NOTICES_APPROVE = "notices.approve"
    NOTICES_EXPORT = "notices.export"
    CALENDAR_EDIT = "calendar.edit"
    AUDIT_VIEW = "audit.view"
    STAFF_MANAGE = "staff.manage"
    DUES_VIEW = "dues.view"
    DUES_COLLECT = "dues.collect"
    DUES_RECONCILE = "dues.reconcile"
    DUES_ACCOUNT = "dues.account"
    DUES_DECIDE = "dues.decide"
    DUES_REVEAL = "dues.reveal"
    STUDY_VIEW = "study.view"
    STUDY_WRITE = "study.write"
    STUDY_REVIEW = "study.review"
    STUDY_HOURS = "study.hours"


P = Permission
VIEWS = frozenset(
    {P.DASHBOARD_VIEW, P.ORGANIZATIONS_VIEW, P.MEMBERS_VIEW, P.MEETINGS_VIEW, P.NOTICES_VIEW, P.STUDY_VIEW}
)
STUDY = frozenset({P.STUDY_WRITE, P.STUDY_REVIEW, P.STUDY_HOURS})
NOTICES = frozenset({P.NOTICES_WRITE, P.NOTICES_APPROVE, P.NOTICES_EXPORT})
DUES = frozenset({P.DASHBOARD_VIEW, P.ORGANIZATIONS_VIEW, P.DUES_VIEW})
DUES_POSTS = frozenset({Role.COLLECTOR, Role.RECONCILER, Role.ACCOUNTANT})

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.SECRETARY: VIEWS
    | NOTICES
    | STUDY
    | {
        P.MEMBERS_REVEAL,
        P.MEMBERS_BIND,
        P.MEETINGS_MANAGE,
        P.FEEDBACK_VIEW,
        P.FEEDBACK_ANSWER,
        P.DUES_VIEW,
        P.DUES_DECIDE,
    },
    Role.ORGANIZER: VIEWS
    | {P.MEMBERS_BIND, P.MEETINGS_MANAGE, P.NOTICES_WRITE, P.STUDY_WRITE, P.STUDY_HOURS, P.DUES_VIEW},
    Role.OFFICE: VIEWS
    | NOTICES
    | STUDY
    | {
        P.MEMBERS_REVEAL,
        P.MEMBERS_BIND,
        P.ROSTER_IMPORT,
        P.MEETINGS_MANAGE,
        P.FEEDBACK_VIEW,
        P.FEEDBACK_ANSWER,
        P.CALENDAR_EDIT,
        P.DUES_VIEW,
        P.DUES_DECIDE,
    },
    # Three posts, three people (facts/domain §1.6): who takes money neither books nor checks it.
    Role.COLLECTOR: DUES | {P.DUES_COLLECT},
    Role.RECONCILER: DUES | {P.DUES_RECONCILE},
    Role.ACCOUNTANT: DUES | {P.DUES_ACCOUNT, P.DUES_REVEAL},
    Role.AUDITOR: frozenset({P.DASHBOARD_VIEW, P.AUDIT_VIEW}),
    # Accounts and contents are apart: who hands out rights reads no member and no letter.
    Role.ADMINISTRATOR: frozenset({P.DASHBOARD_VIEW, P.STAFF_MANAGE, P.AUDIT_VIEW}),
}
