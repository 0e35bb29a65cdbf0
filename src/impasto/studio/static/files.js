// Files of a form: each field holds those that were uploaded, or chosen among those that the studio keeps.

import { call, element } from "./dom.js";
import { choose } from "./chooser.js";
import { text } from "./texts.js";
import { upload } from "./upload.js";

const FIELD = "[data-part], [data-file-setting], [data-axis-files]";
const KEPT = /^[0-9a-f]{64}\.\w+$|^models\/.+\.safetensors$/i;
const MODELS = "models/"; // Names of weights that lie in the studio's folder of models begin so.
const ENDINGS = { "image/*": "image/png,image/jpeg,image/webp", "application/json": ".json", "application/x-safetensors": ".safetensors" };
const held = (field) => [...field.querySelectorAll("[data-file]")].map(({ dataset }) => dataset.file);
const hasMany = (field) => Number(field.dataset.most) > 1;

/** Let the fields of files in a container work; `say(sentence)` says what went wrong, '' where nothing did. */
export function listen(container, say) {
  const attempt = async (act) => {
    say("");
    try {
      await act();
    } catch (error) {
      say(error.message);
    }
  };
  container.addEventListener("change", ({ target }) => {
    const field = target.type === "file" && target.closest(FIELD);
    if (!field) return;
    attempt(async () => {
      for (const file of target.files) add(field, await upload(file, field.dataset.media));
    }).finally(() => (target.value = ""));
  });
  container.addEventListener("click", ({ target }) => {
    const field = target.closest(FIELD);
    if (field && "choose" in target.dataset) attempt(() => choose(field.dataset, (file) => add(field, file)));
    if (field && "takeAway" in target.dataset) takeAway(field, target.closest("li"));
  });
}

/** Put the files of a form into a request: given pictures, mask, maps, and a second picture. */
export function readParts(form, request) {
  for (const field of form.querySelectorAll("[data-part]")) {
    const [file] = held(field);
    if (file) withPart(request, field.dataset.part, file);
  }
}

/** Name a file in a request by the part that it fills, such as 'given:source', 'mask' or 'maps:layout'. */
export function withPart(request, part, file) {
  const [kind, name] = part.split(":");
  if (name) request[kind] = { ...request[kind], [name]: file };
  else request[kind] = file;
}

/** Settings of a form that name files, as far as there are any. */
export function readFileSettings(form) {
  const fields = [...form.querySelectorAll("[data-file-setting]")].filter((field) => held(field).length);
  return Object.fromEntries(fields.map((field) => [field.dataset.fileSetting, hasMany(field) ? held(field) : held(field)[0]]));
}

/** The files that a field holds, or is to hold. */
export const filesIn = held;

/** Whether a value of a setting names a file of the studio. */
export const isFile = (value) => typeof value === "string" && KEPT.test(value);

/** The name of a file where there is little room: the first letters of a hash. */
export const shortName = (file) => (file.startsWith(MODELS) ? file.slice(MODELS.length) : file.slice(0, 12));

/** A file in the heading of a grid: a small picture, or a name. */
export function fileShown(file) {
  if (!/\.(png|jpg|webp)$/.test(file)) return element("span", {}, shortName(file));
  return element("img", { src: `/api/files/${file}/thumbnail`, alt: text("The given picture"), title: shortName(file) });
}

/** Put files into a field, in the place of those that it holds. */
export function showFiles(field, files) {
  field.querySelector(".kept").replaceChildren();
  field.querySelector(".kept").hidden = true;
  for (const file of files) show(field, file);
}

/** Let a field take files of another kind. */
export function setKind(field, { media, beside }) {
  if (field.dataset.media === media && field.dataset.beside === beside) return;
  Object.assign(field.dataset, { media, beside });
  field.querySelector("[type=file]").accept = ENDINGS[media] ?? "";
  field.querySelector("[type=file]").closest("label").hidden = Boolean(beside);
  showFiles(field, []);
}

/** Fill the fields of files with those of a request; what it does not name is taken away. */
export function fillFiles(form, request) {
  for (const field of form.querySelectorAll(FIELD)) {
    const [kind, name] = (field.dataset.part ?? "").split(":");
    const value = kind ? (name ? request[kind]?.[name] : request[kind]) : request.settings?.[field.dataset.fileSetting];
    const files = [value ?? []].flat().filter((file) => KEPT.test(file));
    showFiles(field, files);
    if (files.length && field.closest("#more")) field.closest("#more").open = true;
  }
}

/** The name of a file that an input of a recipe is: of a kept one by its hash. */
export function keptName({ file, sha256 }) {
  if (file.startsWith(MODELS) && KEPT.test(file)) return file;
  const ending = file.split(".").pop().toLowerCase();
  return `${sha256}.${ending === "jpeg" ? "jpg" : ending}`;
}

async function show(field, file) {
  const isModel = file.startsWith(MODELS);
  const place = add(field, { file, title: isModel ? file.slice(MODELS.length) : "", thumbnail: `/api/files/${file}/thumbnail` });
  if (isModel) return;
  try {
    const { title } = await call("GET", `/api/files/${file}`);
    if (title) name(place, title);
  } catch {
    place.replaceWith(element("li", { class: "problem" }, text("The file of this recipe is not here; upload it again.")));
  }
}

/** Add a file to a field; one that takes a single file has it in the place of the last one. */
function add(field, { file, title, thumbnail }) {
  const list = field.querySelector(".kept");
  const isPicture = field.dataset.media === "image/*";
  const take = element("button", { type: "button", "data-take-away": true, "aria-label": text("Take it away") }, "✕");
  const place = element("li", { "data-file": file },
    isPicture ? element("img", { src: thumbnail, alt: title || text("The given picture"), title }) : element("span", {}, title || file.slice(0, 12)), take);
  const others = held(field).length;
  if (!hasMany(field)) list.replaceChildren();
  else if (others >= Number(field.dataset.most)) list.firstElementChild.remove();
  list.append(place);
  list.hidden = false;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return place;
}

function name(place, title) {
  const image = place.querySelector("img");
  if (image) image.alt = image.title = title;
  else place.querySelector("span").textContent = title;
}

function takeAway(field, place) {
  place.remove();
  field.querySelector(".kept").hidden = !held(field).length;
  field.querySelector("[data-choose]").focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
