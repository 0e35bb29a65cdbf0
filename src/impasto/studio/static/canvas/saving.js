// Each stroke is kept in the studio as soon as it is drawn, one after the other.

import { call } from "../dom.js";
import { text } from "../texts.js";

const AGAIN = 3000; // Milliseconds until a stroke that could not be kept is sent again.

export class Keeper {
  /** Take the id of the drawing, and what is called with 'saved', 'saving' or a sentence about trouble. */
  constructor(drawing, report) {
    this.address = `/api/canvas/drawings/${drawing}`;
    this.report = report;
    this.waiting = [];
    this.sending = null;
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length) event.preventDefault();
    });
  }

  stroke(number, stroke) {
    this.add("POST", "strokes", { number, stroke });
  }

  shown(strokes) {
    this.add("PUT", "shown", { strokes });
  }

  add(method, what, body) {
    this.waiting.push([method, `${this.address}/${what}`, body]);
    this.sending ??= this.send();
  }

  /** Wait until all is kept. */
  async kept() {
    while (this.sending) await this.sending;
    if (this.waiting.length) throw new Error(text("Your last strokes are not kept yet; they are sent again by themselves."));
  }

  async send() {
    while (this.waiting.length) {
      this.report("saving");
      try {
        await call(...this.waiting[0]);
        this.waiting.shift();
      } catch (error) {
        this.report(error.message);
        this.sending = null;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => (this.sending ??= this.send()), AGAIN);
        return;
      }
    }
    this.sending = null;
    this.report("saved");
  }
}
