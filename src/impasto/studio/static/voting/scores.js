/* The scores of a vote as tables. */

import { element } from "../dom.js";
import { about, number, term, text } from "../texts.js";

/** Show scores, as the studio gives them, inside of an element. */
export function showScores(place, scores) {
  const enough = scores.pairs.length > 0;
  place.querySelector("#none").hidden = enough;
  place.querySelector("#results").hidden = !enough;
  place.querySelector("#method").textContent = term(scores.method);
  if (!enough) return;
  place.querySelector(".standings tbody").replaceChildren(...scores.standings.map(standing));
  place.querySelector(".pairs tbody").replaceChildren(...scores.pairs.map(pair));
}

function standing({ contestant, preferred, preferred_interval: interval, score, votes }) {
  const bar = element("span", { class: "interval" });
  const [low, high] = interval;
  for (const [name, value] of Object.entries({ low, high, value: preferred })) bar.style.setProperty(`--${name}`, `${100 * value}%`);
  return element("tr", {},
    element("td", {}, contestant),
    element("td", { class: "number" }, between(preferred, interval)),
    element("td", {}, bar),
    element("td", { class: "number" }, signed(score)),
    element("td", { class: "number" }, number(votes)));
}

function pair({ better, worse, preferred, interval, settled, more_votes: missing }) {
  const verdict = settled ? text("Yes")
    : missing === null ? text("No; as good as equal") : text("No; about {count} more votes", { count: about(missing) });
  return element("tr", {},
    element("td", {}, better),
    element("td", {}, worse),
    element("td", { class: "number" }, between(preferred, interval)),
    element("td", {}, verdict));
}

function between(value, [low, high]) {
  const percent = (share) => Math.round(100 * share);
  return text("{value} % ({low}–{high})", { value: percent(value), low: percent(low), high: percent(high) });
}

/** A score with its sign; what rounds to nothing has none. */
function signed(score) {
  const rounded = score.toFixed(2);
  return Number(rounded) === 0 ? "0.00" : rounded;
}
