/* What the scripts of the gallery share. */

import { text } from "../texts.js";

/** A picture without a prompt, in words. */
export const pictureOf = ({ painter, seed }) => text("Picture by {painter}, seed {seed}", { painter, seed: String(seed) });

/** A copy of the content of a template. */
export function copyOf(id) {
  return document.querySelector(id).content.cloneNode(true);
}

/** Enlarged pixels stay sharp where a picture has few of them. */
export function pixelated(image, { width, height }) {
  image.classList.toggle("small-pixels", Math.max(width, height) <= 128);
}

for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
