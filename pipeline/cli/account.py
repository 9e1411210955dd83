"""Commands about the Google account: login, logout, doctor."""

from __future__ import annotations

import sys

import click

from pipeline.cli.screen import Screen, command, round_option


@command("login")
@click.option(
    "--scopes",
    type=click.Choice(["drive.file", "team"]),
    default="drive.file",
    show_default=True,
    help="drive.file: files that you make with this tool. team: also files that a colleague made.",
)
@click.option(
    "--no-browser", is_flag=True, help="Print the address of the consent page, for a machine without a browser."
)
@click.option("--yes", is_flag=True, help="Give up wider scopes that were granted before.")
def login(screen: Screen, scopes: str, no_browser: bool, yes: bool) -> None:
    """\b
    Examples:
      pipeline login
      pipeline login --no-browser --scopes team

    Sign in with your own OAuth client (client_file in config/pipeline.toml). The sign-in is saved for you alone.
    """
    from pipeline.google import consent

    with screen.project() as project:
        terminal = sys.stdin.isatty() and sys.stderr.isatty()
        ask = (lambda text: str(click.prompt(text, default="", show_default=False, err=True))) if terminal else None
        ways = consent.Ways(say=screen.warn, ask=ask, browser=not no_browser)
        done = consent.login(project.client_file, ways, scopes=scopes, base_url=project.google_url, replace_wider=yes)
    if screen.json:
        screen.document({"account": done.account, "scopes": list(done.scopes)})
    screen.say(f"Signed in as {done.account or 'your account'}; saved in {done.path}. Next: pipeline doctor")


@command("logout")
def logout(screen: Screen) -> None:
    """\b
    Examples:
      pipeline logout
      pipeline logout --project backend-hiring

    Revoke the saved sign-in at Google and delete it here.
    """
    from pipeline.google import auth

    with screen.project() as project:
        done = auth.logout(project.client_file)
    if screen.json:
        screen.document({"account": done.account, "revoked": done.revoked})
    if not done.deleted:
        screen.say("Nobody was signed in with this OAuth client.")
        return
    by_hand = "deleted here, but could not be revoked: do so at https://myaccount.google.com/connections"
    told = "revoked at Google and deleted here" if done.revoked else by_hand
    screen.say(f"The sign-in of {done.account or 'your account'} is {told}.")


@command("doctor")
@round_option
def doctor(screen: Screen, round_: str | None) -> int:
    """\b
    Examples:
      pipeline doctor
      pipeline doctor --json

    Look at each thing the tool needs: PASS, FAIL with the fix, or SKIP. Nothing is changed.
    """
    from pipeline.cli.workspace import examine
    from pipeline.errands.doctor import doctor as check_all
    from pipeline.google.doctor import exit_code

    with screen.project() as project:
        checks = check_all(project, examine, round_id=round_)
    if screen.json:
        screen.document({"checks": [vars(check) for check in checks]})
    else:
        for check in checks:
            screen.data(f"{check.status:4}  {check.name}: {check.detail}")
            if check.fix:
                screen.data(f"      fix: {check.fix}")
    return exit_code(checks)
