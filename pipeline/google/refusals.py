"""Google's refusals in our words: what happened, why if that is known, and what to do. One table, first match wins.

Pure: a `Reply` and who is signed in go in, an error comes out. Sources: Google's error guides, and users' reports of
what Google really says, which is not always what the guides say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import Moved, NotSignedIn, PipelineError, Refused
from pipeline.google.replies import Call, Reply
from pipeline.google.retry import NotFound

DRIVE_FILE = "https://www.googleapis.com/auth/drive.file"
LOGIN = "Run 'pipeline login'"


class Invalid(Refused):
    """The workspace did not accept a request as written (400): a fault of ours, or a limit that we did not know."""


class NoPermission(Refused):
    """The file is there (or not), and this sign-in may not do that with it."""


class OwnsNothing(Refused):
    """A service account was asked to own a file. For good, even where it looks like an internal error."""


class ApiOff(Refused):
    """An API is not enabled in the user's Google Cloud project."""


class NotInvited(Refused):
    """A file cannot be shared with one address; with others it can."""


@dataclass(frozen=True)
class Identity:
    """Who is signed in, as far as the credentials themselves know."""

    kind: str  # "user", "service account", "delegated", "default" (Application Default Credentials) or "local"
    account: str = ""  # e-mail, where known
    scopes: frozenset[str] = frozenset()  # as granted, else as asked; empty when unknown

    @property
    def own_files_only(self) -> bool:
        """Whether files made by hand or with another OAuth client are out of sight."""
        return self.scopes == {DRIVE_FILE}


@dataclass(frozen=True)
class Case:
    """One call refused: all that a rule may look at, and the words that its message may use."""

    call: Call
    reply: Reply
    identity: Identity
    who: str

    @property
    def words(self) -> dict[str, str]:
        said = self.reply.message or ("a web page instead of data" if self.reply.page else "nothing more")
        return {
            "who": self.who,
            "them": self.who.replace("The ", "the ", 1),
            "doing": self.call.doing,
            "api": self.call.api,
            "code": str(self.reply.code),
            "said": said.rstrip("."),
            "account": self.identity.account or "the account that is signed in",
            "url": self.reply.activation_url or "https://console.cloud.google.com/apis/library",
            "project": f" ({self.reply.project})" if self.reply.project else "",
            "signing_in": SIGNING_IN[self.identity.kind],
            "quota": self.reply.quota,
            "troubles": LOCAL_TROUBLES if self.identity.kind == "local" else GOOGLES_TROUBLES,
            "blind": BLIND if self.identity.own_files_only else SHARE,
        }


SIGNING_IN = {
    "user": "Run 'pipeline login' and leave every box ticked.",
    "local": "Check the token in PIPELINE_WORKSPACE_TOKEN against the token_file that 'pipeline serve --json' names.",
    "service account": "Make a new key for the service account and name its file in config/pipeline.toml.",
    "delegated": "Let an administrator allow the scopes for the service account's client id: admin.google.com, "
    "Security, API controls, Domain-wide delegation.",
    "default": "Run 'gcloud auth application-default login --scopes="
    "https://www.googleapis.com/auth/cloud-platform,https://www.googleapis.com/auth/drive.file', "
    "with --client-id-file for your own OAuth client.",
}
BLIND = (
    "With the scope drive.file only files that this OAuth client made can be seen: not one made by hand, nor a "
    "colleague's. Sign in with 'pipeline login --scopes team' to work on those, or let the colleague run the command."
)
SHARE = "Check that it exists, is not in the trash, and is shared with {account} as an editor."
GOOGLES_TROUBLES = "Google's own troubles: https://www.google.com/appsstatus/dashboard/."
LOCAL_TROUBLES = "What went wrong in it stands in the file workspace.log beside its database, .pipeline/workspace.db."
SERVICE_ACCOUNT = (
    "A service account cannot own files. Three ways out: name a folder of a shared drive in config/pipeline.toml "
    "(spreadsheet only); let it act for a person by domain-wide delegation (subject in config/pipeline.toml); or sign "
    "in as a person with 'pipeline login'."
)


@dataclass(frozen=True)
class Rule:
    """`what` and `todo` are templates over `Case.words`; `todo` may itself use words that hold words."""

    name: str
    when: Callable[[Case], bool]
    error: type[PipelineError]
    what: str
    todo: str

    def error_for(self, case: Case) -> PipelineError:
        words = case.words
        words["blind"] = words["blind"].format_map(words)
        return self.error(self.what.format_map(words), self.todo.format_map(words))


CREATES = {"forms.forms.create", "sheets.spreadsheets.create", "drive.files.create"}
GCLOUDS_OWN_PROJECT = "764086051850"  # stands for everybody's Application Default Credentials until a project is named


def _owns_nothing(case: Case) -> bool:
    """Whether a service account was asked to own a file, under whatever name Google refuses that."""
    if case.reply.says("service accounts do not have storage quota"):
        return True
    if case.identity.kind != "service account" or case.call.method not in CREATES:
        return False
    internal = case.reply.code == 500 and case.call.method == "forms.forms.create"
    return internal or case.reply.has("storageQuotaExceeded") or case.reply.says("does not have permission")


RULES: tuple[Rule, ...] = (
    Rule(
        "token refused",
        lambda case: case.reply.code == 401,
        NotSignedIn,
        "{who} did not accept the sign-in (401) when asked to {doing}.",
        "{signing_in}",
    ),
    Rule(
        "scopes missing",
        lambda case: (
            case.reply.has("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "insufficientScopes")
            or case.reply.says("insufficient authentication scopes")
        ),
        NotSignedIn,
        "The sign-in does not allow this tool to {doing}: {them} says that a scope is missing.",
        "{signing_in}",
    ),
    Rule(
        "quota project refused",
        lambda case: case.reply.has("USER_PROJECT_DENIED") or case.reply.says("serviceusage.services.use"),
        Refused,
        "{who} does not let {account} use the quota project{project}.",
        "Name a project of your own: quota_project in config/pipeline.toml, or "
        "'gcloud auth application-default set-quota-project PROJECT'; it needs the role Service Usage Consumer.",
    ),
    Rule(
        "quota project missing",
        lambda case: case.reply.says("requires a quota project") or case.reply.project == GCLOUDS_OWN_PROJECT,
        Refused,
        "The Application Default Credentials name no Google Cloud project of yours, in which the {api} could be on.",
        "Name one: quota_project in config/pipeline.toml, or 'gcloud auth application-default set-quota-project PROJECT'.",
    ),
    Rule(
        "API off",
        lambda case: (
            case.reply.has("SERVICE_DISABLED", "accessNotConfigured")
            or case.reply.says("has not been used in project", "it is disabled. enable it")
        ),
        ApiOff,
        "The {api} is switched off in the Google Cloud project of your credentials{project}.",
        "Open {url}, press Enable, wait a minute and run this again. 'pipeline doctor' checks all three APIs.",
    ),
    Rule(
        "service account owns nothing",
        _owns_nothing,
        OwnsNothing,
        "{who} refused to {doing} ({code}: {said}).",
        SERVICE_ACCOUNT,
    ),
    Rule(
        "Drive full",
        lambda case: case.reply.has("storageQuotaExceeded") or case.reply.says("storage quota has been exceeded"),
        Refused,
        "The Drive of {account} is full: {them} refused to {doing}.",
        "Free some space, or name a folder of a shared drive in config/pipeline.toml.",
    ),
    Rule(
        "daily limit",
        lambda case: case.reply.has("dailyLimitExceeded", "dailyLimitExceededUnreg"),
        Refused,
        "The daily quota of your Google Cloud project is used up: {them} refused to {doing}.",
        "Run this again tomorrow, or ask for more at https://console.cloud.google.com/iam-admin/quotas.",
    ),
    Rule(
        "sharing limit",
        lambda case: case.reply.has("sharingRateLimitExceeded"),
        Refused,
        "{who} allows no more sharing for now: too many invitations in a short time.",
        "Wait some hours and run this again; what was shared already stays shared.",
    ),
    Rule(
        "quota after all retries",
        lambda case: case.reply.quota != "",
        Refused,
        "{who} kept asking us to wait when we tried to {doing} (quota: {quota}); we gave up.",
        "Wait a minute and run the same command again; it goes on where it stopped. More patience: give_up_after in "
        "config/pipeline.toml. Quotas: https://console.cloud.google.com/iam-admin/quotas.",
    ),
    Rule(
        "nobody there to share with",
        lambda case: case.reply.has("invalidSharingRequest"),
        NotInvited,
        "{who} cannot share with this address: it has no Google account, or may not be invited.",
        "Correct it in the Panel worksheet, or in [sharing] of config/<role>.toml; it must be a Google account's.",
    ),
    Rule(
        "organisation's policy",
        lambda case: (
            case.reply.has(
                "domainPolicy",
                "publishOutNotPermitted",
                "sharingOutsideDomainNotAllowed",
                "cannotShareTeamDriveTopFolderWithAnyoneOrDomains",
                "ORG_RESTRICTION_VIOLATION",
                "ORG_POLICY_VIOLATION",
                "adminPolicyEnforced",
            )
            or case.reply.says(
                "domain administrators have disabled", "organization's policy", "policy of your organization"
            )
        ),
        Refused,
        "Your organisation's policy forbids it: {them} refused to {doing}.",
        "Ask your Workspace administrator, or share inside the organisation only ([sharing] in config/<role>.toml).",
    ),
    Rule(
        "made by another client",
        lambda case: case.reply.has("appNotAuthorizedToFile") or case.reply.says("has not granted the app"),
        NotFound,
        "{who} does not let this OAuth client see the file (asked to {doing}).",
        BLIND,
    ),
    Rule(
        "revision moved on",
        lambda case: (
            case.reply.code in {400, 409, 412}
            and case.call.method.endswith(".batchUpdate")
            and case.reply.says("revision")
        ),
        Moved,
        "The form was changed by somebody else since it was read; nothing was written.",
        "Run the same command again: it reads the form as it is now and plans anew.",
    ),
    Rule(
        "not a Google Sheet",
        lambda case: (
            case.reply.code == 400 and case.reply.says("not supported for this document", "must not be an office file")
        ),
        Refused,
        "The file is not a Google spreadsheet (an Excel file, perhaps): {them} refused to {doing}.",
        "Open it in Google Sheets, choose File, Save as Google Sheets, and adopt the new file.",
    ),
    Rule(
        "legacy form",
        lambda case: case.reply.code == 400 and case.call.method == "forms.forms.setPublishSettings",
        Refused,
        "{who} refused to {doing} ({said}); a form older than that setting cannot be published by a program.",
        "Publish it by hand in its edit page, or let 'pipeline create-form' make a new one.",
    ),
    Rule(
        "not accepted as written",
        lambda case: case.reply.code in {400, 413},
        Invalid,
        "{who} did not accept the request to {doing}: {said}.",
        "Run 'pipeline check'; if it finds nothing, this is a fault of ours: please report this message.",
    ),
    Rule(
        "no permission",
        lambda case: case.reply.code == 403,
        NoPermission,
        "{who} refused to {doing} (403: {said}).",
        "{blind}",
    ),
    Rule(
        "not there",
        lambda case: case.reply.code in {404, 410},
        NotFound,
        "{who} found nothing when asked to {doing}: it was deleted, or {account} may not see it.",
        "{blind}",
    ),
    Rule(
        "not a method",
        lambda case: case.reply.code in {405, 501},
        Refused,
        "{who} does not know how to {doing} ({code}: {said}).",
        "Check the address of the workspace; if it is the local one, it does not play this part of Google.",
    ),
    Rule(
        "not our Google",
        lambda case: 200 <= case.reply.code < 400,
        Refused,
        "Something other than {them} answered the request to {doing} ({code}: {said}).",
        "Check the network: a sign-in page of a guest network or a proxy stands in between.",
    ),
    Rule(
        "broken after all retries",
        lambda case: case.reply.code >= 500 or case.reply.code == 408,
        Refused,
        "{who} could not {doing} ({code}: {said}), after all retries.",
        "Run the same command again in some minutes; it goes on where it stopped. {troubles}",
    ),
    Rule(
        "anything else",
        lambda case: True,
        Refused,
        "{who} refused to {doing} ({code}: {said}).",
        "Run 'pipeline doctor'.",
    ),
)


def explain(call: Call, reply: Reply, identity: Identity, who: str) -> PipelineError:
    """The refusal as one of our errors."""
    case = Case(call, reply, identity, who)
    return next(rule for rule in RULES if rule.when(case)).error_for(case)
