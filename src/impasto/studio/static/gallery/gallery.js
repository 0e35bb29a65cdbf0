/* The gallery: a grid that goes on as one scrolls, filters, and keys for everything. */

import { call, pixelated } from "../dom.js";
import { titleOf } from "../recipe.js";
import { counted, number, text } from "../texts.js";
import { bin, rate, undo, whenChanged } from "./changes.js";
import { compare } from "./compare.js";
import { hideDetails, showDetails } from "./details.js";
import { offer, whenEmptied } from "./emptying.js";
import { copyOf, pictureOf } from "./page.js";

const page = document.querySelector("#gallery");
const form = page.querySelector("#filters");
const grid = page.querySelector("#pictures");
const more = page.querySelector("#more");
const problem = page.querySelector("#problem");
const POLLING = 4000;

const pictures = new Map(); // key → picture, in the order of the grid
let after = null; // where the next page begins
let chosen = null; // key of the picture in the panel
let comparing = null; // key of the picture that waits for another to be compared with
let latest = 0; // number of the last request for a page; answers to earlier ones are dropped
let version = -1; // of the table that is shown
let total = 0;
let known = { tags: [], albums: [] };

/* What goes wrong is said in a sentence. */
async function attempt(work) {
  problem.hidden = true;
  try {
    await work;
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  }
}

/* --- The grid --- */

function filters() {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
}

async function load(fresh) {
  const turn = ++latest;
  const query = filters();
  if (!fresh) query.set("after", after);
  const answer = await call("GET", `/api/pictures?${query}`);
  if (turn !== latest) return;
  if (fresh) {
    pictures.clear();
    grid.replaceChildren();
    total = answer.total;
  }
  const added = answer.pictures.filter(({ id }) => !pictures.has(id));
  added.forEach((picture) => pictures.set(picture.id, picture));
  grid.append(...added.map(tile));
  after = answer.after;
  more.hidden = after === null;
  const filtered = filters().size > 0;
  page.querySelector("#empty").hidden = pictures.size > 0 || filtered;
  page.querySelector("#no-match").hidden = pictures.size > 0 || !filtered;
  page.querySelector("#clear").hidden = !filtered;
  page.querySelector("#fresh").hidden = page.querySelector("#fresh").hidden || fresh;
  offer(filters(), total);
  say();
  mark();
  // The end of the grid may still be in sight.
  watcher.unobserve(more);
  watcher.observe(more);
}

function tile(picture) {
  const item = copyOf("#tile").firstElementChild;
  const button = item.firstElementChild;
  button.dataset.picture = picture.id;
  button.tabIndex = -1;
  const image = button.querySelector("img");
  image.src = picture.thumbnail;
  pixelated(image, picture);
  dress(button, picture);
  return item;
}

function dress(button, picture) {
  button.querySelector("img").alt = picture.prompt || pictureOf(picture);
  button.querySelector(".stars").textContent = "★".repeat(picture.rating);
  button.toggleAttribute("data-binned", picture.binned);
}

function buttonOf(key) {
  return grid.querySelector(`[data-picture="${key}"]`);
}

/* One tile can be reached with the Tab key; arrow keys go on from there. */
function mark() {
  for (const button of grid.querySelectorAll("[aria-current], [tabindex='0']")) {
    button.removeAttribute("aria-current");
    button.tabIndex = -1;
  }
  const current = chosen === null ? null : buttonOf(chosen);
  current?.setAttribute("aria-current", "true");
  const reachable = current ?? grid.querySelector("button");
  if (reachable) reachable.tabIndex = 0;
}

function say(progress) {
  const status = page.querySelector("#status");
  const parts = [counted(total, "1 picture", "{count} pictures")];
  if (progress?.running && progress.changed > 1) {
    parts.push(text("Reading {read} of {changed} new files …", progress));
  } else if (progress?.problem) {
    parts.push(progress.problem);
  } else if (progress?.unreadable) {
    parts.push(text("{count} PNG files hold a recipe that cannot be read: {example}", { count: progress.unreadable, example: progress.example }));
  }
  const words = parts.join(" · ");
  if (status.textContent !== words) status.textContent = words;
}

const watcher = new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting) && after !== null) attempt(load(false));
}, { rootMargin: "800px" });

/* --- One picture --- */

async function choose(key, { focus = true } = {}) {
  const picture = pictures.get(key);
  if (comparing !== null && comparing !== key) {
    const first = comparing;
    stopComparing();
    await compare(first, key);
    return;
  }
  chosen = key;
  mark();
  if (focus) buttonOf(key)?.focus({ preventScroll: true });
  buttonOf(key)?.scrollIntoView({ block: "nearest" });
  remember();
  await showDetails(picture, known, { attempt, close, compare: beginComparing, albumsChanged: loadFacets });
}

function close() {
  const key = chosen;
  chosen = null;
  hideDetails();
  mark();
  buttonOf(key)?.focus();
  remember();
}

function beginComparing() {
  if (chosen === null) return;
  comparing = chosen;
  page.classList.add("comparing");
  page.querySelector("#status").textContent = text("Choose the picture to compare with");
  if (matchMedia("(max-width: 900px)").matches) hideDetails();
}

function stopComparing() {
  comparing = null;
  page.classList.remove("comparing");
  say();
}

whenChanged((changed) => {
  for (const picture of changed) {
    pictures.set(picture.id, picture);
    const button = buttonOf(picture.id);
    if (button) dress(button, picture);
    if (picture.id === chosen) attempt(choose(picture.id, { focus: false }));
  }
  attempt(loadFacets());
});

function step(distance) {
  const keys = [...pictures.keys()];
  const index = chosen === null ? 0 : keys.indexOf(chosen) + distance;
  if (index >= 0 && index < keys.length) attempt(choose(keys[index]));
}

function columns() {
  return getComputedStyle(grid).gridTemplateColumns.split(" ").length;
}

whenEmptied(attempt, async () => {
  close();
  await loadFacets();
  await load(true);
});

/* --- Filters, and the address of the page --- */

async function loadFacets() {
  const [facets, { albums }] = await Promise.all([call("GET", "/api/pictures/facets"), call("GET", "/api/albums")]);
  known = { tags: facets.tags, albums };
  const options = { ...facets, albums: albums.map(({ id, name, pictures: count }) => ({ value: id, name, pictures: count })) };
  for (const select of form.querySelectorAll("[data-facet]")) {
    const value = select.value || (select.dataset.wanted ?? "");
    const values = options[select.dataset.facet].map((each) => new Option(`${each.name ?? titleOf(each.value)} (${number(each.pictures)})`, each.value));
    select.replaceChildren(select.options[0], ...values);
    select.value = value;
    if (select.selectedIndex < 0) select.value = "";
    select.hidden = values.length === 0 && select.parentElement === form; // there is nothing to choose
    delete select.dataset.wanted;
  }
}

function remember() {
  const query = filters();
  if (chosen !== null) query.set("picture", chosen);
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

function recall() {
  const query = new URLSearchParams(location.search);
  for (const field of form.elements) {
    const value = query.get(field.name);
    if (value === null || !field.name) continue;
    if (field.type === "checkbox") field.checked = value === field.value;
    else if (field.dataset.facet) field.dataset.wanted = value;
    else field.value = value;
    if (field.closest(".more-filters")) field.closest(".more-filters").open = true;
  }
  return query;
}

function search() {
  remember();
  attempt(load(true));
}

let typing = 0;
form.addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(search, event.target.type === "search" ? 200 : 0);
});
form.addEventListener("submit", (event) => event.preventDefault());
page.querySelector("#clear").addEventListener("click", () => {
  form.reset();
  search();
});
page.querySelector("#fresh").addEventListener("click", () => {
  scrollTo({ top: 0 });
  attempt(load(true));
});
more.querySelector("button").addEventListener("click", () => attempt(load(false)));
grid.addEventListener("click", (event) => {
  const button = event.target.closest("[data-picture]");
  if (button) attempt(choose(Number(button.dataset.picture)));
});

/* --- Keys --- */

const KEYS = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  ArrowUp: () => step(-columns()),
  ArrowDown: () => step(columns()),
  "/": () => form.elements.words.focus(),
  u: () => attempt(undo()),
  Escape: () => (comparing === null ? close() : stopComparing()),
};
const KEYS_OF_A_PICTURE = {
  b: () => attempt(bin(pictures.get(chosen))),
  Delete: () => attempt(bin(pictures.get(chosen))),
  c: beginComparing,
  t: () => page.querySelector("#details [name=tag]").focus(),
};
for (const stars of [0, 1, 2, 3, 4, 5]) KEYS_OF_A_PICTURE[stars] = () => attempt(rate(pictures.get(chosen), stars));

document.addEventListener("keydown", (event) => {
  const typed = event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (typed && !(event.key === "Escape" && typed.matches("input"))) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = KEYS[name] ?? (chosen === null ? undefined : KEYS_OF_A_PICTURE[name]);
  if (!action) return;
  event.preventDefault();
  if (typed) typed.blur();
  else action();
});

/* --- New pictures --- */

async function poll() {
  if (document.hidden) return;
  const progress = await call("GET", "/api/pictures/scan");
  say(progress);
  if (version >= 0 && progress.version !== version) {
    await loadFacets();
    // Nothing moves under the hands of somebody who is further down, or looks at a picture.
    if (scrollY < 200 && chosen === null) await load(true);
    else page.querySelector("#fresh").hidden = false;
  }
  version = progress.version;
}

async function begin() {
  const query = recall();
  await loadFacets();
  await load(true);
  await poll();
  setInterval(() => poll().catch(() => {}), POLLING);
  const picture = Number(query.get("picture"));
  if (picture && !pictures.has(picture)) pictures.set(picture, await call("GET", `/api/pictures/${picture}`));
  if (picture) await choose(picture, { focus: false });
  const [first, second] = (query.get("compare") ?? "").split(",").map(Number);
  if (first && second) await compare(first, second);
}

attempt(begin());
