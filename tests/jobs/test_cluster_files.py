"""Files by which Kubernetes and SkyPilot run a command; checked by their own schemas where these are installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from impasto.cli.app import main
from impasto.errors import UsageError

TRAIN = ("train", "ddpm", "stores/scans", "--minutes", "60", "--out", "runs/a b", "--mirror", "s3://lab/run")
LINK = ("--link", "s3://lab/scans=stores/scans")
QUANTITY = re.compile(r"[0-9]+(Gi)?")


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]):
    def call(*words: str, code: int = 0) -> Any:
        with pytest.raises(SystemExit) as end:
            main(["cluster-file", *words])
        captured = capsys.readouterr()
        assert end.value.code == code, captured.err
        return captured.err if code else yaml.safe_load(captured.out)

    return call


def test_a_manifest_for_kubernetes_asks_for_what_was_named_and_restarts(printed) -> None:
    manifest = printed("kubernetes:gpus=1,cpus=4,memory_gib=16,minutes=90,partition=team", "--image", "lab/impasto:1",
                       "--volume", "scans=/data", "--secret", "s3", *LINK, "--", *TRAIN)  # fmt: skip
    _valid_by_kubernetes(manifest)
    spec = manifest["spec"]
    pod = spec["template"]["spec"]
    container = pod["containers"][0]
    limits = {"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": "1"}
    assert container["resources"] == {"requests": limits, "limits": limits}
    assert all(QUANTITY.fullmatch(quantity) for quantity in limits.values())
    assert spec["activeDeadlineSeconds"] == 5400
    assert manifest["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "team"
    assert container["envFrom"] == [{"secretRef": {"name": "s3"}}]
    # What is mounted is described, and the other way round.
    assert {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]} == {
        "volume-0": "/data",
        "work": "/work",
    }
    assert {volume["name"] for volume in pod["volumes"]} == {"volume-0", "work"}
    # Rules on the failure of pods need pods that are not restarted in their place; a usage error is not repeated.
    assert pod["restartPolicy"] == "Never"
    rules = spec["podFailurePolicy"]["rules"]
    assert [rule["action"] for rule in rules] == ["Ignore", "FailJob"]
    assert rules[1]["onExitCodes"]["values"] == [2]
    assert container["command"][:2] == ["sh", "-c"]
    assert "exec impasto train ddpm stores/scans" in container["command"][2]


def test_processes_that_train_together_have_time_to_stop_and_share_the_cores(printed) -> None:
    def pod_of(*command: str) -> dict[str, Any]:
        manifest = printed("kubernetes:gpus=2,cpus=3", "--image", "lab/impasto:1", "--", *command)
        _valid_by_kubernetes(manifest)
        return manifest["spec"]["template"]["spec"]

    pod = pod_of(*TRAIN)
    script = pod["containers"][0]["command"][2]
    seconds = int(re.search(r"^export TORCH_ELASTIC_SHUTDOWN_TIMEOUT=(\d+)$", script, re.MULTILINE)[1])
    assert 200 < seconds < pod["terminationGracePeriodSeconds"]
    assert pod["containers"][0]["env"] == [{"name": "OMP_NUM_THREADS", "value": "1"}]
    # What is not trained is one process.
    measure = pod_of("measure", "gallery", "store")["containers"][0]
    assert "exec impasto measure" in measure["command"][2]
    assert measure["env"][0]["value"] == "3"


def test_a_launcher_exits_as_the_process_that_failed() -> None:
    """Of two processes one is given a wrong command, and the other one fails over that."""
    words = [
        "--standalone",
        "--nproc-per-node=2",
        "--monitor-interval=0.5",
        "--no-python",
        "sh",
        "-c",
        "exit $((1 + RANK))",
    ]
    program = [sys.executable, "-m", "impasto.jobs.launch", *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == UsageError.exit_code, done.stderr


def _valid_by_kubernetes(manifest: dict[str, Any]) -> None:
    assert (manifest["apiVersion"], manifest["kind"]) == ("batch/v1", "Job")
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", manifest["metadata"]["name"])
    try:
        import kubernetes_validate
    except ImportError:
        return
    for version in ("1.31", "1.34"):
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.filterwarnings("ignore")
def test_a_task_for_skypilot_rents_what_was_named(printed) -> None:
    task = printed("skypilot:gpus=2,cpus=8,memory_gib=32", "--accelerator", "L4", *LINK, "--", *TRAIN)
    assert task["resources"] == {
        "cpus": "8+",
        "use_spot": True,
        "accelerators": "L4:2",
        "memory": "32+",
        "job_recovery": {"max_restarts_on_errors": 3},
    }
    assert task["setup"].startswith("pip install")
    assert "exec python -m impasto.jobs.launch --standalone --nproc-per-node=2 -m impasto train" in task["run"]
    assert task["envs"] == {"OMP_NUM_THREADS": "4"}
    inside = printed("skypilot", "--image", "lab/impasto:1", "--no-spot", "--name", "a-job", "--", *TRAIN)
    assert "setup" not in inside
    assert inside["resources"]["image_id"] == "docker:lab/impasto:1"
    schemas = pytest.importorskip("sky.utils.schemas", reason="skypilot is not installed; its schema is not compared")
    import jsonschema

    for each in (task, inside):
        jsonschema.validate(each, schemas.get_task_schema())
        jsonschema.validate(each["resources"], schemas.get_resources_schema())


def test_the_script_of_a_job_links_stores_and_runs_the_command(printed, tmp_path: Path) -> None:
    """In a shell, with programs of these names that write down their words."""
    task = printed("skypilot", *LINK, "--", *TRAIN)
    program = tmp_path / "impasto"
    program.write_text('#!/bin/sh\nfor word; do printf "<%s>" "$word"; done\necho\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def lines() -> list[str]:
        run = ["sh", "-c", task["run"]]
        done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    train = "".join(f"<{word}>" for word in TRAIN)
    link = "<data><link><s3://lab/scans><--out><stores/scans>"
    assert lines() == [link, train]
    (tmp_path / "stores" / "scans").mkdir(parents=True)
    assert lines() == [train]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("slurm", "--", *TRAIN), "There is no kind of file 'slurm'"),
        (("skypilot", "--", "trian"), "There is no command for a cluster 'trian'; did you mean 'train'?"),
        (("skypilot", "--", *TRAIN, "--minute", "3"), "No such option: --minute"),
        (("skypilot", "--", "train", "ddpm", "S", "--out", "r"), "add --out runs/mine and --mirror s3://bucket/mine"),
        (("skypilot", "--", "train", "ddpm", "S", "--mirror", "s3://b/r"), "needs a run folder and a place that stays"),
        (("skypilot:gpus=1", "--", *TRAIN), "say which: --accelerator L4"),
        (("skypilot", "--volume", "a=/b", "--", *TRAIN), "A file for skypilot has no --volume; leave it out."),
        (("kubernetes", "--", *TRAIN), "Kubernetes needs an image with impasto: --image OWNER/IMAGE"),
        (("kubernetes", "--image", "i", "--volume", "a", "--", *TRAIN), "--volume a names no folder"),
        (
            ("kubernetes", "--image", "i", "--volume", "p=/data", "--", "train", "vae", "/data/s", "--out", "runs/r"),
            "or choose a run folder inside of a volume",
        ),
        (("skypilot", "--name", "My job", "--", *TRAIN), "The name 'My job' is none that clusters take"),
    ],
)
def test_mistakes_are_named_before_a_machine_is_paid_for(printed, words: tuple[str, ...], message: str) -> None:
    assert message in printed(*words, code=2)
