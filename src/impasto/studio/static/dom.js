// Small helpers of all pages: elements, REST calls, copying.

import { text } from "./texts.js";

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
    throw new Error(text("The studio does not answer. Is it still open in its terminal?"));
  }
  if (answer.status === 401) location.href = "/login";
  const value = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(value.error ?? text("The studio answered {status}.", answer));
  return value;
}

/** Show a sentence in a place for problems, or hide the place. */
export function say(place, sentence) {
  place.textContent = sentence ?? "";
  place.hidden = !sentence;
}

/** A command to copy. */
export function command(words) {
  const button = element("button", {
    type: "button",
    onclick: async () => {
      await copy(words);
      button.textContent = text("Copied");
      setTimeout(() => (button.textContent = text("Copy")), 1500);
    },
  }, text("Copy"));
  return element("details", { class: "same" },
    element("summary", {}, text("The same as a command")),
    element("div", { class: "command" }, element("code", {}, words), button));
}

async function copy(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  // Pages that come over plain HTTP from another machine have no clipboard.
  const area = element("textarea", { class: "unseen" });
  area.value = words;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** Seconds for people. */
export function duration(seconds) {
  if (seconds < 1) return text("a moment");
  if (seconds < 90) return text("{count} s", { count: Math.round(seconds) });
  if (seconds < 5400) return text("{minutes} min", { minutes: Math.round(seconds / 60) });
  return text("{count} h", { count: (seconds / 3600).toFixed(1) });
}

/** Follow the list of jobs, again and again after an interruption. */
export function follow(take, lost) {
  const source = new EventSource("/api/jobs/events");
  source.addEventListener("jobs", (message) => {
    lost(null);
    take(JSON.parse(message.data));
  });
  source.onerror = () => lost(text("The studio does not answer; this page goes on as soon as it does."));
}

/** What a job is doing, in words. */
export function doing(job) {
  const { done, total, step, steps, remaining } = job.progress;
  if (job.state === "queued") return text("waits for its turn");
  if (job.state === "stopping") return text("is stopping; what is ready is kept");
  if (job.state !== "running") return "";
  if (total === null && !job.request.painter) return text("is getting ready");
  if (total === null) return text("loads the painter, and paints the first pictures");
  const parts = [text("{done} of {total}", { done, total })];
  if (step !== null) parts.push(text("step {step} of {steps}", { step, steps }));
  if (remaining !== null) parts.push(text("about {time} left", { time: duration(remaining) }));
  return parts.join(" · ");
}

export const active = (job) => ["queued", "running", "stopping"].includes(job.state);
