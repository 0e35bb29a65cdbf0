/* The panel beside the grid: one picture, its recipe, and what can be done with it. */

import { call, command, element, say } from "../dom.js";
import { term, text } from "../texts.js";
import { requested } from "../viewer.js";
import * as changes from "./changes.js";
import { copyOf, pictureOf, pixelated } from "./page.js";

const panel = document.querySelector("#details");
/** Where the Paint page looks for a request to fill its form with. */
const REQUEST = "impasto request";
const DATES = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

/**
 * Show a picture in the panel.
 * @param {object} picture - As a list has it; the rest is fetched.
 * @param {object} known - `tags` and `albums` that can be chosen.
 * @param {object} actions - What buttons call: `attempt`, `close`, `compare`, `albumsChanged`.
 */
export async function showDetails(picture, known, actions) {
  const content = copyOf("#chosen");
  const find = (selector) => content.querySelector(selector);
  fill(content, picture);
  find(".close").addEventListener("click", actions.close);
  find("[data-do=compare]").addEventListener("click", actions.compare);
  find("[data-do=bin]").addEventListener("click", () => actions.attempt(changes.bin(picture)));
  find("[data-do=repaint]").addEventListener("click", (event) => actions.attempt(repaint(picture, event.target)));
  for (const star of content.querySelectorAll("[data-rating]")) {
    star.addEventListener("click", () => actions.attempt(changes.rate(picture, Number(star.dataset.rating))));
  }
  const tags = find("[data-add=tag]");
  tags.querySelector("ul").append(...picture.tags.map((name) => chip(name, () => actions.attempt(changes.untag(picture, name)))));
  tags.querySelector("datalist").append(...known.tags.map(({ value }) => new Option(value)));
  tags.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = tags.elements.tag.value.trim();
    if (name) actions.attempt(changes.tag(picture, name));
  });
  panel.replaceChildren(content);
  panel.dataset.picture = picture.id;
  panel.hidden = false;
  const details = await call("GET", `/api/pictures/${picture.id}`);
  if (panel.dataset.picture === String(picture.id)) complete(picture, details, known, actions);
}

/** Close the panel. */
export function hideDetails() {
  panel.hidden = true;
  delete panel.dataset.picture;
}

function fill(content, picture) {
  content.querySelector("h2").textContent = picture.painter;
  content.querySelector(".prompt").textContent = picture.prompt;
  const image = content.querySelector(".large img");
  image.src = picture.file;
  image.alt = picture.prompt || pictureOf(picture);
  pixelated(image, picture);
  content.querySelector(".large").href = picture.file;
  content.querySelector("[data-do=download]").href = `/api/pictures/${picture.id}/file?download=true`;
  content.querySelector("[data-do=edit]")?.setAttribute("href", `/canvas?picture=${picture.id}`);
  content.querySelector("[data-do=bin]").textContent = picture.binned ? text("Out of the bin") : text("Bin");
  for (const star of content.querySelectorAll("[data-rating]")) {
    star.setAttribute("aria-pressed", Number(star.dataset.rating) <= picture.rating);
  }
}

function complete(picture, details, known, actions) {
  const find = (selector) => panel.querySelector(selector);
  const { recipe } = details;
  const facts = {
    [text("Category")]: recipe.category,
    [text("Edit")]: recipe.edit,
    [text("Seed")]: recipe.index ? text("No. {index} of seed {seed}", { index: recipe.index, seed: String(recipe.seed) }) : recipe.seed,
    [text("Size")]: `${details.width} × ${details.height} px`,
    [text("Painted")]: DATES.format(new Date(details.painted)),
    [text("File")]: details.path,
    [text("Painted with")]: Object.values(recipe.inputs).map(({ file }) => file).join(", "),
  };
  const given = Object.entries(facts).filter(([, value]) => value !== null && value !== "");
  const settings = Object.entries(recipe.settings).filter(([, value]) => value !== null && value !== "");
  find(".facts").replaceChildren(
    ...given.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]),
    ...settings.flatMap(([name, value]) => [
      element("dt", {}, term(name.replaceAll("_", " "))),
      element("dd", {}, typeof value === "string" ? value : JSON.stringify(value)),
    ]),
  );
  find(".companions").replaceChildren(
    ...details.companions.map((ending) =>
      element(
        "a",
        { href: `/api/pictures/${picture.id}/companions/${ending}`, class: "button" },
        text("Save {ending}", { ending: ending.toUpperCase() }),
      ),
    ),
  );
  find("pre").textContent = JSON.stringify(recipe, null, 2);
  find(".same").replaceWith(command(details.command));
  find("[data-do=settings]").hidden = Boolean(recipe.edit);
  find("[data-do=settings]").addEventListener("click", () => useSettings(recipe));
  find(".nearest").hidden = !details.trained;
  find("[data-do=nearest]").addEventListener("click", (event) => actions.attempt(showNearest(picture, event.target)));
  offerAlbums(picture, details, known, actions);
}

function offerAlbums(picture, details, known, actions) {
  const form = panel.querySelector("[data-add=album]");
  const inside = known.albums.filter(({ id }) => details.albums.includes(id));
  form.querySelector("ul").replaceChildren(
    ...inside.map((album) => chip(album.name, () => actions.attempt(changes.takeOut(picture, album)))),
  );
  form.querySelector("datalist").replaceChildren(...known.albums.map(({ name }) => new Option(name)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = form.elements.album.value.trim();
    if (name) actions.attempt(intoAlbum(picture, name, known.albums, actions));
  });
}

async function intoAlbum(picture, name, albums, actions) {
  let album = albums.find((each) => each.name === name);
  if (!album) {
    album = await call("POST", "/api/albums", { name });
    await actions.albumsChanged();
  }
  await changes.putInto(picture, album);
}

async function repaint(picture, button) {
  button.disabled = true;
  try {
    await call("POST", `/api/pictures/${picture.id}/repaint`);
    say(panel.querySelector(".message"), text("It is being painted again; see the jobs. It will appear here."));
  } finally {
    button.disabled = false;
  }
}

async function showNearest(picture, button) {
  const place = button.closest(".nearest");
  button.disabled = true;
  say(place.querySelector(".verdict"), text("Comparing it with the training pictures …"));
  try {
    const { near, training_pictures: count, pictures } = await call("GET", `/api/pictures/${picture.id}/nearest`);
    say(place.querySelector(".verdict"), near
      ? text("It lies nearer to a training picture than 95 % of the real pictures that were held out: look whether it is a copy of the first one.")
      : text("No sign of that: real pictures that were held out lie as near to training pictures. The nearest of {count}:", { count }));
    place.querySelector("ul").replaceChildren(...pictures.map(training));
  } catch (error) {
    say(place.querySelector(".verdict"), error.message);
  } finally {
    button.disabled = false;
  }
}

function training({ file, text: caption, mirrored, picture }) {
  const name = mirrored ? text("{file}, mirrored", { file }) : file;
  const image = element("img", { src: picture, alt: caption || file, title: caption });
  return element("li", {}, image, element("span", {}, name));
}

/** Go to the Paint page, its form filled from a recipe. */
function useSettings(recipe) {
  sessionStorage.setItem(REQUEST, JSON.stringify(requested(recipe)));
  location.href = `/?${new URLSearchParams({ painter: recipe.painter })}`;
}

function chip(name, remove) {
  const button = element("button", { type: "button", "aria-label": text("Remove {name}", { name }), onclick: remove }, "✕");
  return element("li", {}, name, button);
}
