// The page of a comparison: its job, and the results, read again when one more training is done.

import { Card, cardList } from "../cards.js";
import { active, call, follow, say } from "../dom.js";

const refusal = document.querySelector("#refusal");
const waiting = document.querySelector("#waiting");
const { comparison, done } = waiting.dataset;
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
    const { states, tables } = await call("GET", `/api/comparisons/${encodeURIComponent(comparison)}`);
    const isNew = (states.done ?? 0) !== Number(done) && tables.length > 0;
    if (isNew) location.reload();
  }
  return undefined;
}, (sentence) => say(refusal, sentence));
