// The page of a comparison: its job, and the results, read again when others are there than the page shows.

import { Card, cardList } from "../cards.js";
import { active, call, follow, say } from "../dom.js";

const refusal = document.querySelector("#refusal");
const waiting = document.querySelector("#waiting");
const { comparison } = waiting.dataset;
const results = ({ states, figures }) => JSON.stringify([Object.entries(states).sort(), figures]);
const shown = results(JSON.parse(waiting.dataset.shown));
let last = null;

/** A comparison says what it trains or measures. */
class Comparing extends Card {
  fill(job) {
    // Some messages repeat the count.
    if (job.progress.message && !/^\d/.test(job.progress.message)) this.words.textContent = [this.words.textContent, job.progress.message].filter(Boolean).join(" · ");
  }
}

const show = cardList(waiting, () => new Comparing());
follow(async (jobs) => {
  const [job] = jobs.filter(({ request }) => request.comparison?.name === comparison);
  if (!job) return show([]);
  show([job]);
  if (job.progress.done !== last || !active(job)) {
    last = job.progress.done;
    if (results(await call("GET", `/api/comparisons/${encodeURIComponent(comparison)}`)) !== shown) location.reload();
  }
  return undefined;
}, (sentence) => say(refusal, sentence));
