// Line charts as small SVG pictures. Colours and lines come from the style sheet, since pages allow no inline styles.

import { text } from "../texts.js";

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 360;
const HEIGHT = 170;
const LEFT = 46;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 24;

function part(tag, attributes, words) {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (words !== undefined) node.textContent = words;
  return node;
}

/** A number with about three figures. */
export function short(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return size !== 0 && size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** A number at an axis, with as many decimals as tell it from the next one. */
function label(value, step) {
  if (Math.abs(value) >= 1e4 || step < 1e-4) return short(value);
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

/** Round numbers between two ends, about `count` of them, and the step between them. */
function ticks(low, high, count) {
  const raw = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw);
  const values = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-6; value += step) values.push(value);
  return [values, step];
}

/**
 * A chart in a figure.
 *
 * @param place The figure; what is in it is replaced.
 * @param title Above the chart.
 * @param lines Each {name, style, points: [[x, y], …]}; the style is a class: first, second or expected.
 * @param mark {x, y, text}: a point to be seen first; null for none.
 * @param range [low, high] of the y axis; what fits the lines without it.
 */
export function draw(place, { title, lines, mark = null, range = null }) {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return place.replaceChildren();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  let [y0, y1] = range ?? [Math.min(...ys), Math.max(...ys)];
  // What differs by less than a thousandth is drawn as flat as it is.
  if (y1 - y0 < 1e-3 * Math.abs(y0)) [y0, y1] = [y0 - Math.abs(y0 || 1) * 0.1, y1 + Math.abs(y1 || 1) * 0.1];
  const px = (x) => LEFT + ((x - x0) / (x1 - x0 || 1)) * (WIDTH - LEFT - RIGHT);
  const py = (y) => HEIGHT - BOTTOM - ((y - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
  const svg = part("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", role: "img", "aria-label": described(title, lines) });
  const [rows, height] = ticks(y0, y1, 4);
  for (const y of rows) {
    svg.append(part("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: py(y), y2: py(y) }));
    svg.append(part("text", { x: LEFT - 6, y: py(y) + 4, "text-anchor": "end" }, label(y, height)));
  }
  for (const x of ticks(x0, x1, 4)[0]) svg.append(part("text", { x: px(x), y: HEIGHT - 6, "text-anchor": "middle" }, short(x)));
  for (const line of lines) {
    const path = line.points.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
    svg.append(part("polyline", { class: line.style, points: path }));
    if (line.points.length === 1) svg.append(part("circle", { cx: px(line.points[0][0]), cy: py(line.points[0][1]), r: 3 }));
  }
  if (mark) {
    svg.append(part("circle", { cx: px(mark.x), cy: py(mark.y), r: 5 }));
    const end = px(mark.x) > WIDTH / 2 ? "end" : "start";
    svg.append(part("text", { x: px(mark.x), y: Math.max(TOP + 8, py(mark.y) - 9), "text-anchor": end }, mark.text));
  }
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  const legend = document.createElement("ul");
  legend.className = "legend";
  for (const line of lines.length > 1 ? lines : []) {
    const item = document.createElement("li");
    item.className = line.style;
    item.textContent = line.name;
    legend.append(item);
  }
  place.replaceChildren(caption, svg, ...(legend.children.length ? [legend] : []));
}

/** The chart in words, for those who hear the page. */
function described(title, lines) {
  const sentences = lines.filter((line) => line.points.length).map((line) => {
    const [first, last] = [line.points[0], line.points[line.points.length - 1]];
    return text("{name}: {first} at step {begin}, {last} at step {end}", { name: line.name, first: short(first[1]), begin: first[0], last: short(last[1]), end: last[0] });
  });
  return `${title}. ${sentences.join("; ")}.`;
}
