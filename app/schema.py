"""Every table of every domain, for migrations and for tests that make a database from nothing."""

from app.core import calendar, leases, runs
from app.core.db import Base
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
)
METADATA = Base.metadata
