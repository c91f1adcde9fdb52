"""Every table of every domain, for migrations and for tests that make a database from nothing."""

from app.core import calendar, leases, runs
from app.core.db import Base
from app.dues.arrears import models as dues_arrears
from app.dues.assessments import models as dues_assessments
from app.dues.bills import models as dues_bills
from app.dues.books import models as dues_books
from app.dues.cash import models as dues_cash
from app.dues.inbound import models as dues_inbound
from app.dues.orders import models as dues_orders
from app.dues.policies import models as dues_policies
from app.dues.remittance import models as dues_remittance
from app.dues.standards import models as dues_standards
from app.dues.statements import models as dues_statements
from app.feedback import models as feedback
from app.inbox import models as inbox
from app.meetings import models as meetings
from app.meetings.duties import models as duties
from app.meetings.plans import models as plans
from app.meetings.records import models as records
from app.meetings.votes import models as votes
from app.members import models as members
from app.members.roster import models as roster
from app.notices import models as notices
from app.notices.announcements import models as announcements
from app.organizations import models as organizations
from app.staff import models as staff
from app.study.hours import models as study_hours
from app.study.library import models as study_library
from app.study.plans import models as study_plans
from app.study.pushes import models as study_pushes
from app.study.quizzes import models as study_quizzes
from app.study.searching import models as study_searching

DOMAINS = (
    calendar,
    leases,
    runs,
    organizations,
    members,
    roster,
    staff,
    inbox,
    notices,
    announcements,
    meetings,
    plans,
    duties,
    votes,
    records,
    feedback,
    dues_standards,
    dues_policies,
    dues_assessments,
    dues_bills,
    dues_books,
    dues_orders,
    dues_inbound,
    dues_statements,
    dues_cash,
    dues_remittance,
    dues_arrears,
    study_library,
    study_searching,
    study_plans,
    study_pushes,
    study_hours,
    study_quizzes,
)
METADATA = Base.metadata
