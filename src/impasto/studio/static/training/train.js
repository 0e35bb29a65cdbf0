// The Train page: the form is sent as a request or planned; runs are kept up to date by the list of jobs.

import { active, call, command, doing, duration, element, follow, say } from "../dom.js";
import { readSettings } from "../form.js";

const form = document.querySelector("#training");
const refusal = document.querySelector("#refusal");
const planned = document.querySelector("#planned");
const waiting = document.querySelector("#waiting");

/** The request that the form stands for. */
function request() {
  const fields = form.elements;
  const wanted = { store: fields.store.value, minutes: Number(fields.minutes.value), settings: readSettings(form) };
  for (const name of ["preset", "start", "run", "label"]) if (fields[name].value.trim()) wanted[name] = fields[name].value.trim();
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

async function plan(button) {
  say(refusal, "");
  button.disabled = true;
  planned.hidden = false;
  planned.replaceChildren(element("p", { class: "soft" }, "Trying a few steps. This takes a quarter of a minute or more …"), element("progress"));
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
    painter: plan.preset ? `${plan.painter}, ${plan.preset}` : plan.painter,
    steps: `about ${plan.horizon.toLocaleString()}, of ${plan.step_seconds.toPrecision(2)} s each`,
    time: `${duration(plan.eta)}${plan.encoding > 1 ? `, ${duration(plan.encoding)} of it before the first step` : ""}`,
    pictures: `each is seen ${plan.passes.toPrecision(2)} times`,
    "size": `${plan.parameters.toLocaleString()} numbers, in ${plan.precision} on ${plan.device}`,
    memory: plan.memory === null ? "not known" : `${size(plan.memory)}${plan.memory_available === null ? "" : ` of ${size(plan.memory_available)} that are free`}`,
    disk: `${size(plan.disk)} of ${size(plan.disk_available)} that are free`,
  };
  const list = element("dl");
  for (const [name, text] of Object.entries(facts)) list.append(element("dt", {}, name), element("dd", {}, text));
  planned.replaceChildren(
    element("p", { class: "fits" }, plan.fits ? "It fits into memory and onto the disk." : "It does not fit: choose a smaller size, or free memory or disk."),
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
  form.elements.label.replaceChildren(element("option", { value: "" }, "The usual ones of the store"),
    ...names.map((name) => element("option", { value: name }, name)));
}

/** Painters that were still being described when the page came. */
async function complete(select) {
  try {
    for (const one of await call("GET", "/api/training/painters")) {
      select.append(element("option", { value: one.name }, `${one.name} · ${one.summary}`));
    }
  } catch (error) {
    say(refusal, error.message);
  }
}

function card(job) {
  const { run } = job.request.training;
  return element("article", { class: "panel result" },
    element("header", {}, element("h2", {}, element("a", { href: `/train/${encodeURIComponent(run)}` }, job.title)),
      element("span", { class: "state", "data-state": job.state }, job.state)),
    element("p", { class: "soft" }, job.message || doing(job)));
}

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
      if (job.state !== "done") rest.push(card(job));
      continue;
    }
    const bar = row.querySelector("progress");
    bar.hidden = !active(job);
    if (job.progress.share === null) bar.removeAttribute("value");
    else bar.value = job.progress.share;
    const how = row.querySelector(".how");
    if (how && active(job)) how.textContent = `${job.state}: ${doing(job)}`;
    else if (how && job.state !== "done") how.textContent = job.state;
  }
  waiting.replaceChildren(...rest);
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
