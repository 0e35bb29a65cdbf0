// Cards of jobs: what a job is, how far it is, and what can be done with it. Each page adds what it shows of the results.

import { active, call, command, doing, element, say } from "./dom.js";
import { isFile, shortName } from "./files.js";
import { Preview } from "./preview.js";
import { term, text } from "./texts.js";

/**
 * A function that keeps the cards of the jobs it is given up to date in a place, in the order of the list.
 * `fresh` makes a card: an object with an element `root`, and `update(job, jobs)`; `close()` is called where there is one.
 */
export function cardList(place, fresh) {
  const cards = new Map();
  return (jobs) => {
    const names = new Set(jobs.map((job) => job.id));
    for (const [name, card] of cards) {
      if (names.has(name)) continue;
      card.close?.();
      card.root.remove();
      cards.delete(name);
    }
    jobs.forEach((job, index) => {
      if (!cards.has(job.id)) cards.set(job.id, fresh());
      const card = cards.get(job.id);
      card.update(job, jobs);
      if (place.children[index] !== card.root) place.insertBefore(card.root, place.children[index] ?? null);
    });
    return [...cards.values()];
  };
}

export class Card {
  /** `actions`, where there are some, are called with what was requested: `again(request)` and `use(request)`. */
  constructor(actions = null) {
    this.title = element("h2");
    this.state = element("span", { class: "state", role: "status" });
    this.about = element("p", { class: "soft about" });
    this.bar = element("progress", { max: 1, "aria-label": text("Progress") });
    this.words = element("span", { class: "soft" });
    this.preview = new Preview();
    this.going = element("div", { class: "going" }, this.bar, this.words, this.preview.root);
    this.problem = element("p", { class: "problem", hidden: true });
    this.body = element("div");
    this.buttons = element("div", { class: "buttons" });
    this.same = element("div");
    this.root = element("article", { class: "result panel" },
      element("header", {}, this.title, this.state), this.about, this.going, this.problem, this.body, this.buttons, this.same);
    this.stop = this.button(text("Stop"), () => this.post("stop", { firmly: this.job.state === "stopping" }));
    this.resume = this.button(text("Resume"), () => this.post("resume"));
    this.repeats = actions === null ? [] : [
      this.button(text("Again, with a new seed"), () => actions.again(this.requested(this.job))),
      this.button(text("Use these settings"), () => actions.use(this.requested(this.job))),
    ];
  }

  button(words, act) {
    const button = element("button", {
      type: "button",
      onclick: () => act().catch((error) => say(this.problem, error.message)),
    }, words);
    this.buttons.append(button);
    return button;
  }

  post(what, body) {
    return call("POST", `/api/jobs/${this.job.id}/${what}`, body);
  }

  update(job) {
    if (this.job && JSON.stringify(job) === JSON.stringify(this.job)) return;
    const isFirst = !this.job;
    this.job = job;
    this.title.textContent = job.title;
    this.state.textContent = term(job.state);
    this.state.dataset.state = job.state;
    this.state.hidden = job.state === "done";
    this.going.hidden = !active(job);
    if (job.progress.share === null) this.bar.removeAttribute("value");
    else this.bar.value = job.progress.share;
    this.words.textContent = doing(job);
    this.preview.update(job);
    say(this.problem, job.state === "stopped" && job.pictures.length ? "" : term(job.message));
    this.stop.hidden = !active(job);
    this.stop.textContent = { queued: text("Do not begin"), stopping: text("Stop at once") }[job.state] ?? text("Stop");
    this.resume.hidden = !job.resumable;
    for (const button of this.repeats) button.hidden = active(job);
    if (isFirst) {
      this.same.replaceChildren(command(job.command));
      this.begin(job);
    }
    this.fill(job);
  }

  /** What was requested, to request it again. */
  requested(job) {
    return job.request;
  }

  /** Show what never changes. */
  begin() {}

  /** Show the results that are there. */
  fill() {}
}

/** Settings that were chosen, in a line. */
export function chosenSettings(settings = {}) {
  const shown = (value) => (isFile(value) ? shortName(value) : typeof value === "string" ? term(value) : value);
  return Object.entries(settings).map(([name, value]) => `${term(name.replaceAll("_", " "))} ${[value].flat().map(shown).join(", ")}`);
}
