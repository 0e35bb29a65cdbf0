// The results of the Paint page: a card for each job, kept up to date.

import { Card, cardList, chosenSettings } from "./cards.js";
import { active, element } from "./dom.js";
import { counted, term, text } from "./texts.js";
import { fileShown, isFile } from "./files.js";
import { view } from "./viewer.js";

const MOST = 20;
const PLACES = 24;

/** A function that shows the newest paintings, each in its card, and returns how many there are. */
export function paintings(place, actions) {
  const show = cardList(place, () => new Painting(actions));
  return (jobs) => {
    const cards = show(jobs.filter((job) => job.request.painter).sort((a, b) => b.created - a.created).slice(0, MOST));
    return cards.length;
  };
}

/** What was requested beside the painter, in a line. */
function about(request) {
  const { seed, variation_seed: second, variation_strength: strength, category, size, settings, prompt } = request;
  const parts = [counted(many(request), "1 picture", "{count} pictures")];
  if (!request.over?.seed) parts.push(text("seed {seed}", { seed: String(seed) }));
  if (second !== undefined) {
    parts.push(text("towards seed {seed}", { seed: String(second) }));
    if (strength !== undefined) parts.push(text("strength {strength}", { strength }));
  }
  if (prompt && category) parts.push(category);
  if (size) parts.push(`${size[1]} × ${size[0]} px`);
  return [...parts, ...chosenSettings(settings)].join(" · ");
}

/** How many pictures a request is for. */
function many({ count, over }) {
  return over ? Object.values(over).reduce((product, values) => product * values.length, 1) : count;
}

class Painting extends Card {
  constructor(actions) {
    super(actions);
    this.actions = actions;
    this.body.className = "grid";
    this.show = element("a", { class: "button", hidden: true }, text("Show"));
    this.sheet = element("a", { class: "button", hidden: true, target: "_blank" }, text("The labelled sheet"));
    this.buttons.append(this.show, this.sheet);
  }

  begin({ id, request }) {
    this.show.href = `/show?${new URLSearchParams({ job: id, seconds: request.over?.variation_strength ? 0.125 : 3 })}`;
    this.sheet.href = `/pictures/${id}/contact-sheet.png`;
    this.about.textContent = about(request);
    if (request.over) this.tables(request.over);
  }

  fill(job) {
    this.show.hidden = job.pictures.length < 2;
    this.sheet.hidden = !(job.request.over && job.state === "done");
    if (job.request.over) this.fillTables(job);
    else this.fillGrid(job);
  }

  /** The tables of a grid, with a place for each picture. */
  tables(over) {
    const [[across, columns], [down, rows] = ["", [null]], [beyond, sheets] = ["", [null]]] = Object.entries(over);
    const heading = (name, value) => {
      const files = [value].flat().filter(isFile);
      if (files.length) return element("span", { class: "axis-files" }, ...files.map(fileShown));
      return name === "prompt" ? value : `${term(name.replaceAll("_", " "))} ${typeof value === "string" ? term(value) : JSON.stringify(value)}`;
    };
    this.places = [];
    const row = (label) => element("tr", {},
      down ? element("th", { scope: "row" }, heading(down, label)) : null,
      ...columns.map(() => {
        this.places.push(element("td", {}, element("div", { class: "place" })));
        return this.places.at(-1);
      }));
    const head = element("tr", {}, down ? element("td") : null,
      ...columns.map((value) => element("th", { scope: "col" }, heading(across, value))));
    const tables = sheets.map((value) => element("table", {},
      beyond ? element("caption", {}, heading(beyond, value)) : null,
      element("thead", {}, head.cloneNode(true)),
      element("tbody", {}, ...rows.map(row))));
    this.body.className = "axes-grid";
    this.body.replaceChildren(...tables);
  }

  /** A picture of the job, which opens in large. */
  tile(number) {
    const open = () => view(this.job.pictures, number, this.actions.use);
    return element("button", { type: "button", class: "tile", onclick: open, "aria-label": text("Picture {number}", { number: number + 1 }) },
      element("img", { src: this.job.pictures[number], alt: "", loading: "lazy" }));
  }

  /** Put the pictures that are there into their places. */
  fillTables(job) {
    for (const [number, address] of job.pictures.entries()) {
      const place = this.places[Number(address.match(/(\d+)\.png$/)[1])];
      if (place && !place.querySelector("button")) place.replaceChildren(this.tile(number));
    }
  }

  fillGrid(job) {
    const there = this.body.querySelectorAll("button").length;
    for (let number = there; number < job.pictures.length; number += 1) {
      this.body.querySelector(".place")?.remove();
      this.body.insertBefore(this.tile(number), this.body.querySelector(".place"));
    }
    const places = active(job) ? Math.min(PLACES, job.request.count) - job.pictures.length : 0;
    const now = this.body.querySelectorAll(".place");
    for (let number = now.length; number < places; number += 1) this.body.append(element("div", { class: "place" }));
    for (let number = Math.max(0, places); number < now.length; number += 1) now[number].remove();
  }
}
