// The Paint page: the form is sent as a request, results come with the list of jobs.

import { call, element, follow, say } from "./dom.js";
import { listen } from "./drop.js";
import { listen as keepPrompts } from "./prompts.js";
import { fill, randomSeed, read, refresh } from "./form.js";
import { paintings } from "./results.js";
import { term, text } from "./texts.js";

const KEPT = "impasto request";
const form = document.querySelector("#request");
const controls = document.querySelector("#controls");
const refusal = document.querySelector("#refusal");
const results = document.querySelector("#results");
const button = document.querySelector("#paint");

async function paint(request) {
  say(refusal, "");
  button.disabled = true;
  try {
    await call("POST", request.over ? "/api/grid" : "/api/paint", request);
    if (matchMedia("(max-width: 900px)").matches) results.scrollIntoView({ behavior: "smooth" });
  } catch (error) {
    say(refusal, error.message);
    refusal.scrollIntoView({ block: "nearest" });
  } finally {
    button.disabled = false;
  }
}

/** Fill the form; a request of another painter is kept until its page is there. */
async function use(request) {
  if (request.painter === form.elements.painter.value) {
    fill(form, request);
    form.scrollIntoView({ behavior: "smooth" });
    form.elements.painter.focus();
    return;
  }
  choose(request.painter, request);
}

async function again(request) {
  const { seed, variation_seed: second, ...rest } = request;
  await paint(second === undefined ? rest : { ...rest, seed, variation_seed: randomSeed() });
}

function choose(painter, request) {
  sessionStorage.setItem(KEPT, JSON.stringify({ ...request, painter }));
  location.search = new URLSearchParams({ painter });
}

/** The settings of a picture that was dropped here; one of another tool names no painter of ours. */
function take(request, remark) {
  const painter = request.painter ?? form.elements.painter.value;
  if (![...form.elements.painter.options].some((option) => option.value === painter)) {
    say(refusal, text("This picture was painted by {painter}, which is not here.", { painter }));
    return;
  }
  if (!form.elements.count) {
    say(refusal, text("What the painter can do is still being read; try again in a moment."));
    return;
  }
  say(refusal, "");
  say(document.querySelector("#remark"), remark);
  use({ count: Number(form.elements.count.value), ...request, painter });
}

/** What was in the form before the page changed, as far as this painter has it. */
function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (kept?.painter === form.elements.painter.value) fill(form, kept);
  sessionStorage.removeItem(KEPT);
}

async function load() {
  const painter = controls.dataset.painter;
  const answer = await fetch(`/paint/controls?${new URLSearchParams({ painter })}`);
  controls.innerHTML = await answer.text();
  controls.removeAttribute("aria-busy");
  button.disabled = !form.elements.count;
  if (form.elements.count) {
    restore();
    refresh(form);
  }
}

/** Painters that were still being looked for when the page came. */
async function complete() {
  const select = form.elements.painter;
  const painters = await call("GET", "/api/painters");
  for (const painter of painters) {
    if ([...select.options].some((option) => option.value === painter.source)) continue;
    let group = [...select.querySelectorAll("optgroup")].find((one) => one.label === term(painter.group));
    if (!group) select.append((group = element("optgroup", { label: term(painter.group) })));
    group.append(element("option", { value: painter.source, disabled: Boolean(painter.error) }, painter.title));
  }
  const groups = new Set(painters.map((painter) => painter.group));
  if (groups.size < 2 || painters.some((painter) => !painter.name && !painter.error)) setTimeout(complete, 2000);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  paint(read(form));
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
form.elements.painter.addEventListener("change", (event) => {
  const painter = event.target.value;
  const { prompt } = form.elements.count ? read(form) : {};
  choose(painter, prompt ? { prompt } : {});
});
controls.addEventListener("input", (event) => {
  if (event.target.name === "seed" && form.elements.seeding.value === "random") form.elements.seeding.value = "fixed";
  refresh(form);
});

keepPrompts(controls);
listen(document.querySelector("#picture"), take, (sentence) => say(refusal, sentence));
if (controls.getAttribute("aria-busy")) load();
else if (form.elements.count) {
  button.disabled = false; // Only now does the form do more than load the page again.
  restore();
  refresh(form); // Browsers fill forms of pages that are loaded again.
}
if (form.elements.painter.dataset.complete === "false") complete();
const show = paintings(results, { use, again });
follow((jobs) => {
  document.querySelector("#empty").hidden = show(jobs) > 0;
}, (sentence) => say(refusal, sentence));
