"""The studio: paint, train and keep pictures in the browser, over a documented REST interface.

A service on this machine (`impasto studio`) shows pages and answers under /api. What takes long is a *job*: a command
of the command line in a process of its own, which goes on when the page is closed and when the service ends. The
service itself never imports torch, so that it is up at once.

Each feature is a folder with a `feature.py`; see `impasto.studio.feature`.
"""
