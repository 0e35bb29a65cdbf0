/* What the scripts of a page share: REST calls, and texts that stand in the page's template. */

/** Ask the studio; a refusal is an Error with the sentence that it gave. */
export async function request(path, { method = "GET", body, signal } = {}) {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const answer = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  if (answer.status === 204) return null;
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(content.error ?? `${answer.status} ${answer.statusText}`);
  return content;
}

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

/** A copy of the content of a template. */
export function copyOf(id) {
  return document.querySelector(id).content.cloneNode(true);
}

/** An element with a text, and what is set on it. */
export function element(name, content = "", properties = {}) {
  return Object.assign(document.createElement(name), { textContent: content }, properties);
}

/** Enlarged pixels stay sharp where a picture has few of them. */
export function pixelated(image, { width, height }) {
  image.classList.toggle("small-pixels", Math.max(width, height) <= 128);
}

for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
