/* What the scripts of the gallery and of the vote share. */

/** A text of the template `texts`, with values in the place of {names}. */
export function text(name, values = {}) {
  const template = document.querySelector("#texts").content.querySelector(`data[value="${name}"]`);
  return template.textContent.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

const numbers = new Intl.NumberFormat(document.documentElement.lang);

/** A number as people write it. */
export function number(value) {
  return numbers.format(value);
}

/** A number that is an estimate: two digits are enough. */
export function about(value) {
  return number(Number(value.toPrecision(2)));
}

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
