"""`flask dues`: what an operator does about dues."""

from datetime import date

import click
from flask.cli import AppGroup

from app.cli.edge import services
from app.dues import money
from app.dues.statements.desk import Result
from app.dues.statements.models import StatementState

dues = AppGroup("dues", help="Dues: WeChat Pay's trade bills.")


class _Day(click.ParamType[date]):
    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no day such as 2026-03-02", param, ctx)


@dues.command("reconcile")
@click.argument("day", type=_Day())
def reconcile(day: date) -> None:
    """Fetch WeChat's trade bill of DAY (China) for every merchant and match it with the books.

    One line a merchant; exit 1 where a difference was found or the bill could not be read.
    """
    results = services().statement_desk.reconcile(day)
    if not results:
        click.echo("no merchant is set up")
    for result in results:
        click.echo(_line(result))
    if any(result.cases or not _over(result) for result in results):
        raise SystemExit(1)


def _over(result: Result) -> bool:
    return result.statement.state in (StatementState.MATCHED, StatementState.NONE)


def _line(result: Result) -> str:
    row = result.statement
    if row.state is StatementState.NONE:
        return f"{row.mchid}  {row.day}  nothing traded"
    if not _over(result):
        return f"{row.mchid}  {row.day}  not matched: {row.error}"
    sums = f"{money.text(row.total_fen)} yuan received, {money.text(row.refunded_fen)} refunded"
    return f"{row.mchid}  {row.day}  {row.count} lines, {sums}; {result.cases} new cases"


COMMANDS = (dues,)
