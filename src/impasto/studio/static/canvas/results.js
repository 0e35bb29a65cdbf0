// Edits of this drawing: a card for each job, the newest first, each result beside its original.

import { active, call, command, doing, element, follow, say } from "../dom.js";
import { comparison } from "./compare.js";

const MOST = 12;
const cards = new Map();

/** Show the edits of a drawing; `refuse(sentence)` is called when the studio does not answer. */
export function showResults(place, drawing, actions, refuse) {
  follow((jobs) => {
    const edits = jobs.filter((job) => job.request.drawing === drawing.id).sort((a, b) => b.created - a.created).slice(0, MOST);
    const names = new Set(edits.map((job) => job.id));
    for (const [name, card] of cards) {
      if (!names.has(name)) {
        card.root.remove();
        cards.delete(name);
      }
    }
    edits.forEach((job, index) => {
      if (!cards.has(job.id)) cards.set(job.id, new Card(drawing, actions));
      const card = cards.get(job.id);
      card.update(job);
      if (place.children[index] !== card.root) place.insertBefore(card.root, place.children[index] ?? null);
    });
  }, refuse);
}

/** Where the original lies in a result that was extended, for requests that say so. */
function framed(drawing, settings = {}) {
  const sides = ["left", "right", "top", "bottom", "width", "height"];
  if (!sides.some((side) => settings[side])) return null;
  return (width, height) => ({
    left: settings.width ? Math.floor((width - drawing.width) / 2) : settings.left ?? 0,
    top: settings.height ? Math.floor((height - drawing.height) / 2) : settings.top ?? 0,
  });
}

function about({ painter, seed, prompt, category, size, settings = {} }) {
  const chosen = Object.entries(settings).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  return [painter, `seed ${seed}`, prompt, category, size ? `longest side ${size} px` : "", ...chosen].filter(Boolean).join(" · ");
}

class Card {
  constructor(drawing, actions) {
    this.drawing = drawing;
    this.title = element("h2");
    this.state = element("span", { class: "state", role: "status" });
    this.about = element("p", { class: "soft about" });
    this.bar = element("progress", { max: 1, "aria-label": "Progress" });
    this.words = element("span", { class: "soft" });
    this.problem = element("p", { class: "problem", hidden: true });
    this.picture = element("div");
    this.stop = this.button("Stop", () => call("POST", `/api/jobs/${this.job.id}/stop`, { firmly: this.job.state === "stopping" }));
    this.resume = this.button("Resume", () => call("POST", `/api/jobs/${this.job.id}/resume`));
    this.on = this.button("Go on with this result", () => actions.goOn(this.job));
    this.on.classList.add("primary");
    this.again = this.button("Again, with a new seed", () => actions.again(this.job.request.edit));
    this.use = this.button("Use these settings", () => actions.use(this.job.request.edit));
    this.download = element("a", { class: "button", download: `${drawing.title.replace(/\W+/g, "-")}-edited.png` }, "Download");
    this.same = element("div");
    this.root = element("article", { class: "result panel" },
      element("header", {}, this.title, this.state), this.about,
      element("div", { class: "going" }, this.bar, this.words), this.problem, this.picture,
      element("div", { class: "buttons" }, this.stop, this.resume, this.on, this.again, this.use, this.download), this.same);
  }

  button(text, act) {
    return element("button", {
      type: "button",
      onclick: () => act().catch((error) => say(this.problem, error.message)),
    }, text);
  }

  update(job) {
    if (this.job && JSON.stringify(job) === JSON.stringify(this.job)) return;
    if (!this.job) {
      this.title.textContent = job.request.edit.edit;
      this.about.textContent = about(job.request.edit);
      this.same.replaceChildren(command(job.command));
    }
    this.job = job;
    this.state.textContent = job.state;
    this.state.dataset.state = job.state;
    this.state.hidden = job.state === "done";
    this.bar.parentElement.hidden = !active(job);
    if (job.progress.share === null) this.bar.removeAttribute("value");
    else this.bar.value = job.progress.share;
    this.words.textContent = [job.state === "running" ? job.progress.message : "", doing(job)].filter(Boolean).join(" · ");
    say(this.problem, job.message);
    this.stop.hidden = !active(job);
    this.stop.textContent = job.state === "stopping" ? "Stop at once" : "Stop";
    this.resume.hidden = !job.resumable;
    this.again.hidden = this.use.hidden = active(job);
    const [result] = job.pictures;
    this.on.hidden = this.download.hidden = !result;
    if (result && !this.picture.children.length) {
      this.download.href = result;
      this.picture.append(comparison(this.drawing, result, framed(this.drawing, job.request.edit.settings)));
    }
  }
}
