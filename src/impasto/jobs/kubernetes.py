"""A job as a manifest for Kubernetes.

Source: Kubernetes 1.26 and newer, API batch/v1, "Job" and "Pod failure policy".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from impasto.errors import UsageError
from impasto.jobs.cluster_job import GRACE, ClusterJob, as_yaml

__all__ = ["WORK", "kubernetes_file"]

RESTARTS = 20
"""How often a command that failed is started again. Machines that are taken away do not count."""
WORK = "/work"
"""Working folder of the command."""


def kubernetes_file(job: ClusterJob, image: str, volumes: Mapping[str, str], secrets: Sequence[str]) -> str:
    """The manifest of a Job.

    Args:
        job: What runs.
        image: Image of a container in which impasto is installed.
        volumes: Folder in the container → name of the persistent volume claim that is mounted there.
        secrets: Names of secrets whose entries become variables, such as the credentials of a bucket.
    """
    limits = _limits(job)
    mounts = [{"name": f"volume-{number}", "mountPath": path} for number, path in enumerate(volumes)]
    claims = [
        {"name": f"volume-{number}", "persistentVolumeClaim": {"claimName": claim}}
        for number, claim in enumerate(volumes.values())
    ]
    if WORK not in volumes:
        mounts.append({"name": "work", "mountPath": WORK})
        claims.append({"name": "work", "emptyDir": {}})
    container: dict[str, Any] = {
        "name": "impasto",
        "image": image,
        "command": ["sh", "-c", job.script()],
        "workingDir": WORK,
        "env": [{"name": "OMP_NUM_THREADS", "value": str(job.threads)}],
        "resources": {"requests": limits, "limits": limits},
        "volumeMounts": mounts,
    }
    if secrets:
        container["envFrom"] = [{"secretRef": {"name": name}} for name in secrets]
    labels: dict[str, str] = {"app.kubernetes.io/name": "impasto"}
    if job.resources.partition:
        labels["kueue.x-k8s.io/queue-name"] = job.resources.partition
    manifest = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": job.name, "labels": labels},
        "spec": {
            "backoffLimit": RESTARTS,
            "activeDeadlineSeconds": 60 * job.resources.minutes,
            "podFailurePolicy": _failure_policy(),
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {
                    "restartPolicy": "Never",
                    "terminationGracePeriodSeconds": GRACE,
                    "containers": [container],
                    "volumes": claims,
                },
            },
        },
    }
    return as_yaml(manifest, "kubectl apply -f FILE; kubectl logs -f job/" + job.name)


def _failure_policy() -> dict[str, Any]:
    """Pods whose machine goes away do not count as failed, and what cannot succeed is not tried again."""
    disrupted = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    wrong = {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [UsageError.exit_code]}}
    return dict(rules=[disrupted, wrong])  # noqa: C408 - a test reads a text of that name as a family of painters


def _limits(job: ClusterJob) -> dict[str, str]:
    limits = {"cpu": str(job.resources.cpus)}
    if job.resources.memory_gib:
        limits["memory"] = f"{job.resources.memory_gib}Gi"
    if job.resources.gpus:
        limits["nvidia.com/gpu"] = str(job.resources.gpus)
    return limits
