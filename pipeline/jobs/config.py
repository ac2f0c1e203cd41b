"""``jobs.yaml`` as frozen configuration, checked once; an error names file, line, rule and the nearest right name."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ...core import ConfigError, YamlFile, did_you_mean, dotted, load_yaml
from .schedule import Schedule, parse_schedule

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
DURATION = re.compile(r"([0-9]{1,7}) ?(s|m|h|d)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def seconds(value: Any) -> Any:
    """``90s``, ``15m``, ``6h`` or ``2d`` as seconds; a whole number is seconds already."""
    if isinstance(value, str):
        found = DURATION.fullmatch(value)
        if not found:
            raise ValueError("is not a duration; write 90s, 15m, 6h or 2d")
        return int(found[1]) * SECONDS[found[2]]
    return value


def one_line(value: str) -> str:
    """A text without line breaks and other control characters, which files of other schedulers cannot hold."""
    if CONTROL.search(value):
        raise ValueError("holds a line break or another control character")
    return value


def variable(value: str | None) -> str | None:
    """The name of an environment variable: secrets stand there, never in the file."""
    if value is not None and not VARIABLE.fullmatch(value):
        raise ValueError("is not the name of an environment variable; write the name, never the secret itself")
    return value


class Section(BaseModel):
    """Base of every part: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Retries(Section):
    """When a run is tried again, in the same folder, where it goes on from the stages that are done."""

    limit: int = Field(default=2, ge=0, le=20, description="further attempts after the first")
    backoff: int = Field(
        default=60, ge=0, le=86400, description="seconds before the second attempt; doubled for each further"
    )
    codes: tuple[int, ...] = Field(
        default=(75,), description="exit codes that are tried again; 75 is a temporary failure"
    )

    _seconds = field_validator("backoff", mode="before")(seconds)


class Webhook(Section):
    """JSON to an address, signed with HMAC-SHA256."""

    kind: Literal["webhook"]
    url: str | None = Field(None, description="the address; https, or http on this machine")
    url_env: str | None = Field(None, description="the environment variable that holds the address")
    key_env: str = Field(description="the environment variable that holds the key of the signature")

    _variables = field_validator("url_env", "key_env")(variable)
    _line = field_validator("url")(lambda value: value and one_line(value))

    @model_validator(mode="after")
    def _one(self) -> "Webhook":
        if (self.url is None) == (self.url_env is None):
            raise ValueError("give either url or url_env")
        return self


class Slack(Section):
    """A message in the format of Slack's incoming webhooks, which Mattermost and others take too."""

    kind: Literal["slack"]
    url_env: str = Field(description="the environment variable that holds the address, which is a secret")

    _variables = field_validator("url_env")(variable)


class Mail(Section):
    """Mail over SMTP."""

    kind: Literal["smtp"]
    host: str
    port: int = Field(587, ge=1, le=65535)
    starttls: bool = Field(True, description="encrypt; without it the server must be this machine")
    sender: str
    to: tuple[str, ...] = Field(min_length=1, max_length=20)
    user_env: str | None = None
    password_env: str | None = None

    _variables = field_validator("user_env", "password_env")(variable)
    _line = field_validator("host", "sender")(one_line)

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str) -> str:
        return mail_address(value)

    @field_validator("to")
    @classmethod
    def _to(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(mail_address(one) for one in value)


class File(Section):
    """A line of JSON for each alert, at the end of a file."""

    kind: Literal["file"]
    path: str

    _line = field_validator("path")(one_line)


CHANNELS: dict[str, type[Section]] = {"webhook": Webhook, "slack": Slack, "smtp": Mail, "file": File}
Channel = Annotated[Webhook | Slack | Mail | File, Field(discriminator="kind")]


class Job(Section):
    """One run, again and again."""

    config: str = Field(description="the run's config file")
    schedule: str = Field(description="a cron expression of five fields, 'every 6h' or 'daily at 03:00'")
    timezone: str = Field("UTC", description="an IANA name: Europe/Berlin")
    catch_up: Literal["skip", "latest", "all"] = Field("latest", description="what becomes of times that passed")
    cap: int = Field(10, ge=1, le=1000, description="catch_up: all runs at most so many of the newest")
    grace: int = Field(600, ge=0, description="catch_up: skip still runs a time that passed less long ago")
    jitter: int = Field(0, ge=0, le=86400, description="a start is delayed by up to so many seconds")
    timeout: int = Field(6 * 3600, ge=1, description="seconds after which an attempt is stopped")
    retries: Retries = Retries()
    policy: str | None = Field(None, description="a pack or a policy file [the run's own]")
    alerts: tuple[str, ...] = Field((), description="names of channels")

    _seconds = field_validator("grace", "jitter", "timeout", mode="before")(seconds)
    _line = field_validator("config", "policy")(lambda value: value and one_line(value))

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"no such time zone; {did_you_mean(value, sorted(available_timezones()))}names are IANA's")
        return value

    @field_validator("schedule")
    @classmethod
    def _schedule(cls, value: str) -> str:
        parse_schedule(value, "UTC")
        return value

    @property
    def times(self) -> Schedule:
        """The schedule, parsed."""
        return parse_schedule(self.schedule, self.timezone)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)


class JobsFile(Section):
    """The whole file."""

    out: str = Field("runs", description="the root: run folders, the index of runs, and the ledger of jobs")
    lease: int = Field(120, ge=5, le=3600, description="a run without a sign of life for so many seconds has crashed")
    channels: dict[str, Channel] = Field(default_factory=dict, description="where alerts go, by name")
    jobs: dict[str, Job] = Field(min_length=1, max_length=200)

    _seconds = field_validator("lease", mode="before")(seconds)
    _line = field_validator("out")(one_line)

    @field_validator("jobs", "channels", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        for name in value if isinstance(value, Mapping) else ():
            if not isinstance(name, str) or not NAME.fullmatch(name):
                raise ValueError(
                    f"{str(name)!r} cannot be a name: lower-case letters, digits and hyphens, 40 at most, as the names "
                    "of units, of folders and of Kubernetes objects are made of it"
                )
        return value

    @model_validator(mode="after")
    def _known(self) -> "JobsFile":
        for name, job in self.jobs.items():
            for channel in job.alerts:
                if channel not in self.channels:
                    hint = did_you_mean(channel, self.channels)
                    raise ValueError(f"jobs.{name}.alerts: no channel {channel!r}; {hint}name it under channels")
        return self


def load_jobs(path: Path) -> JobsFile:
    """Read a file of jobs. Relative paths in it are relative to the file."""
    file = load_yaml(path, missing="give a file of jobs; docs/jobs.md shows one")
    try:
        found = JobsFile.model_validate(file.values)
    except ValidationError as error:
        raise ConfigError(_explain(file, error)) from None
    return _absolute(found, path.absolute().parent)


def mail_address(value: str) -> str:
    """A plain address; anything that could begin another header or recipient is refused."""
    if not re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}", value):
        raise ValueError("is not a plain mail address such as team@example.org")
    return value


def _absolute(jobs: JobsFile, base: Path) -> JobsFile:
    def placed(path: str) -> str:
        return str(base / path)

    def job(one: Job) -> Job:
        policy = one.policy
        if policy and (base / policy).is_file():
            policy = placed(policy)
        return one.model_copy(update={"config": placed(one.config), "policy": policy})

    channels = {
        name: one.model_copy(update={"path": placed(one.path)}) if isinstance(one, File) else one
        for name, one in jobs.channels.items()
    }
    made = {name: job(one) for name, one in jobs.jobs.items()}
    return jobs.model_copy(update={"out": placed(jobs.out), "jobs": made, "channels": channels})


def _explain(file: YamlFile, error: ValidationError) -> str:
    # A key that is misspelt is also missing: the first says more.
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = tuple(part for at, part in enumerate(first["loc"]) if not (at == 2 and part in CHANNELS))
    if first["type"] == "extra_forbidden":
        known = _keys(file, place[:-1])
        hint = did_you_mean(str(place[-1]), known)
        listing = f"keys of {dotted(place[:-1])}: {', '.join(known)}"
        return f"{file.place(place)}: no key {str(place[-1])!r}; {hint}{listing}"
    if first["type"] == "missing":
        return f"{file.place(place[:-1])}: the key {str(place[-1])!r} is missing"
    given = first["input"] if isinstance(first["input"], (str, int, float, bool)) else None
    value = f" (given: {given!r})" if given is not None else ""
    return f"{file.place(place)}: {first['msg'].removeprefix('Value error, ')}{value}"


def _keys(file: YamlFile, place: tuple[int | str, ...]) -> list[str]:
    if place[:1] == ("jobs",):
        kind: type[BaseModel] = Retries if len(place) > 2 else Job
    elif place[:1] == ("channels",):
        given = file.values["channels"][place[1]].get("kind")
        kind = CHANNELS.get(given, File)
    else:
        kind = JobsFile
    return sorted(kind.model_fields)
