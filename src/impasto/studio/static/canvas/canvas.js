// The page of a drawing: tools, strokes with undo and redo, the edit, and its results.

import { call, say } from "../dom.js";
import { text } from "../texts.js";
import * as request from "./form.js";
import { listen } from "./pointers.js";
import { bringIntoView, showResults } from "./results.js";
import { Keeper } from "./saving.js";
import { loadImage, loadMask } from "./strokes.js";
import { Surface } from "./surface.js";
import { upload } from "../upload.js";

const part = (name) => document.querySelector(`#${name}`);
const form = part("request");
const trouble = part("trouble");
const radius = part("radius");
const HINTS = {
  mask: text("Brush over what is to be painted anew; the rest stays, to the last byte."),
  sketch: text("Colours that you draw are part of what the edit sees. Nothing needs to be drawn."),
};
const KEYS = { b: "brush", e: "eraser", l: "lasso", h: "hand" };

const drawing = await call("GET", `/api/canvas/drawings/${part("easel").dataset.drawing}`);
let strokes = drawing.strokes;
let shown = drawing.shown;
const hand = { tool: "brush", layer: "mask", radius: 10, softness: 0, colour: part("colour").value, space: false };
const keeper = new Keeper(drawing.id, (state) => {
  part("saving").textContent = { saved: text("All strokes are kept"), saving: text("Keeping …") }[state] ?? "";
  say(trouble, ["saved", "saving"].includes(state) ? "" : state);
});

const surface = await opened();

async function opened() {
  try {
    return new Surface(part("canvas"), await loadImage(drawing.picture), drawing);
  } catch (error) {
    say(trouble, error.message);
    throw error;
  }
}

/** Show the strokes that are in effect. */
async function redraw() {
  for (const { tool, file } of strokes) {
    if (tool === "file" && !surface.masks.has(file)) surface.masks.set(file, await loadMask(file));
  }
  surface.redraw(strokes.slice(0, shown));
  part("undo").disabled = shown === 0;
  part("redo").disabled = shown === strokes.length;
}

function add(stroke) {
  strokes = [...strokes.slice(0, shown), stroke];
  keeper.stroke(shown, stroke);
  shown += 1;
  redraw();
}

function step(by) {
  if (shown + by < 0 || shown + by > strokes.length) return;
  shown += by;
  keeper.shown(shown);
  redraw();
}

function choose(tool) {
  hand.tool = tool;
  for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool);
  surface.brush = null;
  part("canvas").dataset.cursor = surface.cursor([-1e6, -1e6], tool);
  surface.refresh();
}

/** The brush's radius in pixels of the picture: from one to a quarter of it, finer where it is small. */
function size() {
  const most = Math.max(drawing.width, drawing.height) / 4;
  hand.radius = Math.round(0.5 * (2 * most) ** (radius.value / 100) * 10) / 10;
  if (surface.brush) surface.brush.radius = hand.radius;
  surface.refresh();
}

request.whenChanged(({ takes, frame }) => {
  if (takes) {
    hand.layer = takes.includes("mask") ? "mask" : "sketch";
    surface.shownLayer = hand.layer;
    part("colour-field").hidden = hand.layer === "mask";
    for (const name of ["invert", "mask-field", "mask-link"]) part(name).hidden = hand.layer !== "mask";
    part("clear").textContent = hand.layer === "mask" ? text("Clear the mask") : text("Clear the sketch");
  }
  const before = surface.frame;
  surface.frame = frame;
  part("hint").textContent = frame ? framed(frame) : HINTS[hand.layer];
  if (surface.fitted && (takes || !before)) surface.fit();
  surface.refresh();
});

/** The size that the picture will have. */
function framed({ left, right, top, bottom }) {
  const size = `${drawing.width + left + right} × ${drawing.height + top + bottom} px`;
  return text("Pull the borders of the picture outward. It will have {size}.", { size });
}

listen(surface, hand, {
  stroke: add,
  cancelled: redraw,
  framed(side, pixels) {
    request.setFrame(side, pixels);
    surface.frame = request.frame();
    part("hint").textContent = framed(surface.frame);
    surface.refresh();
  },
});

async function start(what) {
  say(part("refusal"), "");
  part("start").disabled = true;
  try {
    await keeper.kept();
    const { job } = await call("POST", `/api/canvas/drawings/${drawing.id}/edits`, what);
    bringIntoView(job.id);
  } catch (error) {
    say(part("refusal"), error.message);
  } finally {
    part("start").disabled = false;
  }
}

async function goOn(job) {
  const name = job.pictures[0].split("/").at(-1);
  const title = drawing.title.slice(0, 200);
  const next = await call("POST", "/api/canvas/drawings", { painted: { job: job.id, name }, parent: drawing.id, title });
  location.href = `/canvas/${next.id}`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  start(request.read());
});
for (const button of document.querySelectorAll("[data-tool]")) button.addEventListener("click", () => choose(button.dataset.tool));
part("undo").addEventListener("click", () => step(-1));
part("redo").addEventListener("click", () => step(1));
part("fit").addEventListener("click", () => surface.fit());
part("zoom-in").addEventListener("click", () => surface.zoom(1.5));
part("zoom-out").addEventListener("click", () => surface.zoom(1 / 1.5));
part("clear").addEventListener("click", () => add({ tool: "clear", layer: hand.layer }));
part("invert").addEventListener("click", () => add({ tool: "invert", layer: "mask" }));
part("more-tools").addEventListener("click", (event) => {
  if (event.target.closest("button, a")) part("more-tools").open = false;
});
part("mask-link").addEventListener("click", (event) => {
  if (!strokes.slice(0, shown).some(({ layer }) => layer === "mask")) {
    event.preventDefault();
    say(trouble, text("There is no mask yet."));
  }
});
part("mask-file").addEventListener("change", async (event) => {
  say(trouble, "");
  part("more-tools").open = false;
  try {
    const { file, width, height } = await upload(event.target.files[0]);
    if (width !== drawing.width || height !== drawing.height) {
      throw new Error(text("The mask is {mask} px and the picture is {picture} px; give a mask of the picture's size.", { mask: `${width} × ${height}`, picture: `${drawing.width} × ${drawing.height}` }));
    }
    add({ tool: "file", layer: "mask", file });
  } catch (error) {
    say(trouble, error.message);
  }
  event.target.value = "";
});
radius.addEventListener("input", size);
part("softness").addEventListener("input", (event) => (hand.softness = event.target.value / 100));
part("softness").dispatchEvent(new Event("input")); // Browsers fill forms of pages that are loaded again.
part("colour").addEventListener("input", (event) => (hand.colour = event.target.value));

addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=range], [type=color]), textarea, select");
  if (typing || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z" || key === "y") {
      event.preventDefault();
      step(key === "y" || event.shiftKey ? 1 : -1);
    }
  } else if (event.altKey) {
    return;
  } else if (KEYS[key]) {
    choose(KEYS[key]);
  } else if (key === "[" || key === "]") {
    radius.value = Number(radius.value) + (key === "]" ? 4 : -4);
    size();
  } else if (key === "+" || key === "=") {
    surface.zoom(1.5);
  } else if (key === "-") {
    surface.zoom(1 / 1.5);
  } else if (key === "0") {
    surface.fit();
  } else if (key === " " && event.target === part("canvas")) {
    event.preventDefault();
    hand.space = true;
  } else if (key.startsWith("arrow") && event.target === part("canvas")) {
    event.preventDefault();
    surface.move(...{ arrowleft: [40, 0], arrowright: [-40, 0], arrowup: [0, 40], arrowdown: [0, -40] }[key]);
  }
});
addEventListener("keyup", (event) => {
  if (event.key === " ") hand.space = false;
});

size();
choose("brush");
await redraw();
const actions = {
  goOn,
  again: ({ seed, ...rest }) => start(rest),
  use: async (what) => request.show(what),
};
showResults(part("results"), drawing, actions, (sentence) => sentence && say(part("refusal"), sentence));
await request.show({ edit: form.elements.edit.value, ...drawing.request });
