// A small picture of what a job has painted of its present pictures, asked for once a second while the page is in sight: a job paints the
// next one only when the last one was fetched.

import { element } from "./dom.js";
import { text } from "./texts.js";

const shown = new Set();

setInterval(() => {
  for (const preview of document.hidden ? [] : shown) preview.look();
}, 1000);

export class Preview {
  constructor() {
    this.root = element("div", { class: "preview" });
  }

  update(job) {
    this.job = job;
    if (job.state === "running" && job.lane === "painting") {
      shown.add(this);
      return;
    }
    shown.delete(this);
    this.root.replaceChildren();
  }

  /** Fetch what is painted by now. */
  look() {
    if (!this.root.isConnected) {
      shown.delete(this);
      return;
    }
    const image = element("img", { alt: text("What is painted so far") });
    image.addEventListener("load", () => {
      if (shown.has(this)) this.root.replaceChildren(image);
    });
    image.addEventListener("error", () => this.root.replaceChildren()); // There is nothing of the present pictures yet.
    image.src = `/api/jobs/${this.job.id}/preview?at=${Date.now()}`;
  }
}
