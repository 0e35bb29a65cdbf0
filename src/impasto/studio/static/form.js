// The form of a painting: read as a request of the REST interface, and filled from one.

import { fillFiles, filesIn, readFileSettings, readParts, setKind, showFiles } from "./files.js";

/** The request that a form stands for; settings at their defaults are left out. */
export function read(form) {
  const request = { painter: form.elements.painter.value, count: Number(form.elements.count.value) };
  for (const name of ["prompt", "category"]) {
    const value = form.elements[name]?.value.trim();
    if (value) request[name] = value;
  }
  if (request.category && form.elements.mixed_with?.value) request.category = mixture(form, request.category);
  readParts(form, request);
  const side = form.elements.side;
  if (side && side.value !== side.dataset.default) request.size = [Number(side.value), Number(side.value)];
  if (form.elements.seeding.value !== "random") request.seed = Number(form.elements.seed.value);
  if (form.elements.seeding.value === "varied") {
    const second = form.elements.variation_seed.value;
    request.variation_seed = second === "" ? randomSeed() : Number(second);
    request.variation_strength = Number(form.elements.variation_strength.value);
  }
  request.settings = readSettings(form);
  return withAxes(form, request);
}

/** Two categories with their shares, as the command line reads them. */
function mixture(form, category) {
  const share = Number(form.elements.mixed_share.value);
  return `${(1 - share).toFixed(2)} ${category} + ${share.toFixed(2)} ${form.elements.mixed_with.value}`;
}

/** Fill the category, or both of a mixture as `mixture` writes it. */
function fillCategory(form, category = "") {
  const { category: first, mixed_with: second, mixed_share: share } = form.elements;
  if (!first) return;
  const parts = second && category.match(/^[\d.]+ (.+) \+ ([\d.]+) (.+)$/);
  first.value = parts ? parts[1] : category;
  if (!second) return;
  second.value = parts ? parts[3] : "";
  if (parts) share.value = parts[2];
}

export const randomSeed = () => Math.floor(Math.random() * 2 ** 31);

/** The axes of a grid that a form has: name → values as they were typed, or files. */
export function readAxes(form) {
  const over = {};
  for (const { select, option, input, field } of axesOf(form)) {
    const files = filesIn(field).map((file) => (option && "many" in option.dataset ? [file] : file));
    const values = option?.dataset.media ? files : input.value.trim();
    if (select.value && values.length) over[select.value] = values;
  }
  return over;
}

/** The parts of each axis: what changes, and its values, which are typed or files. */
function axesOf(form) {
  return [...form.querySelectorAll("[data-axis]")].map((select) => ({
    select,
    option: select.selectedOptions[0],
    input: form.querySelector(`[data-values=${select.dataset.axis}]`),
    field: form.querySelector(`[data-axis-files=${select.dataset.axis}]`),
  }));
}

/** The request of a grid, where there are axes; what is varied has no fixed value. */
function withAxes(form, request) {
  const over = readAxes(form);
  if (!Object.keys(over).length) return request;
  const { count, ...rest } = request;
  for (const name of Object.keys(over)) {
    delete rest.settings[name];
    if (name === "resolution") delete rest.size;
    else if (name !== "painter") delete rest[name];
    if (name === "variation_strength") rest.variation_seed ??= randomSeed();
  }
  return { ...rest, over };
}

/** Show the fields that belong to what is chosen: the values of an axis, and how strong a variation is. */
export function refresh(form) {
  for (const { select, option, input, field } of axesOf(form)) {
    const { example = "", media, beside } = option?.dataset ?? {};
    input.hidden = !select.value || Boolean(media);
    input.placeholder = example;
    field.hidden = !media;
    if (media) setKind(field, { media, beside });
  }
  const mixed = form.querySelector("#mixture");
  if (mixed) {
    mixed.hidden = !form.elements.category.value;
    form.querySelector("#share-shown").textContent = `${Math.round(100 * form.elements.mixed_share.value)} %`;
  }
  const strength = form.elements.variation_strength;
  if (strength) form.querySelector("#strength-shown").textContent = strength.value;
  const isGrid = Object.keys(readAxes(form)).length > 0;
  if (form.elements.count) form.elements.count.disabled = isGrid;
}

/** Fill the axes of a grid. */
function fillAxes(form, over = {}) {
  const axes = Object.entries(over);
  for (const [number, { select, input, field }] of axesOf(form).entries()) {
    const [name, values] = axes[number] ?? ["", []];
    select.value = name;
    const { media, beside } = select.selectedOptions[0]?.dataset ?? {};
    input.value = media ? "" : typed(values);
    if (!media) continue;
    setKind(field, { media, beside });
    showFiles(field, values.flat());
  }
  if (axes.length && form.querySelector("#axes")) form.querySelector("#axes").open = true;
}

/** The values of an axis as a person types them. */
function typed(values) {
  if (typeof values === "string") return values;
  const texts = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return texts.join(texts.some((text) => text.includes(",")) ? " | " : ", ");
}

/** Settings of a form that are not at their defaults. */
export function readSettings(form) {
  const settings = readFileSettings(form);
  for (const input of form.querySelectorAll("[data-setting]")) {
    const text = input.type === "checkbox" ? String(input.checked) : input.value;
    if (text !== input.dataset.default) settings[input.dataset.setting] = valued(text, input.dataset.type);
  }
  return settings;
}

/** Fill a form; what the request does not say goes back to its default. */
export function fill(form, request) {
  form.elements.count.value = request.count ?? 4;
  if (form.elements.prompt) form.elements.prompt.value = request.prompt ?? "";
  fillCategory(form, request.category);
  fillFiles(form, request);
  const side = form.elements.side;
  if (side) side.value = request.size?.[0] ?? side.dataset.default;
  const varied = request.variation_seed !== undefined && form.elements.variation_seed;
  form.elements.seeding.value = request.seed === undefined ? "random" : varied ? "varied" : "fixed";
  if (request.seed !== undefined) form.elements.seed.value = request.seed;
  if (varied) {
    form.elements.variation_seed.value = request.variation_seed;
    form.elements.variation_strength.value = request.variation_strength ?? 0.2;
  }
  fillSettings(form, request.settings);
  fillAxes(form, request.over);
  refresh(form);
}

/** Fill the settings of a form; what is not given goes back to its default. */
export function fillSettings(form, settings) {
  for (const input of form.querySelectorAll("[data-setting]")) {
    const value = settings?.[input.dataset.setting];
    const text = value === undefined || value === null ? input.dataset.default
      : typeof value === "string" ? value : JSON.stringify(value);
    if (input.type === "checkbox") input.checked = text === "true";
    else input.value = text;
    if (text !== input.dataset.default && input.closest("#more")) input.closest("#more").open = true;
  }
}

/** A text as the value that the setting takes. */
export function valued(text, type) {
  if (type === "boolean") return text === "true";
  if (type === "string") return text;
  if (type === "integer" || type === "number") return text === "" ? null : Number(text);
  try {
    return JSON.parse(/^\s*-?[\d.]+(\s*,\s*-?[\d.]+)+\s*$/.test(text) ? `[${text}]` : text);
  } catch {
    return text;
  }
}
