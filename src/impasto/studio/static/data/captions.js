// Captions of a store: changes are kept in this browser until they are saved as a new store.

import { Card, cardList } from "../cards.js";
import { active, call, element, follow, say } from "../dom.js";
import { counted, text } from "../texts.js";

const part = (name) => document.querySelector(`#caption-${name}`);
const { store, hash } = document.querySelector("#captions").dataset;
const address = `/api/stores/${encodeURIComponent(store)}/captions`;
const filters = part("filters");
const KEPT = `impasto captions ${hash}`;
const PAUSE = 250; // milliseconds after a key, before what was typed is sought

const changes = new Map(Object.entries(JSON.parse(localStorage.getItem(KEPT) ?? "{}"))); // file → captions
const watched = new Set(); // jobs that this page has begun
let after = 0;
let turn = 0; // number of the last search; answers to earlier ones are dropped

const lines = (field) => field.value.split("\n").map((line) => line.trim()).filter(Boolean);
const same = (some, others) => JSON.stringify(some) === JSON.stringify(others);

/** Keep a change, or drop what is as it was before. */
function change(picture, captions) {
  if (same(captions, picture.captions)) changes.delete(picture.file);
  else changes.set(picture.file, captions);
  localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(changes)));
  offer();
}

function offer() {
  part("save").hidden = changes.size === 0;
  part("changed").textContent = counted(changes.size, "1 picture changed", "{count} pictures changed");
}

function row(picture) {
  const name = text("Captions of {name}", { name: picture.file });
  const field = element("textarea", { "aria-label": name, maxlength: 10000, rows: 2 });
  field.value = (changes.get(picture.file) ?? picture.captions).join("\n");
  const item = element("li", {},
    element("img", { src: `/api/stores/${encodeURIComponent(store)}/pictures/${picture.row}`, alt: "", width: 96, loading: "lazy" }),
    element("div", {}, field, element("small", { class: "soft" }, picture.file)));
  const mark = () => item.classList.toggle("changed", changes.has(picture.file));
  field.addEventListener("input", () => {
    change(picture, lines(field));
    mark();
  });
  mark();
  return item;
}

async function load(fresh) {
  const mine = ++turn;
  if (fresh) after = 0;
  const query = new URLSearchParams({ words: filters.elements.words.value, missing: filters.elements.missing.checked, after });
  try {
    const page = await call("GET", `${address}?${query}`);
    if (mine !== turn) return;
    if (fresh) part("list").replaceChildren();
    part("list").append(...page.pictures.map(row));
    part("count").textContent = counted(page.total, "1 picture", "{count} pictures");
    part("more").hidden = page.after === null;
    after = page.after;
    say(part("problem"), "");
  } catch (error) {
    if (mine === turn) say(part("problem"), error.message);
  }
}

let typing = 0;
filters.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => load(true), PAUSE);
});
filters.addEventListener("submit", (event) => event.preventDefault());
part("more").addEventListener("click", () => load(false));
part("discard").addEventListener("click", () => {
  changes.clear();
  localStorage.removeItem(KEPT);
  offer();
  load(true);
});
part("save").addEventListener("submit", async (event) => {
  event.preventDefault();
  say(part("problem"), "");
  const button = part("save").querySelector(".primary");
  button.disabled = true;
  try {
    const { job } = await call("POST", address, { name: part("name").value.trim(), captions: Object.fromEntries(changes) });
    watched.add(job.id);
  } catch (error) {
    say(part("problem"), error.message);
  } finally {
    button.disabled = false;
  }
});

const show = cardList(document.querySelector("#waiting"), () => new Card());
follow((jobs) => {
  const mine = jobs.filter((job) => watched.has(job.id) || (job.request.captions?.of === store && active(job)));
  for (const job of mine) {
    if (active(job)) watched.add(job.id);
    else if (job.state === "done" && watched.delete(job.id)) {
      localStorage.removeItem(KEPT);
      location.href = `/data/${encodeURIComponent(job.request.captions.name)}`;
    }
  }
  show(mine.filter((job) => job.state !== "done"));
}, (sentence) => say(part("problem"), sentence));

part("name").value = `${store.slice(0, 88)}-captioned`;
offer();
load(true);
