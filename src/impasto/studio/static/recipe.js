// A recipe as people read it: what matters in sight, all settings in a fold.

import { element } from "./dom.js";
import { term, text } from "./texts.js";

/** A painter's name without the place it comes from. */
export const titleOf = (painter) => painter.replace(/^(shipped|runs)\//, "");

const given = ([, value]) => value !== null && value !== undefined && value !== "";

/** A list of names and values; what has no value is left out. */
export function facts(values) {
  const rows = Object.entries(values).filter(given);
  return element("dl", { class: "facts" }, ...rows.flatMap(([name, value]) => [
    element("dt", {}, name),
    element("dd", {}, typeof value === "string" ? value : JSON.stringify(value)),
  ]));
}

/** The settings of a recipe in a fold. */
export function settingsFold(settings) {
  const named = Object.fromEntries(Object.entries(settings).filter(given).map(([name, value]) => [term(name.replaceAll("_", " ")), value]));
  const count = Object.keys(named).length;
  return count ? element("details", {}, element("summary", {}, text("Its settings ({count})", { count })), facts(named)) : "";
}
