// The Paint page: the form is sent as a request, results come with the list of jobs.

import { call, element, follow, say } from "./dom.js";
import { listen } from "./drop.js";
import { listen as keepPrompts } from "./prompts.js";
import { listen as takeFiles } from "./files.js";
import { fill, randomSeed, read, refresh } from "./form.js";
import { paintings } from "./results.js";
import { term, text } from "./texts.js";

const KEPT = "impasto request";
const LOOKING = 2000; // milliseconds between two looks at painters that are still being read
const form = document.querySelector("#request");
const controls = document.querySelector("#controls");
const refusal = document.querySelector("#refusal");
const results = document.querySelector("#results");
const button = document.querySelector("#paint");
let awaited = location.hash === "#results"; // whether results are scrolled to as soon as they are there

async function paint(request) {
  say(refusal, "");
  button.disabled = true;
  try {
    await call("POST", request.over ? "/api/grid" : "/api/paint", request);
    awaited = matchMedia("(max-width: 900px)").matches;
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

/** Go on with another painter, whose page fills its form with the request; `place` is scrolled to. */
function choose(painter, request, place = "") {
  sessionStorage.setItem(KEPT, JSON.stringify({ ...request, painter }));
  location.href = `/?${new URLSearchParams({ painter })}${place}`;
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

/** Paint a prompt of the empty page; a painter without words is exchanged for the one with the largest pictures. */
async function begin(prompt) {
  if (form.elements.prompt) return paint({ ...read(form), prompt });
  const remark = document.querySelector("#remark");
  say(remark, text("Looking for a painter that reads words …"));
  let painters = await call("GET", "/api/painters");
  while (!known(painters)) {
    await new Promise((done) => setTimeout(done, LOOKING));
    painters = await call("GET", "/api/painters");
  }
  say(remark, "");
  const reading = painters.filter(({ reads, error }) => !error && reads.includes("words"));
  const [best] = reading.sort((one, other) => other.size[0] - one.size[0]);
  await paint({ painter: best.source, count: 4, prompt });
  if (refusal.hidden) choose(best.source, { prompt }, "#results");
}

/** Whether all painters are listed and read. */
function known(painters) {
  return new Set(painters.map((painter) => painter.group)).size > 1 && painters.every(({ name, error }) => name || error);
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
  if (!known(painters)) setTimeout(complete, LOOKING);
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

for (const chip of document.querySelectorAll("#empty [data-prompt]")) {
  chip.addEventListener("click", async () => {
    chip.disabled = true;
    await begin(chip.dataset.prompt).catch((error) => say(refusal, error.message));
    chip.disabled = false;
  });
}

keepPrompts(controls);
takeFiles(controls, (sentence) => say(refusal, sentence));
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
  const count = show(jobs);
  document.querySelector("#empty").hidden = count > 0;
  if (awaited && count) {
    awaited = false;
    requestAnimationFrame(() => results.scrollIntoView({ behavior: "smooth" }));
  }
}, (sentence) => say(refusal, sentence));
