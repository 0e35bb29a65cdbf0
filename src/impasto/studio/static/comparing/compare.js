// The Compare page: the choice is a plain form; measurements are jobs, after which the page is read again.

import { Card, cardList } from "../cards.js";
import { active, call, follow, say } from "../dom.js";

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

/** A measurement says what it computes. */
class Measurement extends Card {
  fill(job) {
    if (job.progress.message) this.words.textContent = job.progress.message;
  }
}

const show = cardList(waiting, () => new Measurement());
follow((jobs) => {
  const mine = jobs.filter((job) => job.request.measure && chosen.includes(job.request.measure.run));
  for (const job of mine) {
    if (active(job)) watched.add(job.id);
    else if (job.state === "done" && watched.delete(job.id)) return location.reload();
  }
  show(mine.filter((job) => watched.has(job.id)));
}, (sentence) => say(refusal, sentence));
