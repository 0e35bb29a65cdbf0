// A picture in large, with its recipe.

import { call, element } from "./dom.js";
import { keptName, withPart } from "./files.js";
import { randomSeed } from "./form.js";
import { facts, settingsFold, titleOf } from "./recipe.js";
import { text } from "./texts.js";

const viewer = document.querySelector("#viewer");
const part = (name) => document.querySelector(`#viewer-${name}`);
let pictures = [];
let shown = 0;
let recipe = null;
let use = () => {};

/** Open a picture among others. `onUse` is called with the request that paints it again. */
export function view(addresses, index, onUse) {
  pictures = addresses;
  use = onUse;
  show(index);
  viewer.showModal();
}

async function show(index) {
  shown = (index + pictures.length) % pictures.length;
  const address = pictures[shown];
  part("picture").src = address;
  part("download").href = address;
  part("download").setAttribute("download", address.split("/").slice(-2).join("-"));
  const [job, name] = address.split("/").slice(-2);
  part("edit")?.setAttribute("href", `/canvas?${new URLSearchParams({ job, name })}`);
  part("title").textContent = text("Picture {number} of {count}", { number: shown + 1, count: pictures.length });
  part("recipe").replaceChildren();
  part("use").disabled = part("vary").disabled = true;
  recipe = null;
  try {
    const read = await call("GET", `/api${address}/recipe`);
    if (address !== pictures[shown]) return;
    recipe = read;
    part("use").disabled = part("vary").disabled = false;
    part("picture").alt = [text("Painted by {painter}", read), read.prompt].filter(Boolean).join(": ");
    part("recipe").replaceChildren(...shownOf(read));
  } catch (error) {
    part("recipe").replaceChildren(element("p", { class: "problem" }, error.message));
  }
}

/** What a recipe says, and its settings in a fold. */
function shownOf(read) {
  const seed = read.index ? text("No. {index} of seed {seed}", { index: read.index, seed: String(read.seed) }) : read.seed;
  return [facts({
    [text("Painter")]: titleOf(read.painter),
    [text("Prompt")]: read.prompt,
    [text("Category")]: read.category,
    [text("Seed")]: seed,
    [text("Second seed")]: read.variation_seed,
    [text("Strength")]: read.variation_seed === null ? null : read.variation_strength,
    [text("Size")]: `${read.width} × ${read.height} px`,
  }), settingsFold(read.settings)];
}

/** The request that paints a picture of this recipe again; it is the last one of its seed. */
export function requested(read) {
  const request = { painter: read.painter, count: read.index + 1, seed: read.seed, settings: { ...read.settings } };
  if (!read.edit) nameFiles(request, read.inputs ?? {});
  if (read.prompt) request.prompt = read.prompt;
  if (typeof read.variation_seed === "number") {
    request.variation_seed = read.variation_seed;
    request.variation_strength = read.variation_strength;
  }
  if (read.category) request.category = read.category;
  request.size = [read.height, read.width];
  return request;
}

/** Name the files that a recipe has, in a request: settings hold their paths there, and names of kept files here. */
function nameFiles(request, inputs) {
  const settings = {};
  for (const [input, file] of Object.entries(inputs)) {
    const [name, number] = input.split(".");
    if (!(name in request.settings)) withPart(request, input, keptName(file));
    else if (number === undefined) settings[name] = keptName(file);
    else settings[name] = [...(settings[name] ?? []), keptName(file)];
  }
  Object.assign(request.settings, settings);
}

if (viewer) {
  part("close").addEventListener("click", () => viewer.close());
  part("before").addEventListener("click", () => show(shown - 1));
  part("after").addEventListener("click", () => show(shown + 1));
  part("use").addEventListener("click", () => {
    viewer.close();
    use(requested(recipe));
  });
  part("vary").addEventListener("click", () => {
    viewer.close();
    use({ ...requested(recipe), variation_seed: randomSeed(), variation_strength: 0.2 });
  });
  viewer.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(shown - 1);
    if (event.key === "ArrowRight") show(shown + 1);
  });
  viewer.addEventListener("click", (event) => {
    if (event.target === viewer) viewer.close();
  });
}
