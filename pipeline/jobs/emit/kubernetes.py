"""A CronJob (batch/v1) for each job."""

from pathlib import Path
from typing import Any

from ....core import UsageError
from ..config import Job, JobsFile
from ..schedule import trigger
from .fields import standard
from .systemd import longest
from .words import HEADER, words, yaml_text

MOUNT = "/work"
NOTES = (
    HEADER,
    "Before use set --image, the claim headwater-work (it holds the file of jobs, configs, data and runs) and the",
    "resources. A CronJob may start a job twice or never; the slots below the root make that harmless, as long as all",
    "pods share it. SQLite needs real locks: a ReadWriteOncePod or ReadWriteOnce volume, not NFS.",
)


def cron_jobs(jobs: JobsFile, file: Path, image: str) -> dict[str, str]:
    """One manifest for each job; the folder of the file of jobs is mounted at ``/work``."""
    if not image or len(image) > 400 or any(not character.isprintable() or character == " " for character in image):
        raise UsageError("--image: the name of an image has no spaces and no control characters")
    notes = "".join(f"# {note}\n" for note in NOTES)
    made = {name: _cron_job(name, job, file, image) for name, job in jobs.jobs.items()}
    return {f"headwater-{name}.cronjob.yaml": notes + yaml_text(one) for name, one in made.items()}


def _cron_job(name: str, job: Job, file: Path, image: str) -> dict[str, Any]:
    expression, zone = trigger(job.times)
    labels = {"app.kubernetes.io/name": "headwater", "headwater/job": name}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": f"headwater-{name}", "labels": labels},
        "spec": {
            "schedule": standard(expression, "Kubernetes"),
            "timeZone": zone,
            "concurrencyPolicy": "Forbid",
            # Only starts within this time are counted, so that a long pause never adds up to 100 missed ones.
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 0,  # the slot has its own retries
                    "activeDeadlineSeconds": longest(job),
                    "ttlSecondsAfterFinished": 86400,
                    "template": {"metadata": {"labels": labels}, "spec": _pod(name, file, image)},
                }
            },
        },
    }


def _pod(name: str, file: Path, image: str) -> dict[str, Any]:
    command = words(Path(MOUNT) / file.name, name)
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True, "runAsUser": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "headwater",
                "image": image,
                # Kubernetes reads $(NAME) in words as a variable; $$ is a dollar sign.
                "command": [word.replace("$", "$$") for word in command],
                "workingDir": MOUNT,
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "resources": {
                    "requests": {"cpu": "1", "memory": "2Gi"},
                    "limits": {"memory": "8Gi"},
                },
                "env": [{"name": "HOME", "value": "/tmp"}],
                "volumeMounts": [{"name": "work", "mountPath": MOUNT}, {"name": "tmp", "mountPath": "/tmp"}],
            }
        ],
        "volumes": [
            {"name": "work", "persistentVolumeClaim": {"claimName": "headwater-work"}},
            {"name": "tmp", "emptyDir": {}},
        ],
    }  # fmt: skip
