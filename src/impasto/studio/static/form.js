// The form of a painting: read as a request of the REST interface, and filled from one.

/** The request that a form stands for; settings at their defaults are left out. */
export function read(form) {
  const request = { painter: form.elements.painter.value, count: Number(form.elements.count.value) };
  for (const name of ["prompt", "category"]) {
    const value = form.elements[name]?.value.trim();
    if (value) request[name] = value;
  }
  const side = form.elements.side;
  if (side && side.value !== side.dataset.default) request.size = [Number(side.value), Number(side.value)];
  if (form.elements.seeding.value === "fixed") request.seed = Number(form.elements.seed.value);
  request.settings = readSettings(form);
  return request;
}

/** Settings of a form that are not at their defaults. */
export function readSettings(form) {
  const settings = {};
  for (const input of form.querySelectorAll("[data-setting]")) {
    const text = input.type === "checkbox" ? String(input.checked) : input.value;
    if (text !== input.dataset.default) settings[input.dataset.setting] = valued(text, input.dataset.type);
  }
  return settings;
}

/** Fill a form; what the request does not say goes back to its default. */
export function fill(form, request) {
  form.elements.count.value = request.count ?? 4;
  for (const name of ["prompt", "category"]) {
    if (form.elements[name]) form.elements[name].value = request[name] ?? "";
  }
  const side = form.elements.side;
  if (side) side.value = request.size?.[0] ?? side.dataset.default;
  form.elements.seeding.value = request.seed === undefined ? "random" : "fixed";
  if (request.seed !== undefined) form.elements.seed.value = request.seed;
  fillSettings(form, request.settings);
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
function valued(text, type) {
  if (type === "boolean") return text === "true";
  if (type === "string") return text;
  if (type === "integer" || type === "number") return text === "" ? null : Number(text);
  try {
    return JSON.parse(/^\s*-?[\d.]+(\s*,\s*-?[\d.]+)+\s*$/.test(text) ? `[${text}]` : text);
  } catch {
    return text;
  }
}
