from __future__ import annotations

from impasto.training import oversubscription


def test_a_full_machine_is_noticed(monkeypatch) -> None:
    monkeypatch.setattr(oversubscription.os, "getloadavg", lambda: (64.0, 0, 0))
    monkeypatch.setattr(oversubscription.os, "cpu_count", lambda: 2)
    assert "64.0 threads run here already" in oversubscription.oversubscription()
    monkeypatch.setattr(oversubscription.os, "getloadavg", lambda: (0.0, 0, 0))
    assert oversubscription.oversubscription() is None
