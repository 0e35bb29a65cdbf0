/* Two pictures, one over the other with a slider, or side by side. */

import { call, element } from "../dom.js";
import { term, text } from "../texts.js";
import { pixelated } from "./page.js";

const dialog = document.querySelector("#comparison");
const canvas = dialog.querySelector(".canvas");
const slider = canvas.querySelector("input");
let shown = [];

/** Open the comparison of two pictures, by their keys. */
export async function compare(first, second) {
  const pair = await call("GET", `/api/pictures/compare?first=${first}&second=${second}`);
  shown = [first, second];
  for (const name of ["first", "second"]) {
    const image = canvas.querySelector(`.${name}`);
    image.src = pair[name].file;
    pixelated(image, pair[name]);
  }
  dialog.querySelector(".verdict").textContent = pair.identical ? text("Every pixel is the same.") : text("The pictures differ.");
  dialog.querySelector("table").hidden = pair.differences.length === 0;
  dialog.querySelector("tbody").replaceChildren(...pair.differences.map(row));
  if (!dialog.open) dialog.showModal();
  slider.focus();
}

function row({ entry, first, second }) {
  const cells = [term(entry.replaceAll("_", " ")), plain(first), plain(second)].map((value) => element("td", {}, value));
  return element("tr", {}, ...cells);
}

function plain(value) {
  if (value === null || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

slider.addEventListener("input", () => canvas.style.setProperty("--split", `${slider.value}%`));
canvas.addEventListener("pointermove", (event) => {
  if (event.target === slider || canvas.classList.contains("apart")) return;
  const box = canvas.getBoundingClientRect();
  slider.value = (100 * (event.clientX - box.left)) / box.width;
  slider.dispatchEvent(new Event("input"));
});
dialog.querySelector("#side-by-side").addEventListener("change", (event) => {
  canvas.classList.toggle("apart", event.target.checked);
});
dialog.querySelector("#swap").addEventListener("click", () => compare(shown[1], shown[0]));
