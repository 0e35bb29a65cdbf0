// The form of an edit: its controls come from the studio; it is read as a request, and filled from one.

import { call, say } from "../dom.js";
import { fillFiles, listen as takeFiles, readParts } from "../files.js";
import { fillSettings, readSettings } from "../form.js";
import { text } from "../texts.js";

const LOOKING = 2500; // Milliseconds between two looks at painters that are still being read.
const form = document.querySelector("#request");
const controls = document.querySelector("#controls");
const refusal = document.querySelector("#refusal");
const button = document.querySelector("#start");
const SIDES = ["left", "right", "top", "bottom"];
let loads = 0;
let changed = () => {};

/** The edit's needs have changed: `called({ takes, frame })`. */
export function whenChanged(called) {
  changed = called;
}

/** What is requested now. */
export function read() {
  const request = { edit: form.elements.edit.value, painter: form.elements.painter.value, settings: readSettings(form) };
  for (const name of ["prompt", "category"]) {
    const value = form.elements[name]?.value.trim();
    if (value) request[name] = value;
  }
  readParts(form, request);
  if (form.elements.size.value) request.size = Number(form.elements.size.value);
  if (form.elements.seeding.value === "fixed") request.seed = Number(form.elements.seed.value);
  return request;
}

/** Get the controls of a request's edit and painter, and fill them. */
export async function show(request) {
  loads += 1;
  const load = loads;
  form.elements.edit.value = request.edit;
  controls.setAttribute("aria-busy", "true");
  button.disabled = true;
  const named = new URLSearchParams({ edit: request.edit, painter: request.painter ?? "" });
  let content;
  try {
    content = await (await fetch(`/canvas/controls?${named}`)).text();
  } catch {
    say(refusal, text("The studio does not answer. Is it still open in its terminal?"));
    return;
  }
  if (load !== loads) return;
  controls.innerHTML = content;
  controls.removeAttribute("aria-busy");
  const about = controls.querySelector("[data-edit]");
  const ready = Boolean(form.elements.painter);
  button.disabled = !ready;
  if (ready) fill(request);
  if (about?.dataset.complete === "false") setTimeout(() => load === loads && complete(request, ready), LOOKING);
  changed({ takes: (about?.dataset.takes ?? "").split(" "), frame: frame() });
}

function fill(request) {
  for (const name of ["prompt", "category", "size"]) {
    if (form.elements[name]) form.elements[name].value = request[name] ?? "";
  }
  fillFiles(form, request);
  form.elements.seeding.value = request.seed === undefined ? "random" : "fixed";
  if (request.seed !== undefined) form.elements.seed.value = request.seed;
  fillSettings(form, request.settings);
}

/** Painters that have been read meanwhile are offered too. */
async function complete(request, ready) {
  if (!ready) {
    show(request);
    return;
  }
  const load = loads;
  const edits = await call("GET", "/api/canvas/edits");
  if (load !== loads) return;
  const { painters } = edits.find(({ edit }) => edit.name === form.elements.edit.value);
  const there = new Set([...form.elements.painter.options].map((option) => option.value));
  const lines = await call("GET", "/api/painters");
  for (const { source, title } of lines) {
    if (painters.includes(source) && !there.has(source)) form.elements.painter.append(new Option(title, source));
  }
  if (lines.some(({ name, error }) => !name && !error)) setTimeout(() => load === loads && complete(request, true), LOOKING);
}

/** The borders that are to be added, where the edit adds some. */
export function frame() {
  const inputs = SIDES.map((side) => controls.querySelector(`[data-setting="${side}"]`));
  if (inputs.some((input) => !input)) return null;
  return Object.fromEntries(SIDES.map((side, index) => [side, Number(inputs[index].value) || 0]));
}

/** Set a border. */
export function setFrame(side, pixels) {
  const input = controls.querySelector(`[data-setting="${side}"]`);
  input.value = Math.min(Number(input.max || pixels), pixels);
}

form.elements.edit.addEventListener("change", () => {
  const kept = form.elements.painter ? read() : {};
  show({ edit: form.elements.edit.value, painter: kept.painter, prompt: kept.prompt, category: kept.category, seed: kept.seed });
});
controls.addEventListener("change", (event) => {
  if (event.target.name === "painter") show(read());
});
takeFiles(controls, (sentence) => say(refusal, sentence));
controls.addEventListener("input", (event) => {
  if (event.target.name === "seed") form.elements.seeding.value = "fixed";
  if (SIDES.includes(event.target.dataset.setting)) changed({ frame: frame() });
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
