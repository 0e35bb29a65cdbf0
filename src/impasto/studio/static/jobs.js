// The Jobs page: the queue as it is now.

import { cardList } from "./cards.js";
import { active, call, command, doing, duration, element, follow, say } from "./dom.js";
import { term, text } from "./texts.js";

const refusal = document.querySelector("#refusal");

const LANES = { training: text("Training"), painting: text("Painting") };

/** When a job ended, began or was queued, and how long it took. */
function when(job) {
  const clock = (seconds) => new Date(seconds * 1000).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
  if (job.ended && job.started) return `${clock(job.ended)} · ${text("took {time}", { time: duration(job.ended - job.started) })}`;
  return clock(job.ended ?? job.started ?? job.created);
}

class Row {
  constructor() {
    this.title = element("h2");
    this.state = element("span", { class: "state", role: "status" });
    this.lane = element("span", { class: "soft" });
    this.bar = element("progress", { max: 1, "aria-label": text("Progress") });
    this.words = element("span", { class: "soft" });
    this.problem = element("p", { class: "problem", hidden: true });
    this.buttons = element("div", { class: "buttons" });
    this.same = element("div");
    this.log = element("pre", { tabindex: 0, "aria-label": text("Log") });
    this.details = element("details", { ontoggle: () => this.follow() }, element("summary", {}, text("Log")), this.log);
    this.root = element("article", { class: "result panel" },
      element("header", {}, this.title, this.state, this.lane),
      element("div", { class: "going" }, this.bar, this.words),
      this.problem, this.buttons, this.same, this.details);
  }

  update(job, jobs) {
    const waiting = jobs.filter((each) => each.state === "queued" && each.lane === job.lane).map((each) => each.id);
    const key = JSON.stringify([job, waiting]);
    if (key === this.key) return;
    this.key = key;
    this.job = job;
    this.title.textContent = job.title;
    this.state.textContent = term(job.state);
    this.state.dataset.state = job.state;
    this.lane.textContent = `${LANES[job.lane] ?? job.lane} · ${when(job)}`;
    this.bar.parentElement.hidden = !active(job);
    if (job.progress.share === null) this.bar.removeAttribute("value");
    else this.bar.value = job.progress.share;
    this.words.textContent = doing(job);
    say(this.problem, term(job.message));
    if (!this.same.children.length) this.same.append(command(job.command));
    this.arrange(job, waiting);
    if (this.details.open && !this.source) this.follow();
  }

  arrange(job, waiting) {
    const index = waiting.indexOf(job.id);
    const address = `/api/jobs/${job.id}`;
    const offers = {
      [text("Stop")]: ["queued", "running"].includes(job.state) && (() => call("POST", `${address}/stop`)),
      [text("Stop at once")]: job.state === "stopping" && (() => call("POST", `${address}/stop`, { firmly: true })),
      [text("Move up")]: index > 0 && (() => call("POST", `${address}/move`, { before: waiting[index - 1] })),
      [text("Move down")]: index >= 0 && index < waiting.length - 1
        && (() => call("POST", `${address}/move`, { before: waiting[index + 2] ?? null })),
      [text("Resume")]: job.resumable && (() => call("POST", `${address}/resume`)),
      [text("Remove")]: !active(job) && (() => call("DELETE", address)),
    };
    const focused = document.activeElement?.textContent;
    const inside = this.buttons.contains(document.activeElement);
    const buttons = Object.entries(offers).filter(([, act]) => act).map(([words, act]) =>
      element("button", { type: "button", onclick: () => act().then(() => say(refusal, ""), (error) => say(refusal, error.message)) }, words));
    this.buttons.replaceChildren(...buttons);
    if (inside) (buttons.find((button) => button.textContent === focused) ?? buttons[0])?.focus();
  }

  close() {
    this.source?.close();
  }

  /** Show the log while it is unfolded; an interrupted stream goes on where it was, by its Last-Event-ID. */
  follow() {
    this.close();
    this.source = null;
    if (!this.details.open) return;
    this.log.textContent = "";
    const source = (this.source = new EventSource(`/api/jobs/${this.job.id}/events`));
    source.addEventListener("log", (message) => this.write(JSON.parse(message.data)));
    source.addEventListener("event", (message) => {
      const event = JSON.parse(message.data);
      const count = event.total ? text("{done} of {total}", event) : "";
      this.write([event.kind, event.message, count].filter(Boolean).join(" · "));
    });
    source.addEventListener("state", (message) => {
      if (!active(JSON.parse(message.data))) source.close();
    });
  }

  write(line) {
    const low = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 30;
    this.log.append(`${line}\n`);
    if (low) this.log.scrollTop = this.log.scrollHeight;
  }
}

const show = cardList(document.querySelector("#jobs"), () => new Row());
follow((jobs) => {
  document.querySelector("#empty").hidden = jobs.length > 0;
  show(jobs);
}, (sentence) => say(refusal, sentence));
