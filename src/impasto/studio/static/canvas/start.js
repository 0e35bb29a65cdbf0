// The first page of the canvas: a picture is opened, and its drawing begun.

import { call, element, say } from "../dom.js";
import { titleOf } from "../recipe.js";
import { text } from "../texts.js";
import { upload } from "../upload.js";

const refusal = document.querySelector("#refusal");
const state = document.querySelector("#state");
const input = document.querySelector("#file");
const MOST = 12; // pictures of the gallery to choose from

/** Begin a drawing, and go there; `source` names its picture. */
async function begin(source) {
  const drawing = await call("POST", "/api/canvas/drawings", source);
  location.replace(`/canvas/${drawing.id}`);
}

async function attempt(act, sentence) {
  say(refusal, "");
  say(state, sentence);
  try {
    await act();
  } catch (error) {
    say(state, "");
    say(refusal, error.message);
  }
}

function open(file) {
  if (!file) return;
  attempt(async () => {
    const kept = await upload(file);
    await begin({ file: kept.file, title: file.name.slice(0, 200) });
  }, text("Opening {name} …", { name: file.name }));
}

input.addEventListener("change", () => open(input.files[0]));
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  open(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => open(event.clipboardData.files[0]));
for (const button of document.querySelectorAll("[data-remove]")) {
  button.addEventListener("click", () => attempt(async () => {
    await call("DELETE", `/api/canvas/drawings/${button.dataset.remove}`);
    button.closest("li").remove();
  }, ""));
}

// A link of another page names the picture: ?picture=KEY of the gallery, or ?job=ID&name=0000.png.
const named = new URLSearchParams(location.search);
if (named.has("picture")) attempt(() => begin({ picture: Number(named.get("picture")) }), text("Opening the picture …"));
if (named.has("job")) attempt(() => begin({ painted: { job: named.get("job"), name: named.get("name") } }), text("Opening the picture …"));

/** The newest pictures of the gallery, each of which opens on the canvas. */
async function offer() {
  const { pictures } = await call("GET", `/api/pictures?limit=${MOST}`);
  const place = document.querySelector("#painted");
  place.hidden = pictures.length === 0;
  place.querySelector("ul").replaceChildren(...pictures.map(({ id, thumbnail, painter, prompt }) =>
    element("li", {}, element("a", { href: `/canvas?picture=${id}` }, element("img", { src: thumbnail, alt: prompt || titleOf(painter), loading: "lazy" })))));
}

if (!named.size) offer().catch((error) => say(refusal, error.message));
