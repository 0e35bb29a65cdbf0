// The Train page: the form is sent as a request or planned; runs are kept up to date by the list of jobs.

import { Card, cardList } from "../cards.js";
import { active, call, command, doing, duration, element, follow, say } from "../dom.js";
import { readSettings } from "../form.js";
import { about, term, text } from "../texts.js";

const form = document.querySelector("#training");
const refusal = document.querySelector("#refusal");
const planned = document.querySelector("#planned");
const waiting = document.querySelector("#waiting");

/** The request that the form stands for. */
function request() {
  const fields = form.elements;
  const wanted = { store: fields.store.value, minutes: Number(fields.minutes.value), settings: readSettings(form) };
  for (const name of ["preset", "start", "run", "label", "second_store"]) if (fields[name].value.trim()) wanted[name] = fields[name].value.trim();
  if (!wanted.start && fields.painter.value) wanted.painter = fields.painter.value;
  if (wanted.start) delete wanted.preset;
  for (const name of ["batch", "seed"]) if (fields[name].value !== "") wanted[name] = Number(fields[name].value);
  return wanted;
}

async function begin() {
  say(refusal, "");
  try {
    const { run } = await call("POST", "/api/training", request());
    location.href = `/train/${encodeURIComponent(run)}`;
  } catch (error) {
    say(refusal, error.message);
    refusal.scrollIntoView({ block: "nearest" });
  }
}

const size = (bytes) => (bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GB` : `${Math.ceil(bytes / 2 ** 20)} MB`);

const ofFree = (needed, free) => (free === null ? size(needed) : text("{needed} of {free} that are free", { needed: size(needed), free: size(free) }));

async function plan(button) {
  say(refusal, "");
  button.disabled = true;
  planned.hidden = false;
  planned.replaceChildren(element("p", { class: "soft" }, text("Trying a few steps. This takes a quarter of a minute or more …")), element("progress"));
  planned.scrollIntoView({ block: "nearest" });
  try {
    show(await call("POST", "/api/training/plan", request()));
  } catch (error) {
    planned.hidden = true;
    say(refusal, error.message);
  } finally {
    button.disabled = false;
  }
}

function show(plan) {
  const facts = {
    [text("Painter")]: plan.preset ? `${plan.painter}, ${plan.preset}` : plan.painter,
    [text("Steps")]: text("about {count}, of {seconds} s each", { count: plan.horizon, seconds: plan.step_seconds.toPrecision(2) }),
    [text("Time")]: [duration(plan.eta), plan.encoding > 1 ? text("{time} of it before the first step", { time: duration(plan.encoding) }) : ""].filter(Boolean).join(" · "),
    [text("Pictures")]: text("each is seen {count} times", { count: about(plan.passes) }),
    [text("Size")]: text("{count} parameters, in {precision} on {device}", { count: plan.parameters, precision: plan.precision, device: plan.device }),
    [text("Memory")]: plan.memory === null ? text("not known") : ofFree(plan.memory, plan.memory_available),
    [text("Disk")]: ofFree(plan.disk, plan.disk_available),
  };
  const list = element("dl");
  for (const [name, text] of Object.entries(facts)) list.append(element("dt", {}, name), element("dd", {}, text));
  planned.replaceChildren(
    element("p", { class: "fits" }, plan.fits ? text("It fits into memory and onto the disk.") : text("It does not fit: choose a smaller size, or free memory or disk.")),
    list,
    ...(plan.warning ? [element("p", { class: "problem" }, plan.warning)] : []),
    ...(plan.reason ? [element("p", { class: "hint" }, plan.reason)] : []),
    command(plan.command));
}

async function controls() {
  const painter = form.elements.painter.value;
  const place = document.querySelector("#controls");
  if (!painter || form.elements.start.value) return place.replaceChildren();
  const answer = await fetch(`/train/controls?${new URLSearchParams({ painter })}`);
  const content = await answer.text();
  if (painter === form.elements.painter.value) place.innerHTML = content;
}

function arrange() {
  const start = form.elements.start.value;
  document.querySelector("#painter-field").hidden = Boolean(start);
  form.elements.preset.disabled = Boolean(start);
  controls();
}

/** The label columns of the chosen store. */
function labels() {
  const names = form.elements.store.selectedOptions[0].dataset.labels.split("|").filter(Boolean);
  form.elements.label.replaceChildren(element("option", { value: "" }, text("The usual ones of the store")),
    ...names.map((name) => element("option", { value: name }, name)));
}

/** Painters that were still being described when the page came. */
async function complete(select) {
  try {
    for (const one of await call("GET", "/api/training/painters")) {
      select.append(element("option", { value: one.name }, `${one.name} · ${term(one.summary)}`));
    }
  } catch (error) {
    say(refusal, error.message);
  }
}

/** A training whose run has no folder yet. */
class Coming extends Card {
  begin(job) {
    this.about.replaceChildren(element("a", { href: `/train/${encodeURIComponent(job.request.training.run)}` }, text("To its page")));
  }
}

const showComing = cardList(waiting, () => new Coming());

function update(jobs) {
  const trainings = jobs.filter((job) => job.request.training);
  const newest = new Map();
  for (const job of trainings) {
    const before = newest.get(job.request.training.run);
    if (!before || before.created < job.created) newest.set(job.request.training.run, job);
  }
  const rest = [];
  for (const [run, job] of newest) {
    const row = document.querySelector(`[data-run="${CSS.escape(run)}"]`);
    if (!row) {
      if (job.state !== "done") rest.push(job);
      continue;
    }
    const bar = row.querySelector("progress");
    bar.hidden = !active(job);
    if (job.progress.share === null) bar.removeAttribute("value");
    else bar.value = job.progress.share;
    const how = row.querySelector(".how");
    if (how && active(job)) how.textContent = `${term(job.state)}: ${doing(job)}`;
    else if (how && job.state !== "done") how.textContent = term(job.state);
  }
  showComing(rest);
  const none = document.querySelector("#no-runs");
  if (none) none.hidden = rest.length > 0;
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });
  document.querySelector("#plan").addEventListener("click", (event) => {
    if (form.reportValidity()) plan(event.target);
  });
  form.elements.painter.addEventListener("change", controls);
  form.elements.start.addEventListener("change", arrange);
  form.elements.store.addEventListener("change", labels);
  form.addEventListener("input", () => (planned.hidden = true));
  labels();
  arrange();
  if (form.elements.painter.dataset.ready === "no") complete(form.elements.painter);
}
follow(update, (sentence) => say(document.querySelector("#lost"), sentence));
