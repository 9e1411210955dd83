"""`pipeline doctor`, the part about the workspace: each thing that must be right, looked at by reading only.

Every function makes its own calls and turns a refusal into a failed check with the fix that the refusal names; none
raises. What is remembered and wanted comes in as values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipeline.errors import NotSignedIn, PipelineError
from pipeline.google import drive, forms, sheets
from pipeline.google.auth import SCOPES, missing_scopes
from pipeline.google.refusals import SERVICE_ACCOUNT, ApiOff, Invalid, NoPermission
from pipeline.google.replies import Json
from pipeline.google.retry import NotFound
from pipeline.google.session import Session

Status = Literal["PASS", "FAIL", "SKIP"]
TOLERATED_SKEW = timedelta(seconds=60)
NOBODY = "doctor-looks-for-nothing"  # a file id that no file has
READS_A_MINUTE = 60  # a user, and as many writes
CREATE_FORM = "Run 'pipeline create-form'."

Responder = tuple[
    str, str
]  # Drive's type and who: ("user", e-mail), ("group", e-mail), ("domain", name), ("anyone", "")


@dataclass(frozen=True)
class Check:
    """One thing looked at. `fix` is empty unless it failed."""

    name: str
    status: Status
    detail: str
    fix: str = ""


@dataclass(frozen=True)
class FormToCheck:
    """A form as remembered, and who should be able to answer it."""

    name: str  # of the round, for people
    form_id: str
    responders: frozenset[Responder]
    accepting: bool = True  # whether it should take responses


def exit_code(checks: Iterable[Check]) -> int:
    """0 when nothing failed; 4 when the sign-in did; else 5."""
    failed = {check.name for check in checks if check.status == "FAIL"}
    return 0 if not failed else 4 if failed & {"credentials", "scopes"} else 5


def check_all(
    session: Session,
    forms_to_check: Sequence[FormToCheck],
    spreadsheet_id: str | None,
    *,
    now: Callable[[], datetime],
    needed: Sequence[str] = SCOPES["drive.file"],
) -> list[Check]:
    """Every check, in the order in which one would mend them; what cannot be looked at yet is skipped."""
    checks = [credentials(session)]
    if checks[0].status == "FAIL":
        return checks
    checks += [clock(session, now), scopes(session, needed), *apis(session)]
    if any(check.status == "FAIL" for check in checks):
        return checks
    for wanted in forms_to_check:
        checks += form(session, wanted)
    if not forms_to_check and session.identity.kind == "service account":
        detail = "A service account owns no files: it cannot make a form, whatever folder is named."
        checks.append(Check("form", "FAIL", detail, SERVICE_ACCOUNT))
    elif not forms_to_check:
        checks.append(Check("form", "SKIP", "There is none yet: 'pipeline create-form' makes it."))
    return [*checks, spreadsheet(session, spreadsheet_id), storage(session), quota(session)]


def credentials(session: Session) -> Check:
    """Whether the workspace takes the sign-in, and whose it is."""
    try:
        user = drive.about_get(session).get("user", {})
    except NotSignedIn as fault:
        return failed("credentials", fault)
    except ApiOff:
        return Check("credentials", "PASS", "Accepted; whose they are the Drive API would say.")
    except PipelineError as fault:
        return failed("workspace", fault)
    whose = user.get("emailAddress", "an account without a name")
    where = "Google" if session.base_url is None else f"the workspace at {session.base_url}"
    return Check("credentials", "PASS", f"Signed in at {where} as {whose} ({session.identity.kind}).")


def clock(session: Session, now: Callable[[], datetime]) -> Check:
    """This computer's clock against the date of the workspace's last answer: a wrong one spoils signatures."""
    if session.server_date is None:
        return Check("clock", "SKIP", "The workspace does not tell the time.")
    skew = now() - session.server_date
    seconds = abs(round(skew.total_seconds()))
    if abs(skew) <= TOLERATED_SKEW:
        return Check("clock", "PASS", f"Right to {max(seconds, 1)} s.")
    direction = "ahead of" if skew > timedelta() else "behind"
    return Check("clock", "FAIL", f"This computer is {seconds} s {direction} the workspace.", "Turn on network time.")


def scopes(session: Session, needed: Sequence[str]) -> Check:
    """Whether what was granted covers what is needed."""
    granted = session.identity.scopes
    if not granted:
        return Check("scopes", "SKIP", "These credentials do not tell their scopes; a call that lacks one says so.")
    missing = missing_scopes(needed, granted)
    if missing:
        names = ", ".join(scope.rsplit("/", 1)[-1] for scope in missing)
        return Check("scopes", "FAIL", f"Not granted: {names}.", "Run 'pipeline login' and leave every box ticked.")
    own = "; files that somebody else made stay out of sight" if session.identity.own_files_only else ""
    return Check("scopes", "PASS", ", ".join(sorted(scope.rsplit("/", 1)[-1] for scope in granted)) + own + ".")


def apis(session: Session) -> list[Check]:
    """Each API answers: asked for a file that does not exist, an API that is on says just that."""
    probes: list[tuple[str, Callable[[], object]]] = [
        ("Drive API", lambda: drive.about_get(session)),
        ("Forms API", lambda: forms.get(session, NOBODY)),
        ("Sheets API", lambda: sheets.get(session, NOBODY, fields="spreadsheetId")),
    ]
    checks = []
    for name, probe in probes:
        try:
            probe()
        except (NotFound, NoPermission, Invalid):
            pass  # it looked for the file: it is on
        except PipelineError as fault:
            checks.append(failed(name, fault))
            continue
        checks.append(Check(name, "PASS", "On."))
    return checks


def form(session: Session, wanted: FormToCheck) -> list[Check]:
    """Reachable, published, and open to the people who should answer it and to nobody else."""
    name = f"form ({wanted.name})"
    try:
        found = forms.get(session, wanted.form_id)
        permissions = drive.permissions_list(session, wanted.form_id)
    except PipelineError as fault:
        return [failed(f"{name} reachable", fault)]
    title = found.get("info", {}).get("title", "")
    reachable = Check(f"{name} reachable", "PASS", f"{title!r}, {len(found.get('items', []))} items.")
    return [reachable, _published(f"{name} published", found, wanted.accepting), _open_to(name, permissions, wanted)]


def _published(name: str, found: Json, accepting: bool) -> Check:
    if "publishSettings" not in found:
        fix = "Publish it by hand in its edit page, or let 'pipeline create-form' make a new one."
        return Check(name, "FAIL", "A form from before publishing was a setting: no program can publish it.", fix)
    state = found["publishSettings"].get("publishState", {})
    takes = bool(state.get("isPublished")) and bool(state.get("isAcceptingResponses"))
    if takes and accepting:
        return Check(name, "PASS", "Published, and taking responses.")
    if takes:
        return Check(name, "FAIL", "It takes responses although it should be closed.", "Run 'pipeline close-form'.")
    if not accepting:
        return Check(name, "PASS", "Closed, as it should be.")
    if state.get("isPublished"):
        fix = "Run 'pipeline close-form --reopen', unless it was closed on purpose."
        return Check(name, "FAIL", "Published, but not taking responses.", fix)
    return Check(name, "FAIL", "Not published: nobody can answer.", "Run 'pipeline create-form --drift undo'.")


def _open_to(name: str, permissions: list[Json], wanted: FormToCheck) -> Check:
    name = f"{name} responders"
    published = [one for one in permissions if one.get("view") == "published"]
    actual = {(one.get("type", ""), _of(one)) for one in published}
    expected = {(kind, who.lower()) for kind, who in wanted.responders}
    missing, extra = expected - actual, actual - expected
    writers = [one for one in permissions if one.get("type") == "anyone" and one.get("role") == "writer"]
    if writers:
        return Check(
            name, "FAIL", "Anyone with the link can change the form.", "Open its sharing and make it restricted."
        )
    if missing:
        who = ", ".join(sorted(person or kind for kind, person in missing))
        return Check(name, "FAIL", f"Cannot answer it yet: {who}.", CREATE_FORM)
    if extra:
        who = ", ".join(sorted(person or kind for kind, person in extra))
        fix = (
            "Run 'pipeline create-form', which takes out whom the panel had let in; take others out of the form's "
            "responders by hand, or add them to [sharing] in config/<role>.toml."
        )
        return Check(name, "FAIL", f"Can answer it without being in the configuration: {who}.", fix)
    if not expected:
        return Check(
            name, "SKIP", "Nobody can answer it yet: [sharing] names no responders, and Panel no interviewers."
        )
    return Check(name, "PASS", f"{len(expected)} let in, as configured.")


def _of(permission: Json) -> str:
    return str(permission.get("emailAddress") or permission.get("domain") or "").lower()


def spreadsheet(session: Session, spreadsheet_id: str | None) -> Check:
    """Whether the spreadsheet is there and may be written, asked without writing."""
    if not spreadsheet_id:
        return Check("spreadsheet", "SKIP", "There is none yet: 'pipeline create-form' makes it.")
    try:
        found = drive.files_get(session, spreadsheet_id)
        sheets.get(session, spreadsheet_id, fields="spreadsheetId")
    except PipelineError as fault:
        return failed("spreadsheet", fault)
    if found.get("trashed"):
        return Check("spreadsheet", "FAIL", f"{found.get('name', '')!r} is in the trash.", "Restore it in Drive.")
    if not found.get("capabilities", {}).get("canEdit", True):
        who = session.identity.account or "the account that is signed in"
        return Check("spreadsheet", "FAIL", f"{who} may read but not write it.", f"Share it with {who} as an editor.")
    return Check("spreadsheet", "PASS", f"{found.get('name', '')!r} is there and may be written.")


def storage(session: Session) -> Check:
    """Whether the account still has room: with none, Google refuses every new file."""
    try:
        told = drive.about_get(session).get("storageQuota", {})
    except PipelineError as fault:
        return failed("storage", fault)
    if "limit" not in told:
        return Check("storage", "PASS", "No limit is set for this account.")
    used, limit = int(told.get("usage", 0)), int(told["limit"])
    detail = f"{used / 2**30:.1f} of {limit / 2**30:.1f} GB used."
    if used < limit:
        return Check("storage", "PASS", detail)
    return Check("storage", "FAIL", detail, "Free space in Drive and Gmail, or use an account that has some.")


def quota(session: Session) -> Check:
    """Google tells nobody what is left of a minute's calls, only by refusing; so far it refused none of ours."""
    used = sum(count for method, count in session.calls.items() if method.startswith("sheets."))
    detail = (
        f"No call was over quota; these checks took {used} of the {READS_A_MINUTE} reads that Sheets allows a minute."
    )
    return Check("quota", "PASS", detail)


def failed(name: str, fault: PipelineError) -> Check:
    """A check that ended in a refusal: `credentials` that could not even be loaded, for instance."""
    return Check(name, "FAIL", fault.what, fault.next_step)
