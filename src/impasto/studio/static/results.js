// The results of the Paint page: a card for each job, kept up to date.

import { active, call, command, doing, element, say } from "./dom.js";
import { view } from "./viewer.js";

const MOST = 20;
const PLACES = 24;
const cards = new Map();

/** Show the newest paintings, each in its card. */
export function show(place, jobs, actions) {
  const paintings = jobs.filter((job) => job.request.painter).sort((a, b) => b.created - a.created).slice(0, MOST);
  const names = new Set(paintings.map((job) => job.id));
  for (const [name, card] of cards) {
    if (!names.has(name)) {
      card.root.remove();
      cards.delete(name);
    }
  }
  paintings.forEach((job, index) => {
    if (!cards.has(job.id)) cards.set(job.id, new Card(actions));
    const card = cards.get(job.id);
    card.update(job);
    if (place.children[index] !== card.root) place.insertBefore(card.root, place.children[index] ?? null);
  });
  return paintings.length;
}

/** What was requested beside the painter, in a line. */
function about(request) {
  const { seed, variation_seed: second, variation_strength: strength, category, size, settings = {}, prompt } = request;
  const count = many(request);
  const chosen = Object.entries(settings).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  const parts = [`${count.toLocaleString()} ${count === 1 ? "picture" : "pictures"}`];
  if (!request.over?.seed) parts.push(`seed ${seed}`);
  if (second !== undefined) parts.push(`towards seed ${second}${strength === undefined ? "" : ` by ${strength}`}`);
  if (prompt && category) parts.push(category);
  if (size) parts.push(`${size[1]} × ${size[0]} px`);
  return [...parts, ...chosen].join(" · ");
}

/** How many pictures a request is for. */
function many({ count, over }) {
  return over ? Object.values(over).reduce((product, values) => product * values.length, 1) : count;
}

/** What a small picture of the work so far shows is asked for once a second, of what is painted while the page is in sight. */
setInterval(() => {
  if (!document.hidden) for (const card of cards.values()) card.look();
}, 1000);

class Card {
  constructor(actions) {
    this.title = element("h2");
    this.state = element("span", { class: "state", role: "status" });
    this.about = element("p", { class: "soft about" });
    this.bar = element("progress", { max: 1, "aria-label": "Progress" });
    this.words = element("span", { class: "soft" });
    this.problem = element("p", { class: "problem", hidden: true });
    this.grid = element("div", { class: "grid" });
    this.preview = element("div", { class: "preview" });
    this.show = element("a", { class: "button", hidden: true }, "Show");
    this.sheet = element("a", { class: "button", hidden: true, target: "_blank" }, "The labelled sheet");
    this.stop = this.button("Stop", () => call("POST", `/api/jobs/${this.job.id}/stop`, { firmly: this.job.state === "stopping" }));
    this.resume = this.button("Resume", () => call("POST", `/api/jobs/${this.job.id}/resume`));
    this.again = this.button("Again, with a new seed", () => actions.again(this.job.request));
    this.use = this.button("Use these settings", () => actions.use(this.job.request));
    this.same = element("div");
    this.actions = actions;
    this.root = element("article", { class: "result panel" },
      element("header", {}, this.title, this.state),
      this.about,
      element("div", { class: "going" }, this.bar, this.words, this.preview),
      this.problem,
      this.grid,
      element("div", { class: "buttons" }, this.stop, this.resume, this.again, this.use, this.show, this.sheet),
      this.same);
  }

  button(text, act) {
    return element("button", {
      type: "button",
      onclick: () => act().catch((error) => say(this.problem, error.message)),
    }, text);
  }

  update(job) {
    if (this.job && JSON.stringify(job) === JSON.stringify(this.job)) return;
    const first = !this.job;
    this.job = job;
    this.title.textContent = job.title;
    this.state.textContent = job.state;
    this.state.dataset.state = job.state;
    this.state.hidden = job.state === "done";
    this.bar.parentElement.hidden = !active(job);
    if (job.progress.share === null) this.bar.removeAttribute("value");
    else this.bar.value = job.progress.share;
    this.words.textContent = doing(job);
    say(this.problem, job.state === "stopped" && job.pictures.length ? "" : job.message);
    this.stop.hidden = !active(job);
    this.stop.textContent = job.state === "stopping" ? "Stop at once" : job.state === "queued" ? "Do not paint" : "Stop";
    this.resume.hidden = !job.resumable;
    this.again.hidden = this.use.hidden = active(job);
    if (job.state !== "running") this.preview.replaceChildren();
    this.show.hidden = job.pictures.length < 2;
    this.sheet.hidden = !(job.request.over && job.state === "done");
    if (first) {
      this.show.href = `/show?${new URLSearchParams({ job: job.id, seconds: job.request.over?.variation_strength ? 0.125 : 3 })}`;
      this.sheet.href = `/pictures/${job.id}/contact-sheet.png`;
      if (job.request.over) this.grid.replaceWith((this.grid = this.table(job.request.over)));
      this.about.textContent = about(job.request);
      this.same.replaceChildren(command(job.command));
    }
    this.paint(job);
  }

  /** Fetch what is painted by now; where nothing new is there, the last one stays. */
  look() {
    if (this.job?.state !== "running") return;
    const image = element("img", { alt: "What is painted so far" });
    image.addEventListener("load", () => {
      if (this.job.state === "running") this.preview.replaceChildren(image);
    });
    image.src = `/api/jobs/${this.job.id}/preview?at=${Date.now()}`;
  }

  /** The tables of a grid, with a place for each picture. */
  table(over) {
    const [[across, columns], [down, rows] = ["", [null]], [beyond, sheets] = ["", [null]]] = Object.entries(over);
    const heading = (name, value) => (name === "prompt" ? value : `${name.replaceAll("_", " ")} ${typeof value === "string" ? value : JSON.stringify(value)}`);
    this.places = [];
    const row = (label) => element("tr", {},
      down ? element("th", { scope: "row" }, heading(down, label)) : null,
      ...columns.map(() => {
        this.places.push(element("td", {}, element("div", { class: "place" })));
        return this.places.at(-1);
      }));
    const head = element("tr", {}, down ? element("td") : null,
      ...columns.map((value) => element("th", { scope: "col" }, heading(across, value))));
    const tables = sheets.map((value) => element("table", {},
      beyond ? element("caption", {}, heading(beyond, value)) : null,
      element("thead", {}, head.cloneNode(true)),
      element("tbody", {}, ...rows.map(row))));
    return element("div", { class: "axes-grid" }, ...tables);
  }

  /** Put the pictures that are there into their places. */
  fill(job) {
    for (const [number, address] of job.pictures.entries()) {
      const place = this.places[Number(address.match(/(\d+)\.png$/)[1])];
      if (!place || place.querySelector("button")) continue;
      const open = () => view(this.job.pictures, number, this.actions.use);
      place.replaceChildren(element("button", { type: "button", class: "tile", onclick: open, "aria-label": `Picture ${number + 1}` },
        element("img", { src: address, alt: "", loading: "lazy" })));
    }
  }

  paint(job) {
    if (job.request.over) return this.fill(job);
    const there = this.grid.querySelectorAll("button").length;
    for (const [index, address] of job.pictures.slice(there).entries()) {
      const number = there + index;
      const open = () => view(this.job.pictures, number, this.actions.use);
      this.grid.querySelector(".place")?.remove();
      const tile = element("button", { type: "button", class: "tile", onclick: open, "aria-label": `Picture ${number + 1}` },
        element("img", { src: address, alt: "", loading: "lazy" }));
      this.grid.insertBefore(tile, this.grid.querySelector(".place"));
    }
    const places = active(job) ? Math.min(PLACES, job.request.count) - job.pictures.length : 0;
    const now = this.grid.querySelectorAll(".place");
    for (let number = now.length; number < places; number += 1) this.grid.append(element("div", { class: "place" }));
    for (let number = Math.max(0, places); number < now.length; number += 1) now[number].remove();
  }
}
