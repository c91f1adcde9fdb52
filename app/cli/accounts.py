"""`flask staff` and `flask audit`: who may work in the console, and whether the trail is whole."""

import click
from flask.cli import AppGroup

from app.cli.edge import OPERATOR, services
from app.core.errors import DomainError
from app.organizations import queries as organizations
from app.staff import accounts, audit, roles, second_factor, verification
from app.staff.models import Role
from app.staff.verification import Verified

staff = AppGroup("staff", help="Accounts of the console.")
trail = AppGroup("audit", help="The trail of what was done.")


@staff.command("create")
@click.argument("username")
@click.option("--name", "display_name", required=True, help="How the console greets the person.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option(
    "--organization", "code", required=True, help="The organisation's code; the role holds below it."
)
@click.password_option(help="Asked for when it is not given; changed by the person at the first sign-in.")
def create(username: str, display_name: str, role: str, code: str, password: str) -> None:
    """Add an account with one role, and print the secret for its authenticator once."""
    wired = services()
    now = wired.clock.now()
    try:
        with wired.sessions.begin() as session:
            organization = organizations.by_code(session, code)
            if organization is None:
                raise click.ClickException(f"no organisation has the code {code}")
            made = accounts.create(
                session,
                username=username,
                display_name=display_name,
                password=password,
                vault=wired.vault,
                now=now,
                temporary=True,
            )
            roles.grant(
                session, account_id=made.account.id, role=Role(role), organization_id=organization.id, by=None
            )
            audit.record(
                session,
                actor=OPERATOR,
                action="staff.account_created",
                subject=f"account:{made.account.id}",
                organization_id=organization.id,
                details={"username": made.account.username, "role": role},
                now=now,
            )
    except DomainError as refusal:
        raise click.ClickException(f"refused: {refusal.code}") from refusal
    click.echo(f"account   {made.account.username}, {role} of {organization.name}")
    click.echo(f"secret    {made.totp_secret}")
    click.echo(f"otpauth   {second_factor.uri(made.totp_secret, username=username, issuer='智支部')}")


@trail.command("verify")
def verify() -> None:
    """Walk the whole chain; exit 1 at the first entry that does not fit."""
    with services().sessions.read() as session:
        result = verification.verify(session)
    if isinstance(result, Verified):
        click.echo(f"whole: {result.count} entries, the last one {result.last_hash}")
        return
    raise click.ClickException(f"broken at entry {result.entry_id}: {result.why}")


COMMANDS = (staff, trail)
