/* The blind vote: two pictures, three keys. */

import { call, pixelated, say } from "../dom.js";
import { about, counted, text } from "../texts.js";
import { showScores } from "./scores.js";

const page = document.querySelector("#ballot");
const ballot = `/api/ballots/${page.dataset.ballot}`;
const pairPlace = page.querySelector(".pair");
const refusal = page.querySelector("#refusal");
const scores = page.querySelector("#scores");
const undo = page.querySelector("#undo");

const decided = []; // pairs, the last vote at the end
let shown = null;
let coming = null; // the pair after the one that is shown, whose pictures are being loaded
let busy = false;

/* The next pair, with its pictures loaded, so that it is there at once. */
async function fetched() {
  const pair = await call("POST", `${ballot}/pairs`);
  const images = [pair.left, pair.right].map((address) => Object.assign(new Image(), { src: address }));
  await Promise.all(images.map((image) => image.decode()));
  return { ...pair, images };
}

function show(pair) {
  shown = pair;
  for (const [side, image] of [["left", pair.images[0]], ["right", pair.images[1]]]) {
    const place = pairPlace.querySelector(`[data-choose=${side}]`);
    const fresh = image.cloneNode();
    fresh.alt = place.querySelector("img").alt;
    pixelated(fresh, { width: image.naturalWidth, height: image.naturalHeight });
    place.classList.toggle("chosen", pair.preferred === side);
    place.replaceChildren(fresh);
  }
  page.querySelector("#shared").textContent = pair.shared ? text("Both: “{shared}”", pair) : "";
  undo.disabled = decided.length === 0;
}

/* One thing at a time: a key that is held down does not vote on pictures that nobody saw. */
async function attempt(work) {
  if (busy) return;
  busy = true;
  pairPlace.classList.add("waiting");
  say(refusal, "");
  try {
    await work();
  } catch (error) {
    say(refusal, error.message);
  } finally {
    busy = false;
    pairPlace.classList.remove("waiting");
  }
}

async function next() {
  const pair = await (coming ?? fetched());
  show(pair);
  coming = fetched();
  coming.catch(() => (coming = null)); // asked for again when it is needed, and said then
}

async function choose(preferred) {
  const changed = await call("PUT", `${ballot}/pairs/${shown.id}`, { preferred });
  decided.push({ ...shown, preferred: changed.preferred });
  await next();
  await count();
}

async function takeBack() {
  const last = decided.pop();
  if (!last) return;
  await call("DELETE", `${ballot}/pairs/${last.id}`);
  const waiting = shown;
  show({ ...last, preferred: null });
  coming = Promise.resolve(waiting);
  await count();
}

async function count() {
  const result = await call("GET", `${ballot}/scores`);
  const words = [
    result.votes === 0 ? text("No votes yet.") : counted(result.votes, "1 vote.", "{count} votes."),
  ];
  if (result.votes > 0) words.push(outlook(result));
  page.querySelector("#count").textContent = words.join(" ");
  showScores(scores, result);
}

function outlook({ pairs, more_votes: missing }) {
  if (pairs.length === 0) return text("Not all have been compared yet.");
  if (missing === null) return text("Some are as good as equal: more votes will hardly settle that.");
  return missing === 0 ? text("The order is settled.") : text("About {count} more would settle the order, if the differences are as large as they look now.", { count: about(missing) });
}

for (const button of page.querySelectorAll("[data-choose]")) {
  button.addEventListener("click", () => attempt(() => choose(button.dataset.choose)));
}
undo.addEventListener("click", () => attempt(takeBack));

const KEYS = { ArrowLeft: "left", ArrowRight: "right", " ": "neither" };
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest("input, summary, a")) return;
  if (event.key in KEYS) {
    event.preventDefault();
    attempt(() => choose(KEYS[event.key]));
  } else if (event.key.toLowerCase() === "u") {
    attempt(takeBack);
  }
});
// The space key would press the button that has the focus as well.
document.addEventListener("keyup", (event) => {
  if (event.key === " " && event.target.closest("#ballot button")) event.preventDefault();
});

scores.open = location.hash === "#scores";
attempt(async () => {
  await count();
  await next();
});
