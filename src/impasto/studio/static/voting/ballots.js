/* The list of votes, and a new one. */

import { call, say } from "../dom.js";
import { titleOf } from "../recipe.js";

const form = document.querySelector("#new");
const refusal = document.querySelector("#refusal");

/** A vote needs two contestants. */
function enough() {
  const few = form.querySelectorAll("input[type=checkbox]:checked").length < 2;
  form.querySelector(".primary").disabled = few;
  form.querySelector("#few").hidden = !few;
}

if (form) {
  form.addEventListener("change", enough);
  enough();
}
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = [...form.querySelectorAll("input[type=checkbox]:checked")];
  const contestants = chosen.map((box) => ({ kind: box.name, name: box.value }));
  const name = form.elements.name.value.trim() || contestants.map((each) => titleOf(each.name)).join(" · ").slice(0, 200);
  try {
    const ballot = await call("POST", "/api/ballots", { name: name || "–", contestants });
    location.href = `/vote/${ballot.id}`;
  } catch (error) {
    say(refusal, error.message);
  }
});

const learn = document.querySelector("#learn");
learn?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { painter, minutes } = learn.elements;
  try {
    const { run } = await call("POST", "/api/votes/learn", { painter: painter.value, minutes: Number(minutes.value) });
    location.href = `/train/${encodeURIComponent(run)}`;
  } catch (error) {
    say(learn.querySelector("#learn-refusal"), error.message);
  }
});

for (const button of document.querySelectorAll("[data-remove]")) {
  button.addEventListener("click", async () => {
    // The first press asks, the second removes.
    if (!button.classList.contains("sure")) {
      button.classList.add("sure");
      button.textContent = button.dataset.sure;
      return;
    }
    await call("DELETE", `/api/ballots/${button.dataset.remove}`);
    button.closest("li").remove();
  });
}
