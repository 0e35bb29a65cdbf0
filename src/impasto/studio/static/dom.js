// Small helpers of all pages: elements, REST calls, copying.

/** A new element with attributes, listeners (on…: function) and children; texts are never markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** The answer of a REST call; an error is the sentence that the studio gave. */
export async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The studio does not answer. Is it still open in its terminal?");
  }
  if (answer.status === 401) location.href = "/login";
  const value = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(value.error ?? `The studio answered ${answer.status}.`);
  return value;
}

/** Show a sentence in a place for problems, or hide the place. */
export function say(place, sentence) {
  place.textContent = sentence ?? "";
  place.hidden = !sentence;
}

/** A command to copy. */
export function command(text) {
  const button = element("button", {
    type: "button",
    onclick: async () => {
      await copy(text);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    },
  }, "Copy");
  return element("details", { class: "same" },
    element("summary", {}, "The same as a command"),
    element("div", { class: "command" }, element("code", {}, text), button));
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Pages that come over plain HTTP from another machine have no clipboard.
  const area = element("textarea", { class: "unseen" });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** Seconds for people. */
export function duration(seconds) {
  if (seconds < 1) return "a moment";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** Follow the list of jobs, again and again after an interruption. */
export function follow(take, lost) {
  const source = new EventSource("/api/jobs/events");
  source.addEventListener("jobs", (message) => {
    lost(null);
    take(JSON.parse(message.data));
  });
  source.onerror = () => lost("The studio does not answer; this page goes on as soon as it does.");
}

/** What a job is doing, in words. */
export function doing(job) {
  const { done, total, step, steps, remaining } = job.progress;
  if (job.state === "queued") return "waits for its turn";
  if (job.state === "stopping") return "is stopping; what is ready is kept";
  if (job.state !== "running") return "";
  if (total === null && !job.request.painter) return "is getting ready";
  if (total === null) return "loads the painter, and paints the first pictures";
  const left = remaining === null ? "" : `, about ${duration(remaining)} left`;
  const at = step === null ? "" : ` · step ${step.toLocaleString()} of ${steps.toLocaleString()}`;
  return `${done.toLocaleString()} of ${total.toLocaleString()}${at}${left}`;
}

export const active = (job) => ["queued", "running", "stopping"].includes(job.state);
