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
  const { count, seed, category, size, settings = {}, prompt } = request;
  const chosen = Object.entries(settings).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  const parts = [`${count.toLocaleString()} ${count === 1 ? "picture" : "pictures"}`, `seed ${seed}`];
  if (prompt && category) parts.push(category);
  if (size) parts.push(`${size[1]} × ${size[0]} px`);
  return [...parts, ...chosen].join(" · ");
}

class Card {
  constructor(actions) {
    this.title = element("h2");
    this.state = element("span", { class: "state", role: "status" });
    this.about = element("p", { class: "soft about" });
    this.bar = element("progress", { max: 1, "aria-label": "Progress" });
    this.words = element("span", { class: "soft" });
    this.problem = element("p", { class: "problem", hidden: true });
    this.grid = element("div", { class: "grid" });
    this.stop = this.button("Stop", () => call("POST", `/api/jobs/${this.job.id}/stop`, { firmly: this.job.state === "stopping" }));
    this.resume = this.button("Resume", () => call("POST", `/api/jobs/${this.job.id}/resume`));
    this.again = this.button("Again, with a new seed", () => actions.again(this.job.request));
    this.use = this.button("Use these settings", () => actions.use(this.job.request));
    this.same = element("div");
    this.actions = actions;
    this.root = element("article", { class: "result panel" },
      element("header", {}, this.title, this.state),
      this.about,
      element("div", { class: "going" }, this.bar, this.words),
      this.problem,
      this.grid,
      element("div", { class: "buttons" }, this.stop, this.resume, this.again, this.use),
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
    if (first) {
      this.about.textContent = about(job.request);
      this.same.replaceChildren(command(job.command));
    }
    this.paint(job);
  }

  paint(job) {
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
