"""`config/pipeline.toml` -> `Settings`: where forms and spreadsheets live, who we are there, and how long we wait."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from locale import locale_alias
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

from pipeline.config import toml_file
from pipeline.config.toml_file import Setting
from pipeline.errors import Fault
from pipeline.question_bank.texts import Unusable, nearest, quoted

Workspace = Literal["local", "google"]
Credentials = Literal["user", "service-account", "adc"]
_THIS_MACHINES = ("posix/", "right/", "localtime", "Factory")  # zones that only a machine's own database has
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*")
_MAILBOX = re.compile(r"[^@\s,;:<>()\"\\]{1,64}")


@dataclass(frozen=True)
class Google:
    """Who we are at Google, and where new files go. Paths count from the project's directory; "" is not set.

    `client_file` is the OAuth client that `pipeline login` uses; `key_file` a service account's key; `subject` the
    person for whom a service account acts; `folder` the id of a Drive folder or shared drive.
    """

    credentials: Credentials = "user"
    client_file: str = ""
    key_file: str = ""
    subject: str = ""
    quota_project: str = ""
    folder: str = ""


@dataclass(frozen=True)
class Network:
    """Seconds: how long one call may take, and after how long retrying ends."""

    timeout: float = 180
    give_up_after: float = 120


@dataclass(frozen=True)
class SheetSettings:
    """How the spreadsheet shows numbers and times."""

    locale: str = "en_US"
    time_zone: str = "Etc/UTC"


@dataclass(frozen=True)
class Retention:
    """After how many days `status` and `doctor` remind of erasing a candidate's data; 0 never."""

    days: int = 365


@dataclass(frozen=True)
class Settings:
    """The whole of `config/pipeline.toml`; without a file, its defaults. `origins` is for `config show`."""

    workspace: Workspace = "local"
    google: Google = field(default_factory=Google)
    network: Network = field(default_factory=Network)
    sheet: SheetSettings = field(default_factory=SheetSettings)
    retention: Retention = field(default_factory=Retention)
    origins: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}), compare=False)


def read_settings(path: Path, *, shown: str = "") -> tuple[Settings, tuple[Fault, ...]]:
    """Read `pipeline.toml`; a missing file means all defaults."""
    top, document = toml_file.read(path, shown, optional=True)
    if top is None:
        return Settings(), tuple(document.faults)
    settings = Settings(
        workspace=cast("Workspace", top.take("workspace", toml_file.choice("local", "google"), "local")),
        google=_google(top.table("google")),
        network=_network(top.table("network")),
        sheet=_sheet(top.table("sheet")),
        retention=_retention(top.table("retention")),
        origins=MappingProxyType({setting.key: setting for setting in document.settings}),
    )
    top.close()
    return settings, tuple(sorted(document.faults))


WORKSPACE_VARIABLE = "PIPELINE_WORKSPACE"


def with_workspace(settings: Settings, value: str) -> tuple[Settings, tuple[Fault, ...]]:
    """The settings with the workspace that the environment names in place of the file's; "" names none."""
    if value == "":
        return settings, ()
    if value not in ("local", "google"):
        fault = Fault(
            WORKSPACE_VARIABLE, 0, "", f'"{value}" is no workspace', 'set it to "local" or "google", or unset it'
        )
        return settings, (fault,)
    told = Setting("workspace", value, "$" + WORKSPACE_VARIABLE, 0)
    origins = MappingProxyType({**settings.origins, "workspace": told})
    return replace(settings, workspace=cast("Workspace", value), origins=origins), ()


def _google(table: toml_file.Table) -> Google:
    short = toml_file.text(empty=True)
    google = Google(
        credentials=cast(
            "Credentials", table.take("credentials", toml_file.choice("user", "service-account", "adc"), "user")
        ),
        client_file=table.take("client_file", short, ""),
        key_file=table.take("key_file", short, ""),
        subject=table.take("subject", email_or_empty, ""),
        quota_project=table.take("quota_project", short, ""),
        folder=table.take("folder", _folder, ""),
    )
    table.close()
    return google


def _network(table: toml_file.Table) -> Network:
    network = Network(
        timeout=float(table.take("timeout", toml_file.number(1, 3_600), Fraction(180))),
        give_up_after=float(table.take("give_up_after", toml_file.number(0, 86_400), Fraction(120))),
    )
    table.close()
    return network


def _sheet(table: toml_file.Table) -> SheetSettings:
    sheet = SheetSettings(
        locale=table.take("locale", _locale, "en_US"),
        time_zone=table.take("time_zone", _time_zone, "Etc/UTC"),
    )
    table.close()
    return sheet


def _retention(table: toml_file.Table) -> Retention:
    retention = Retention(days=table.take("days", toml_file.whole(0, 36_500), 365))
    table.close()
    return retention


def email_address(value: Any) -> str:
    """An e-mail address; its domain in lower case."""
    address = toml_file.text()(value)
    mailbox, _, domain = address.rpartition("@")
    if not (_MAILBOX.fullmatch(mailbox) and _DOMAIN.fullmatch(domain)):
        raise Unusable(f"{quoted(address)} is not an e-mail address", 'write one such as "maya@example.com"')
    return f"{mailbox}@{domain.lower()}"


def domain_name(value: Any) -> str:
    """A domain in lower case."""
    domain = toml_file.text()(value)
    if not _DOMAIN.fullmatch(domain):
        raise Unusable(
            f"{quoted(domain)} is neither an e-mail address nor a domain",
            'write one such as "maya@example.com" or "example.com"',
        )
    return domain.lower()


def email_or_empty(value: Any) -> str:
    return email_address(value) if value != "" else ""


def _folder(value: Any) -> str:
    """A folder's id; the address that the browser shows is accepted too."""
    folder = toml_file.text(empty=True)(value).partition("?")[0].rstrip("/").rpartition("/")[2]
    if not re.fullmatch(r"[A-Za-z0-9_-]*", folder):
        raise Unusable(f"{quoted(folder)} is not a folder's id", "copy the last part of the folder's address in Drive")
    return folder


def _locale(value: Any) -> str:
    locale = toml_file.text()(value)
    if not _LOCALE.fullmatch(locale):
        raise Unusable(f"{quoted(locale)} is not a locale", 'write language_COUNTRY, such as "en_GB" or "de_DE"')
    language, _, country = locale.partition("_")
    known = [name.partition(".")[0].partition("_") for name in locale_alias]
    if language not in {name[0] for name in known}:
        raise Unusable(f"{quoted(locale)} names no language that is known", 'write one such as "en_GB" or "de_DE"')
    if country and country.lower() not in {name[2].partition("@")[0] for name in known}:
        raise Unusable(f"{quoted(locale)} names no country that is known", f"leave it out, or write {language}_COUNTRY")
    return locale


def _time_zone(value: Any) -> str:
    zone = toml_file.text()(value)
    try:
        if zone.startswith(_THIS_MACHINES):
            raise ValueError
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        if zones := zoneinfo.available_timezones():  # none on a machine without a time zone database: Google judges
            near = nearest(zone, sorted(name for name in zones if not name.startswith(_THIS_MACHINES)))
            todo = f'did you mean "{near}"?' if near else 'write one such as "Europe/Berlin" or "Etc/UTC"'
            raise Unusable(f"{quoted(zone)} is not a time zone", todo) from None
    return zone
