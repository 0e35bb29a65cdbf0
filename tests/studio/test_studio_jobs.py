"""Jobs over HTTP against a real service, with real paintings."""

from __future__ import annotations

import http.client
import json
import os
import signal
from pathlib import Path

import psutil
import pytest
from sqlalchemy import update
from studio_service import Service

from impasto import catalogue
from impasto.config import load
from impasto.errors import ConfigError
from impasto.jobs.local import LocalRunner
from impasto.spelling import command_line
from impasto.studio.database import open_database
from impasto.studio.jobs.queue import Queue
from impasto.studio.jobs.table import Job
from impasto.studio.settings import StudioSettings

LONG = {"painter": "aaron", "count": 10_000, "size": [64, 64]}


def process_of(folder: Path, name: str) -> int:
    """Number of the process of a job."""
    return int(json.loads((folder / "studio" / "jobs" / name / "process.json").read_text())["pid"])


def test_pictures_come_with_progress_and_recipe_and_events_resume(service: Service) -> None:
    request = {"painter": "aaron", "count": 3, "seed": 7, "size": [64, 64]}
    answer = service.call("POST", "/api/paint", request)
    assert answer["command"] == "impasto paint aaron --count 3 --seed 7 --size 64x64"
    name = answer["job"]["id"]
    messages = service.events(name)
    assert messages[-1]["data"]["state"] == "done"
    counts = [m for m in messages if m["event"] == "event" and m["data"]["kind"] == "progress"]
    assert [m["data"]["done"] for m in counts] == [1, 2, 3]
    # A client that was away goes on behind the last event that it has, and is not sent what it knows.
    later = service.events(name, counts[0]["id"])
    assert [m["id"] for m in later if m["id"]] == [m["id"] for m in messages if m["id"]][1:]
    assert service.events(name, counts[-1]["id"]) == []
    pictures = service.call("GET", f"/api/jobs/{name}")["pictures"]
    assert len(pictures) == 3
    status, headers, content = service.request("GET", pictures[2])
    assert (status, headers["content-type"], content[:4]) == (200, "image/png", b"\x89PNG")
    recipe = service.call("GET", f"/api{pictures[2]}/recipe")
    assert (recipe["painter"], recipe["seed"], recipe["index"], recipe["width"]) == ("aaron", 7, 2, 64)


def test_the_queue_survives_its_service_and_its_jobs(folder: Path) -> None:
    service = Service(folder)
    first, second, third = (service.call("POST", "/api/paint", LONG)["job"]["id"] for _ in range(3))
    service.wait(first, lambda job: len(job["pictures"]) > 0)
    assert [job["id"] for job in service.call("POST", f"/api/jobs/{third}/move", {"before": second})] == [
        first,
        third,
        second,
    ]
    assert service.refusal("POST", f"/api/jobs/{first}/move", {}) == (
        422,
        "The job 'aaron' does not wait; only jobs that wait are moved.",
    )
    # The service dies; its job paints on, and the next service knows it again.
    pid = process_of(folder, first)
    service.kill()
    assert psutil.pid_exists(pid)
    done = len(list((folder / "studio" / "pictures" / first).glob("0*.png")))
    service.open()
    again = service.wait(first, lambda job: len(job["pictures"]) > done)
    assert (again["state"], again["attempt"]) == ("running", 1)
    assert service.call("GET", f"/api/jobs/{second}")["state"] == "queued"
    # The job dies: it is interrupted, and the one that waits first begins.
    os.kill(pid, signal.SIGKILL)
    dead = service.wait(first, lambda job: job["state"] not in ("running", "stopping"))
    assert (dead["state"], dead["resumable"]) == ("interrupted", True)
    assert "ended from outside" in dead["message"]
    service.wait(third, lambda job: len(job["pictures"]) > 0)
    assert service.call("GET", f"/api/jobs/{second}")["state"] == "queued"
    # One that waits is stopped before it begins; one that runs keeps what it has painted.
    assert service.call("POST", f"/api/jobs/{second}/stop")["state"] == "stopped"
    running = process_of(folder, third)
    assert service.call("POST", f"/api/jobs/{third}/stop")["state"] == "stopping"
    stopped = service.wait(third, lambda job: job["state"] != "stopping")
    assert stopped["state"] == "stopped"
    assert "pictures are in" in stopped["message"]
    assert not psutil.pid_exists(running)
    # Resumed, the interrupted one runs the same command again; firmly stopped, it is gone at once.
    service.call("POST", f"/api/jobs/{first}/resume")
    service.wait(first, lambda job: job["state"] == "running" and job["attempt"] == 2)
    service.call("POST", f"/api/jobs/{first}/stop", {"firmly": True})
    assert service.wait(first, lambda job: job["state"] != "stopping")["state"] == "stopped"
    service.call("DELETE", f"/api/jobs/{first}")
    assert service.refusal("GET", f"/api/jobs/{first}")[0] == 404
    service.close()


def test_the_service_ends_at_once_and_without_a_word_while_a_page_follows_the_jobs(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    service = Service(tmp_path)
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    connection.request("GET", "/api/jobs/events")
    stream = connection.getresponse()
    assert stream.readline().startswith(b"event: jobs")
    service.process.terminate()
    stream.read()  # It ends, and is not cut off.
    stream.close()
    connection.close()
    service.process.communicate(timeout=60)
    assert capfd.readouterr().err == ""


def test_wrong_commands_are_refused_or_fail_with_the_sentence_of_the_command_line(service: Service) -> None:
    status, sentence = service.refusal("POST", "/api/jobs", {"arguments": ["studio"]})
    assert status == 422
    assert sentence.startswith("The studio runs no command 'studio'. It runs: train,")
    job = service.call("POST", "/api/jobs", {"arguments": ["data", "inspect", "nowhere"]})
    ended = service.wait(job["id"], lambda job: job["state"] not in ("queued", "running"))
    assert ended["state"] == "failed"
    assert "nowhere" in ended["message"]


def test_a_painter_and_its_settings_are_checked_in_the_same_sentences(service: Service) -> None:
    wrong = {"best_of": 100, "brush": 1}
    status, sentence = service.refusal("POST", "/api/paint", {"painter": "aaron", "settings": wrong})
    assert status == 422
    with command_line(), pytest.raises(ConfigError) as refused:
        load(catalogue.painter("aaron").Settings, wrong, "aaron")
    assert sentence == str(refused.value)
    assert service.refusal("POST", "/api/paint", {"painter": "aron"})[0] == 404
    assert "did you mean 'aaron'?" in service.refusal("POST", "/api/paint", {"painter": "aron"})[1]
    assert service.refusal("POST", "/api/paint", {"painter": "aaron", "prompt": "a lake"}) == (
        422,
        "aaron does not read prompts; leave out --prompt.",
    )
    view = service.call("GET", "/api/painters/aaron")
    assert view["settings_schema"]["properties"]["best_of"]["maximum"] == 64
    assert "/api/paint" in service.call("GET", "/api/openapi.json")["paths"]


def test_a_job_that_runs_is_listed_however_many_came_after_it(tmp_path: Path) -> None:
    database, _ = open_database(tmp_path)
    queue = Queue(database, LocalRunner(), StudioSettings(folder=tmp_path, home=tmp_path))
    training = queue.add("a training", ["train", "vae"], request={"training": {"run": "mine"}})
    for number in range(205):
        queue.add(f"painting {number}", ["paint", "aaron"])
    with database.session() as session:
        session.execute(update(Job).where(Job.id == training.id).values(state="running"))
        session.execute(update(Job).where(Job.lane == "painting").values(state="done"))
    jobs = queue.all()
    assert (jobs[0].id, len(jobs)) == (training.id, 201)
    assert [job.id for job in queue.in_lane("training")] == [training.id]
