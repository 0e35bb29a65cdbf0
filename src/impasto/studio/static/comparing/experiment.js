// The form of a comparison on equal terms: its plan is shown as it changes, and it begins as a job with a page of its own.

import { call, duration, say } from "../dom.js";
import { valued } from "../form.js";
import { text } from "../texts.js";

const form = document.querySelector("#experiment");
const entries = document.querySelector("#entries");
const refusal = document.querySelector("#experiment-refusal");
let planned = 0;

/** A line for one more painter. */
function add(painter = "") {
  const line = document.querySelector("#entry").content.cloneNode(true).querySelector("li");
  const field = (name) => line.querySelector(`[data-field=${name}]`);
  const presets = () => field("preset").replaceChildren(
    ...field("painter").selectedOptions[0].dataset.presets.split(" ").map((preset) => new Option(preset, preset)));
  if (painter) field("painter").value = painter;
  field("painter").addEventListener("change", presets);
  presets();
  line.querySelector("[data-remove]").addEventListener("click", () => {
    line.remove();
    plan();
  });
  entries.append(line);
}

/** What is requested now. */
function read() {
  const { name, store, minutes, seeds, pictures } = form.elements;
  return {
    name: name.value.trim(),
    store: store.value,
    minutes: Number(minutes.value),
    seeds: Array.from({ length: Number(seeds.value) }, (_, seed) => seed),
    pictures: Number(pictures.value),
    entries: [...entries.children].map((line) => ({
      painter: line.querySelector("[data-field=painter]").value,
      preset: line.querySelector("[data-field=preset]").value,
      settings: settings(line.querySelector("[data-field=settings]").value),
    })),
  };
}

/** Settings as they are typed, such as 'lr=0.001 channels=96,192'; a comma divides them where the next name follows. */
function settings(typed) {
  const pairs = typed.replace(/^[\s,]+|[\s,]+$/g, "").split(/[\s,]+(?=\w+=)/);
  return Object.fromEntries(pairs.filter(Boolean).map((pair) => {
    const [name, ...rest] = pair.split("=");
    return [name, valued(rest.join("="), "any")];
  }));
}

async function plan() {
  planned += 1;
  const mine = planned;
  if (!form.checkValidity() || !entries.children.length) return;
  const place = document.querySelector("#experiment-plan");
  try {
    const { trainings, seconds, pictures, measured_against: held, warning } = await call("POST", "/api/comparisons/plan", read());
    if (mine !== planned) return;
    say(refusal, "");
    const words = text("{trainings} trainings, {time} in all. Besides, up to {pictures} pictures are painted, and measured against {held} that are held out.",
      { trainings, time: duration(seconds), pictures, held });
    say(place, [words, warning].filter(Boolean).join(" "));
  } catch (error) {
    if (mine !== planned) return;
    say(place, "");
    say(refusal, error.message);
  }
}

if (form) {
  const { options } = document.querySelector("#entry").content.querySelector("[data-field=painter]");
  add(options[0]?.value);
  add(options[1]?.value);
  document.querySelector("#add-entry").addEventListener("click", () => {
    add();
    plan();
  });
  form.addEventListener("change", plan);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = document.querySelector("#begin");
    button.disabled = true;
    try {
      const { name } = await call("POST", "/api/comparisons", read());
      location.href = `/compare/${encodeURIComponent(name)}`;
    } catch (error) {
      say(refusal, error.message);
      button.disabled = false;
    }
  });
  document.querySelector("#equal").addEventListener("toggle", ({ target }) => target.open && plan());
  if (document.querySelector("#equal").open) plan();
}
