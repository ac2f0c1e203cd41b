"""Facts that only a person knows, as the config section ``governance:`` states them.

No key is needed. What is not stated is shown as not stated in every document that asks for it, with the key under
which it belongs; nothing is ever filled in for a person. The documents that ask for a key stand in ``asked`` of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.fields import FieldInfo

LONGEST = 20_000  # characters of one fact: some ten pages
MOST = 1_000  # entries of one list
CARD, MODEL, SHEET, CROISSANT, EU = "dataset-card", "model-card", "datasheet", "croissant", "eu-training-summary"
Text = Annotated[str, StringConstraints(max_length=LONGEST)]


def _several(value: Any) -> Any:
    """One text is a list of one."""
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[Text, ...], BeforeValidator(_several), Field(max_length=MOST)]


def _text(description: str, *asked: str) -> Any:
    return Field(default=None, description=description, json_schema_extra={"asked": list(asked)})


def _texts(description: str, *asked: str) -> Any:
    return Field(default=(), description=description, json_schema_extra={"asked": list(asked)})


class Facts(BaseModel):
    """Base of the parts: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _keys(cls, value: Any) -> Any:
        if value is None:
            return {}
        if not isinstance(value, (Mapping, cls)):
            raise ValueError(f"write keys and their texts, {{key: text}}; the keys are {', '.join(cls.model_fields)}")
        return value


class ProviderFacts(Facts):
    """Who answers for model and data."""

    name: Text | None = _text("legal name of the provider", CARD, MODEL, SHEET, CROISSANT, EU)
    address: Text | None = _text("postal address", EU)
    contact: Text | None = _text("how to reach the provider: e-mail or page", CARD, MODEL, SHEET, EU)
    eu_representative: Text | None = _text(
        "authorised representative in the Union, or that none is needed because the provider is established there", EU
    )


class ModelFacts(Facts):
    """The model and what it is for."""

    name: Text | None = _text("name of the model", MODEL, EU)
    version: Text | None = _text("version that is described", MODEL, EU)
    placed_on_market: Text | None = _text("date when it was placed on the Union market", EU)
    base_model: Text | None = _text("name of the model that it was made from", MODEL, EU)
    licence: Text | None = _text("licence of the weights: an SPDX id, or a name", MODEL)
    languages: Texts = _texts("languages that it is meant for, as ISO 639 codes", MODEL)
    intended_purpose: Text | None = _text("what it is for", MODEL)
    prohibited_uses: Texts = _texts("what it must not be used for", MODEL)
    users: Text | None = _text("who is meant to use it", MODEL)
    limitations: Text | None = _text("what it cannot do, beyond what was measured", MODEL)
    ethical_considerations: Text | None = _text("risks to people, and what was done about them", MODEL)


class DataFacts(Facts):
    """The training data: identity, origin, people in it, use, upkeep."""

    name: Text | None = _text("name of the data set", CARD, SHEET, CROISSANT, MODEL)
    version: Text | None = _text("version that is described", CARD, CROISSANT)
    description: Text | None = _text("what it is, in some sentences", CARD, SHEET, CROISSANT)
    homepage: Text | None = _text("address of its page", CARD, CROISSANT)
    published: Text | None = _text("date of publication, as YYYY-MM-DD", CROISSANT)
    licence: Text | None = _text("licence of the whole: an SPDX id, or the address of its text", CARD, SHEET, CROISSANT)
    citation: Text | None = _text("how to cite it (BibTeX or plain)", CARD, CROISSANT)
    creators: Texts = _texts("people or organisations that made it", CARD, SHEET, CROISSANT)
    funding: Text | None = _text("who paid for its making", SHEET)
    original_purpose: Text | None = _text("why the data were first collected", SHEET)
    purpose: Text | None = _text("for which purpose, and which gap, the data set was made", SHEET)
    tasks: Texts = _texts("tasks it serves, as the Hub names them: text-generation, image-classification, ...", CARD)
    source_datasets: Texts = _texts("Hub names of the data sets it was made from; [original] where none was", CARD)
    collection: Text | None = _text("how data were collected: instruments, software, people", SHEET, CROISSANT, CARD)
    collection_types: Texts = _texts(
        "kinds of collection: web scraping, surveys, crowdsourcing, sensors, existing datasets, ...", CROISSANT
    )
    collection_timeframe: Texts = _texts("begin and end of the collection, as YYYY-MM-DD", SHEET, CROISSANT, EU)
    collectors: Text | None = _text("who collected, and how they were paid", SHEET)
    raw_data: Text | None = _text("what the raw data were and whether they are kept", SHEET, CROISSANT)
    missing_data: Text | None = _text("what is missing from the data, and why", SHEET, CROISSANT)
    imputation: Text | None = _text("how missing values were filled in", CROISSANT)
    sampling: Text | None = _text("whether it is a sample, of what, and how drawn", SHEET)
    population: Text | None = _text("whom and where the data should stand for", SHEET, CARD)
    annotation: Text | None = _text("how labels were made: protocol, instructions", SHEET, CROISSANT, CARD)
    annotation_platforms: Texts = _texts("platforms or tools on which people labelled", CROISSANT)
    annotation_analysis: Text | None = _text("how labels were checked and disagreement was settled", CROISSANT)
    annotations_per_item: Text | None = _text("how many labels an item got", CROISSANT)
    annotators: Text | None = _text("who labelled: how many, where, how paid and looked after", SHEET, CROISSANT)
    machine_annotation: Texts = _texts("programs that labelled, beside those of the run", CROISSANT)
    legal_basis: Text | None = _text("lawful basis for personal data in it (GDPR Art. 6), or why none is needed", SHEET)
    consent: Text | None = _text("whether people consented, to what, and how they can withdraw", SHEET)
    notice: Text | None = _text("whether and how people were told", SHEET)
    personal_data: Text | None = _text("which personal data are in it on purpose", SHEET, CROISSANT, CARD)
    special_categories: Text | None = _text("special categories (GDPR Art. 9) in it and the ground for them", SHEET)
    ethical_review: Text | None = _text("review by an ethics board, or impact assessment, and its outcome", SHEET)
    confidential: Text | None = _text("whether something in it is confidential or legally privileged", SHEET)
    offensive: Text | None = _text("what in it may offend or frighten", SHEET)
    biases: Text | None = _text("biases that are known, beyond what was measured", CARD, SHEET, CROISSANT)
    limitations: Text | None = _text("limits of its use", CARD, SHEET, CROISSANT)
    gaps: Text | None = _text("gaps in the data and what is done about them", SHEET, CROISSANT)
    social_impact: Text | None = _text("effects on people and society", CARD, CROISSANT)
    use_cases: Texts = _texts("uses for which it was made or checked", CARD, SHEET, CROISSANT)
    prohibited_uses: Texts = _texts("uses that it is not fit for", CARD, SHEET)
    used_before: Text | None = _text("what it was used for until now", SHEET)
    distribution: Text | None = _text("to whom, how and when it is given", SHEET)
    restrictions: Text | None = _text("export rules, contracts and other restrictions", SHEET)
    maintenance: Text | None = _text("who keeps it up, how often it changes, where errors are noted", SHEET, CROISSANT)
    retention: Text | None = _text("how long it is kept", SHEET)
    deletion: Text | None = _text("how requests for deletion and rectification are honoured", SHEET)
    old_versions: Text | None = _text("what becomes of old versions", SHEET)
    contributions: Text | None = _text("how others can add to it or mend it", SHEET)


class SourceFacts(Facts):
    """Where training data came from, by the parts of the EU template."""

    public_datasets: Texts = _texts("publicly available data sets that were used: name, link, what was taken", EU)
    licensed_from: Texts = _texts("rights holders or agents from whom data were licensed; [none] where none were", EU)
    other_private: Texts = _texts("private data got from other third parties; [none] where none were", EU)
    crawlers: Texts = _texts("names of the crawlers that were used; [none] where nothing was crawled", EU)
    crawler_purpose: Text | None = _text("what the crawlers were for", EU)
    crawler_behaviour: Text | None = _text("how they treat robots.txt, paywalls, captchas and limits", EU)
    crawl_period: Text | None = _text("when was crawled, from month to month", EU)
    crawled_content: Text | None = _text("kinds of sites and of content that were crawled", EU)
    user_data: Text | None = _text("data of users of the provider's services or model, or that none were used", EU)
    synthetic: Text | None = _text("data made by models for the training, or that none were made", SHEET, CARD, EU)
    synthetic_models: Texts = _texts("models that made them", EU)
    other: Text | None = _text("other sources, such as data that were digitised or bought, or that there are none", EU)


class RightsFacts(Facts):
    """What was done for the rights of others."""

    code_of_practice: Text | None = _text("whether the provider has signed the code of practice for such models", EU)
    reservations: Text | None = _text("how reservations of text and data mining are found and honoured", SHEET, EU)
    illegal_content: Text | None = _text("what was done to keep illegal content out", EU)
    other: Text | None = _text("anything else on how the data were treated", EU)


class Governance(Facts):
    """The section ``governance:`` of a config."""

    sme: bool | None = _text("whether the provider is a small or medium-sized enterprise: fewer domains are listed", EU)
    provider: ProviderFacts = Field(default=ProviderFacts(), description="who answers for model and data")
    model: ModelFacts = Field(default=ModelFacts(), description="the model and what it is for")
    data: DataFacts = Field(default=DataFacts(), description="the training data")
    sources: SourceFacts = Field(default=SourceFacts(), description="where training data came from")
    rights: RightsFacts = Field(default=RightsFacts(), description="what was done for the rights of others")

    def values(self) -> dict[str, Any]:
        """Plain values of what is stated."""
        return self.model_dump(mode="json", exclude_defaults=True)


PARTS: Mapping[str, type[Facts]] = {
    "provider": ProviderFacts,
    "model": ModelFacts,
    "data": DataFacts,
    "sources": SourceFacts,
    "rights": RightsFacts,
}


def known_keys(path: tuple[str | int, ...] = ()) -> list[str]:
    """The keys of the section, or of one of its parts."""
    if not path:
        return sorted(Governance.model_fields)
    return sorted(PARTS[str(path[0])].model_fields) if len(path) == 1 and path[0] in PARTS else []


def all_keys() -> Iterator[tuple[str, FieldInfo]]:
    """Every fact under its full key, such as ``data.licence``."""
    yield "sme", Governance.model_fields["sme"]
    for part, kind in PARTS.items():
        for name, info in kind.model_fields.items():
            yield f"{part}.{name}", info


def asked_by(document: str) -> tuple[str, ...]:
    """The keys that a document asks for."""
    return tuple(key for key, info in all_keys() if document in _asked(info))


def _asked(info: FieldInfo) -> list[str]:
    extra = info.json_schema_extra
    return list(extra["asked"]) if isinstance(extra, dict) and isinstance(extra.get("asked"), list) else []  # type: ignore[arg-type]


DATASHEET_FIELDS = asked_by(SHEET)
"""The facts without which a datasheet has an empty answer."""


def fact(governance: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    """The texts stated under a key; None where nothing is."""
    value: Any = governance
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, bool):
        return ("yes",) if value else ("no",)
    texts = [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else []
    found = tuple(text for text in (str(text).strip() for text in texts if text is not None) if text)
    return found or None


def stated(governance: Mapping[str, Any], fields: Sequence[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys that are filled in and those that are missing, of ``fields`` or of all."""
    keys = tuple(fields) or tuple(key for key, _ in all_keys())
    filled = tuple(key for key in keys if fact(governance, key))
    return filled, tuple(key for key in keys if key not in filled)


def missing_facts(governance: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of :data:`DATASHEET_FIELDS` that are not stated."""
    return stated(governance, DATASHEET_FIELDS)[1]
