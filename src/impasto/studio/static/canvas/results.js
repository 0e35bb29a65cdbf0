// Edits of this drawing: a card for each job, the newest first, each result beside its original.

import { Card, cardList, chosenSettings } from "../cards.js";
import { doing, element, follow } from "../dom.js";
import { text } from "../texts.js";
import { comparison } from "./compare.js";

const MOST = 12;

/** Show the edits of a drawing; `refuse(sentence)` is called when the studio does not answer. */
export function showResults(place, drawing, actions, refuse) {
  const show = cardList(place, () => new Edited(drawing, actions));
  follow((jobs) => {
    show(jobs.filter((job) => job.request.drawing === drawing.id).sort((a, b) => b.created - a.created).slice(0, MOST));
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

function about({ painter, seed, prompt, category, size, settings }) {
  const side = size ? text("longest side {size} px", { size }) : "";
  return [painter, text("seed {seed}", { seed: String(seed) }), prompt, category, side, ...chosenSettings(settings)].filter(Boolean).join(" · ");
}

class Edited extends Card {
  constructor(drawing, actions) {
    super(actions);
    this.drawing = drawing;
    this.on = this.button(text("Go on with this result"), () => actions.goOn(this.job));
    this.on.classList.add("primary");
    this.buttons.prepend(this.on);
    this.download = element("a", { class: "button", download: `${drawing.title.replace(/\W+/g, "-")}-edited.png` }, text("Download"));
    this.buttons.append(this.download);
  }

  requested(job) {
    return job.request.edit;
  }

  begin(job) {
    this.about.textContent = about(job.request.edit);
  }

  fill(job) {
    this.title.textContent = job.request.edit.edit;
    this.words.textContent = [job.state === "running" ? job.progress.message : "", doing(job)].filter(Boolean).join(" · ");
    const [result] = job.pictures;
    this.on.hidden = this.download.hidden = !result;
    if (result && !this.body.children.length) {
      this.download.href = result;
      this.body.append(comparison(this.drawing, result, framed(this.drawing, job.request.edit.settings)));
    }
  }
}
