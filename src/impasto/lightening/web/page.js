// The page of a painter: its graph runs in onnxruntime-web, in a worker, one picture at a time.

import { drawnCategory, normal } from "./noise.js";
import { png } from "./png.js";
import * as ort from "./runtime/ort.wasm.min.mjs";

const place = (id) => document.getElementById(id);
const form = place("form");
let running = false;

ort.env.wasm.wasmPaths = new URL("runtime/", import.meta.url).href;
ort.env.wasm.proxy = true;

try {
  const facts = await (await answered("facts.json")).json();
  show(facts);
  const graph = await bytesOf("painter.onnx", facts.bytes);
  say("The painter is being set up.");
  const session = await ort.InferenceSession.create(graph);
  place("controls").disabled = false;
  say("Ready.");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start(session, facts);
  });
  place("another").addEventListener("click", () => {
    place("seed").value = crypto.getRandomValues(new Uint32Array(1))[0];
    form.requestSubmit();
  });
  place("stop").addEventListener("click", () => (running = false));
} catch (error) {
  fail("The painter cannot be loaded", error);
}

/** What the painter is, and the controls that it has. */
function show(facts) {
  place("title").textContent = facts.title;
  document.title = `${facts.title} · impasto`;
  for (const [name, value] of Object.entries(facts.about)) {
    const [term, description] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    description.textContent = value;
    place("facts").append(term, description);
  }
  place("category").append(...facts.categories.map((name) => new Option(name, name)));
  place("category-field").hidden = !facts.categories.length;
  // The address keeps the choice, so that it can be kept and sent.
  const chosen = new URLSearchParams(location.hash.slice(1));
  for (const name of ["category", "seed", "count"]) if (chosen.has(name)) place(name).value = chosen.get(name);
}

/** Paint what the form says, and show each picture when it is there. */
async function start(session, facts) {
  if (running) return;
  const seed = Number(place("seed").value);
  const count = Number(place("count").value);
  const category = place("category").value;
  history.replaceState(null, "", `#${new URLSearchParams({ category, seed, count })}`);
  for (const image of document.querySelectorAll("#pictures img")) URL.revokeObjectURL(image.src);
  place("pictures").replaceChildren();
  setRunning(true);
  const begun = performance.now();
  let done = 0;
  try {
    for (; done < count && running; done++) {
      say(`Picture ${done + 1} of ${count} is being painted.`, done / count);
      place("pictures").append(await figure(await paint(session, facts, seed, done, category), seed, done));
    }
    const seconds = (performance.now() - begun) / 1000 / Math.max(done, 1);
    say(`${done} of ${count} painted, in ${seconds.toPrecision(2)} s each.`, 1);
  } catch (error) {
    fail("Painting failed", error);
  }
  setRunning(false);
}

/** One picture: its file, and the name of its category. */
async function paint(session, facts, seed, picture, name) {
  const numbers = normal(seed, picture, facts.noise.reduce((product, side) => product * side, 1));
  const inputs = { noise: new ort.Tensor("float32", numbers, [1, ...facts.noise]) };
  let category = null;
  if (facts.categories.length) {
    category = name ? facts.categories.indexOf(name) : drawnCategory(seed, picture, facts.shares);
    inputs.category = new ort.Tensor("int64", BigInt64Array.of(BigInt(category)), [1]);
  }
  const { pictures } = await session.run(inputs);
  const [height, width] = facts.size;
  const pixels = bytesFrom(pictures.data, height * width);
  const recipe = { ...facts.recipe, seed, index: picture, category: name || null, pixels: await digest(pixels, facts.size) };
  return { file: await png(pixels, width, height, JSON.stringify(recipe)), category: facts.categories[category] ?? "" };
}

/** Values in [-1, 1], a plane for each colour, as bytes of pixels; halves go to the even number, as in torch. */
function bytesFrom(values, area) {
  const bytes = new Uint8Array(3 * area);
  for (let colour = 0; colour < 3; colour++)
    for (let place = 0; place < area; place++) {
      const level = Math.fround(Math.fround(values[colour * area + place] + 1) * 127.5);
      const below = Math.floor(level);
      const up = level - below > 0.5 || (level - below === 0.5 && below % 2);
      bytes[3 * place + colour] = Math.min(255, Math.max(0, up ? below + 1 : below));
    }
  return bytes;
}

/** SHA-256 of pixels as recipes hold it; '' where browsers have none, on plain http from another machine. */
async function digest(bytes, [height, width]) {
  if (!crypto.subtle) return "";
  const shape = new TextEncoder().encode(`(${height}, ${width}, 3)`);
  const hash = await crypto.subtle.digest("SHA-256", await new Blob([shape, bytes]).arrayBuffer());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function figure({ file, category }, seed, picture) {
  const [whole, image, caption, link] = ["figure", "img", "figcaption", "a"].map((tag) => document.createElement(tag));
  image.src = URL.createObjectURL(file);
  image.alt = `Picture ${picture + 1} of seed ${seed}${category && `, ${category}`}`;
  link.href = image.src;
  link.download = `${seed}-${String(picture).padStart(4, "0")}.png`;
  link.textContent = "Download";
  caption.append(Object.assign(document.createElement("span"), { textContent: category || `Picture ${picture + 1}` }), link);
  whole.append(image, caption);
  await image.decode();
  return whole;
}

/** The bytes of a file, while the progress of their arrival is shown. */
async function bytesOf(address, size) {
  const reader = (await answered(address)).body.getReader();
  const bytes = new Uint8Array(size);
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes.set(part.value, length);
    length += part.value.length;
    say(`The painter is being loaded: ${(length / 1e6).toFixed(0)} of ${(size / 1e6).toFixed(0)} MB.`, length / size);
  }
  if (length !== size) throw new Error(`${address} has ${length} bytes instead of ${size}`);
  return bytes;
}

async function answered(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${answer.statusText}`);
  return answer;
}

function setRunning(value) {
  running = value;
  place("stop").hidden = !value;
  place("paint").hidden = place("another").hidden = value;
}

function say(sentence, share) {
  place("status").textContent = sentence;
  place("status").classList.remove("problem");
  if (share !== undefined) place("progress").value = share;
}

function fail(sentence, error) {
  say(`${sentence} (${error.message ?? error}). Load the page again; if that does not help, export it again.`);
  place("status").classList.add("problem");
}
