// The shelf of prompts that people keep, below the field for one.

import { call, element, say } from "./dom.js";
import { text } from "./texts.js";

const shelf = () => document.querySelector("#shelf");

async function attempt(work) {
  const problem = shelf().querySelector(".problem");
  try {
    say(problem, "");
    await work;
    await fill();
  } catch (error) {
    say(problem, error.message);
  }
}

async function fill() {
  const prompts = await call("GET", "/api/prompts");
  const rows = prompts.map(({ id, text: prompt }) => element("li", {},
    element("button", { type: "button", class: "use", title: text("Use it"), onclick: () => use(prompt) }, prompt),
    element("button", { type: "button", "aria-label": text("Remove “{name}”", { name: prompt }), onclick: () => attempt(call("DELETE", `/api/prompts/${id}`)) }, "✕")));
  shelf().querySelector("ul").replaceChildren(...rows);
}

/** Fill the field; the prompt comes to the front of the shelf. */
function use(prompt) {
  const field = document.querySelector("#prompt");
  field.value = prompt;
  field.focus();
  attempt(call("POST", "/api/prompts", { text: prompt }));
}

/** Let the shelf in a place work, also when the place is filled anew. */
export function listen(place) {
  place.addEventListener("click", (event) => {
    if (event.target.id !== "keep-prompt") return;
    attempt(call("POST", "/api/prompts", { text: document.querySelector("#prompt").value }));
  });
  place.addEventListener("toggle", (event) => {
    if (event.target.id === "shelf" && event.target.open) attempt(fill());
  }, true);
}
