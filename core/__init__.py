"""What every stage agrees on: records, scores, findings, manifest, registry, errors, seeds, files."""

from .corpus import Corpus, CorpusWriter, read_parquet, write_parquet
from .energy import TIMING, EnergyFactors, EnergyUse, declared_use, measured_use, read_energy
from .errors import (
    OUT_OF_ROOM,
    ConfigError,
    EmptyCorpus,
    HeadwaterError,
    IncompleteError,
    InputError,
    IntegrityError,
    TemporaryError,
    UnknownName,
    UsageError,
    did_you_mean,
)
from .exhibits import Cell, Chart, Exhibit, Gallery, Series, Table, Tile, exhibit_from_json, exhibit_to_json
from .external import External
from .files import (
    atomic_folder,
    atomic_path,
    canonical_json,
    finite,
    open_own,
    parse_json,
    read_json,
    sha256,
    sha256_file,
    write_bytes,
    write_json,
    write_text,
)
from .findings import SEVERITIES, Example, Finding, Severity
from .intervals import wilson
from .manifest import MANIFEST, Manifest, hash_files, library_versions
from .progress import SILENT, Progress, Task
from .randomness import derive_seed, generator
from .recipe import CanaryPlan, LoRAPlan, Recipe
from .records import (
    IMAGE_SCHEMA,
    SCHEMAS,
    TABLE_SCHEMA,
    TEXT_SCHEMA,
    UNKNOWN,
    document_id,
    modality,
    record_batch,
    text_record,
)  # fmt: skip
from .registry import Description, Parameter, Registry
from .renderers import RENDERERS
from .safe_folder import safe_content
from .sampling_plan import SamplingPlan
from .scores import Direction, Measurement, NotMeasured, Score, measurement_from_json, protocol_difference
from .splits import held_out
from .stage import StageReport
from .yaml_file import KeyPath, YamlFile, dotted, load_yaml

__all__ = [
    "IMAGE_SCHEMA",
    "MANIFEST",
    "OUT_OF_ROOM",
    "RENDERERS",
    "SCHEMAS",
    "SEVERITIES",
    "SILENT",
    "TABLE_SCHEMA",
    "TEXT_SCHEMA",
    "TIMING",
    "UNKNOWN",
    "CanaryPlan",
    "Cell",
    "Chart",
    "ConfigError",
    "Corpus",
    "CorpusWriter",
    "Description",
    "Direction",
    "EmptyCorpus",
    "EnergyFactors",
    "EnergyUse",
    "Example",
    "Exhibit",
    "External",
    "Finding",
    "Gallery",
    "HeadwaterError",
    "IncompleteError",
    "InputError",
    "IntegrityError",
    "KeyPath",
    "LoRAPlan",
    "Manifest",
    "Measurement",
    "NotMeasured",
    "Parameter",
    "Progress",
    "Recipe",
    "Registry",
    "SamplingPlan",
    "Score",
    "Series",
    "Severity",
    "StageReport",
    "Table",
    "Task",
    "TemporaryError",
    "Tile",
    "UnknownName",
    "UsageError",
    "YamlFile",
    "atomic_folder",
    "atomic_path",
    "canonical_json",
    "declared_use",
    "derive_seed",
    "did_you_mean",
    "document_id",
    "dotted",
    "exhibit_from_json",
    "exhibit_to_json",
    "finite",
    "generator",
    "hash_files",
    "held_out",
    "library_versions",
    "load_yaml",
    "measured_use",
    "measurement_from_json",
    "modality",
    "protocol_difference",
    "read_energy",
    "open_own",
    "parse_json",
    "read_json",
    "read_parquet",
    "record_batch",
    "safe_content",
    "sha256",
    "sha256_file",
    "text_record",
    "wilson",
    "write_bytes",
    "write_json",
    "write_parquet",
    "write_text",
]
