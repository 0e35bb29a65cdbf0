// The Compare page: the choice is a plain form; measurements are jobs, after which the page is read again.

import { active, call, command, doing, element, follow, say } from "../dom.js";

const refusal = document.querySelector("#refusal");
const waiting = document.querySelector("#waiting");
const chosen = new URLSearchParams(location.search).getAll("run");
const watched = new Set();

for (const button of document.querySelectorAll("[data-measure]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const count = Number(document.querySelector("#count").value);
      const { job } = await call("POST", `/api/runs/${encodeURIComponent(button.dataset.measure)}/measure`, { count });
      watched.add(job.id);
      say(refusal, "");
    } catch (error) {
      button.disabled = false;
      say(refusal, error.message);
    }
  });
}

function card(job) {
  return element("article", { class: "panel result" },
    element("header", {}, element("h2", {}, job.title), element("span", { class: "state", "data-state": job.state, role: "status" }, job.state)),
    active(job) ? element("p", { class: "soft" }, job.progress.message || doing(job)) : null,
    job.message ? element("p", { class: "problem" }, job.message) : null,
    command(job.command));
}

follow((jobs) => {
  const mine = jobs.filter((job) => job.request.measure && chosen.includes(job.request.measure.run));
  for (const job of mine) {
    if (active(job)) watched.add(job.id);
    else if (job.state === "done" && watched.delete(job.id)) return location.reload();
  }
  waiting.replaceChildren(...mine.filter((job) => watched.has(job.id)).map(card));
}, (sentence) => say(refusal, sentence));
