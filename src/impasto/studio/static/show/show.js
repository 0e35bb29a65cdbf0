// The show: pictures of the gallery, of an album or of a job, one after the other.

import { active, call, say } from "../dom.js";
import { titleOf } from "../recipe.js";
import { text } from "../texts.js";

const part = (name) => document.querySelector(`#${name}`);
const stage = part("show");
const [first, second] = stage.querySelectorAll(".frame");
const query = new URLSearchParams(location.search);
const REST = 3000;
const SLOW = 2; // seconds from which pictures are faded into one another

let pictures = []; // with `file` and `caption`
let after = null; // where the next page of the gallery begins
let index = -1;
let timer = 0;
let playing = true;
let waiting = ""; // what is said while the film of a walk is painted
let turn = 0; // number of the last picture that was asked for; those that come later than that are dropped

/* --- Which pictures --- */

async function load() {
  if (query.get("job")) {
    const job = await call("GET", `/api/jobs/${query.get("job")}`);
    pictures = job.pictures.map((file) => ({ file, caption: job.title }));
    if (job.request.walk) film(job);
    after = null;
    return;
  }
  const search = new URLSearchParams(query);
  search.set("limit", 200);
  if (after) search.set("after", after);
  const answer = await call("GET", `/api/pictures?${search}`);
  const more = answer.pictures.map((each) => ({
    file: each.file,
    caption: [each.prompt || each.category, titleOf(each.painter)].filter(Boolean).join(" · "),
  }));
  if (part("shuffled").checked) shuffle(more);
  pictures.push(...more);
  after = answer.after;
}

/** The film of a walk is one picture that moves; until it is there, the page asks again. */
function film(job) {
  const file = `/api/walks/${job.id}/film`;
  if (job.state === "done") pictures = [{ file, caption: job.title }];
  part("film").href = file;
  part("film").hidden = job.state !== "done";
  waiting = active(job) ? text("The walk is being painted …") : "";
  if (!waiting && job.state !== "done") throw new Error(job.message);
}

function shuffle(list) {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [list[last], list[other]] = [list[other], list[last]];
  }
}

/* --- One after the other --- */

async function go(distance) {
  clearTimeout(timer);
  const mine = ++turn;
  try {
    if (index + distance >= pictures.length && after) await load();
    if (!pictures.length) return nothing();
    part("nothing").hidden = true;
    const next = (index + distance + pictures.length) % pictures.length;
    const image = new Image();
    image.src = pictures[next].file;
    await image.decode();
    if (mine !== turn) return;
    index = next;
    show(pictures[next]);
  } catch (error) {
    if (mine !== turn) return;
    if (pictures.length) pictures.splice((index + distance + pictures.length) % pictures.length, 1); // its file is gone
    else return nothing(error.message);
  }
  // A single picture stays: shown again, a film would begin anew.
  if (playing && pictures.length !== 1) timer = setTimeout(() => go(1), 1000 * Number(part("seconds").value));
}

function show(picture) {
  const [hidden, shown] = first.classList.contains("shown") ? [second, first] : [first, second];
  hidden.src = picture.file;
  hidden.alt = picture.caption;
  hidden.classList.add("shown");
  shown.classList.remove("shown");
  shown.alt = "";
  part("caption").textContent = picture.caption;
}

function nothing(sentence) {
  first.classList.remove("shown");
  second.classList.remove("shown");
  part("caption").textContent = "";
  part("nothing").textContent = sentence || waiting || text("There is no picture to show yet. Paint some, or choose another album.");
  part("nothing").hidden = false;
  timer = setTimeout(waiting ? begin : () => go(1), waiting ? 2000 : 5000);
}

function begin() {
  pictures = [];
  after = null;
  index = -1;
  turn += 1;
  return load().then(() => go(1)).catch((error) => nothing(error.message));
}

function play(value) {
  playing = value;
  part("play").textContent = playing ? text("Pause") : text("Go on");
  part("play").setAttribute("aria-pressed", String(playing));
  clearTimeout(timer);
  if (playing && pictures.length !== 1) timer = setTimeout(() => go(1), 1000 * Number(part("seconds").value));
}

function pace() {
  stage.classList.toggle("slow", Number(part("seconds").value) >= SLOW);
  play(playing);
}

/* --- The bar rests while nobody moves --- */

let resting = 0;
function stir() {
  stage.classList.remove("resting");
  clearTimeout(resting);
  resting = setTimeout(() => stage.classList.add("resting"), REST);
}

function fill() {
  if (document.fullscreenElement) document.exitFullscreen();
  else stage.requestFullscreen?.();
}

const KEYS = {
  " ": () => play(!playing),
  ArrowLeft: () => go(-1),
  ArrowRight: () => go(1),
  f: fill,
  c: () => part("captions").click(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action || event.target.closest("select, input") || (event.key === " " && event.target.closest("button"))) return;
  event.preventDefault();
  action();
});
stage.addEventListener("pointermove", stir);
stage.addEventListener("focusin", stir);
part("before").addEventListener("click", () => go(-1));
part("after").addEventListener("click", () => go(1));
part("play").addEventListener("click", () => play(!playing));
part("full").addEventListener("click", fill);
part("full").hidden = !stage.requestFullscreen;
part("seconds").addEventListener("change", pace);
part("shuffled").addEventListener("change", begin);
part("captions").addEventListener("change", (event) => (part("caption").hidden = !event.target.checked));
part("album").addEventListener("change", (event) => {
  for (const name of [...query.keys()]) query.delete(name);
  if (event.target.value) query.set("album", event.target.value);
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  begin();
});

part("walk")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const request = { painter: form.get("painter"), axis: form.get("axis"), frames: Number(form.get("frames")), seed: Number(form.get("seed")) };
  try {
    const { job } = await call("POST", "/api/walks", request);
    location.search = new URLSearchParams({ job: job.id });
  } catch (error) {
    say(part("walk-refusal"), error.message);
  }
});

async function albums() {
  const { albums: all } = await call("GET", "/api/albums");
  part("album").append(...all.filter((album) => album.pictures).map(({ id, name, pictures: count }) => new Option(`${name} (${count})`, id)));
  if (query.get("album")) part("album").value = query.get("album");
  else if (query.size) part("album").prepend(new Option(query.get("job") ? text("One job") : text("What the gallery showed"), "", true, true));
}

if (query.get("seconds")) part("seconds").value = query.get("seconds");
query.delete("seconds");
albums().catch(() => {});
pace();
stir();
begin();
