// The page of a run: it is read again whenever its job says something new.

import { active, call, command, duration, element, follow, say } from "../dom.js";
import { counted, term, text } from "../texts.js";
import { draw } from "./chart.js";

const page = document.querySelector("#run");
const name = page.dataset.run;
const address = `/api/runs/${encodeURIComponent(name)}`;
const find = (selector) => page.querySelector(selector);
const problem = find("#problem");
const slider = find("#slider");
const BETWEEN = 2000; // milliseconds
const MAIN = 4; // charts in sight; the others unfold

let samples = [];
let job = null;
let shown = "";
let busy = false;
let again = false;

/** Read the run; not more often than every two seconds, and once more if it changed meanwhile. */
async function refresh() {
  if (busy) return (again = true);
  busy = true;
  try {
    const view = await call("GET", address);
    show(view);
  } catch (error) {
    if (!job || active(job)) find("#waits").hidden = false;
    else {
      find("#waits").hidden = true;
      say(problem, error.message);
    }
  }
  setTimeout(() => {
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }, BETWEEN);
}

function show(view) {
  const { line } = view;
  find("#waits").hidden = true;
  find("#watchdog").hidden = find("#all-settings").hidden = false;
  const facts = [line.painter + (line.preset ? `, ${line.preset}` : ""), text("on {store}", line), text("{steps} steps of {count} pictures", { steps: line.step, count: view.batch })];
  if (line.seconds) facts.push(duration(line.seconds));
  if (line.speed) facts.push(text("{speed} pictures a second in {precision}", { speed: line.speed.toPrecision(3), precision: view.precision }));
  facts.push(text("each of {count} pictures seen {passes} times", { count: view.pictures, passes: view.passes.toFixed(1) }));
  find("#about").textContent = facts.join(" · ");
  find("#use").hidden = !line.exported;
  find("#use").href = `/?${new URLSearchParams({ painter: line.source })}`;
  find("#report").hidden = !line.exported;
  find("#report").href = `${address}/report`;
  pictures(view.samples);
  heldOut(view);
  losses(view.curves);
  troubles(view.troubles);
  const settings = Object.entries(view.settings).flatMap(([key, value]) => [element("dt", {}, key), element("dd", {}, JSON.stringify(value))]);
  find("#settings").replaceChildren(...settings);
}

function pictures(sheets) {
  find("#pictures").hidden = sheets.length === 0;
  if (sheets.length === 0 || sheets.length === samples.length) return;
  const atEnd = samples.length === 0 || Number(slider.value) === samples.length - 1;
  samples = sheets;
  slider.max = samples.length - 1;
  slider.hidden = samples.length < 2;
  if (atEnd) slider.value = samples.length - 1;
  turn();
}

function turn() {
  const { step, address: source } = samples[Number(slider.value)];
  find("#sheet").src = source;
  find("#sheet-link").href = source;
  find("#when").textContent = step === 0 ? text("before the first step") : counted(step, "after 1 step", "after {count} steps");
  slider.setAttribute("aria-valuetext", find("#when").textContent);
}

function heldOut({ held_out: points, verdict, copies, copying }) {
  find("#held-out-section").hidden = points.length === 0 && copies.length === 0;
  if (points.length) {
    const best = points.reduce((one, other) => (other.held_out < one.held_out ? other : one));
    draw(find("#held-out"), {
      title: text("Loss of the averaged weights"),
      lines: [
        { name: text("pictures held out"), style: "first", points: points.map((one) => [one.step, one.held_out]) },
        { name: text("pictures learned from"), style: "second", points: points.map((one) => [one.step, one.training]) },
      ],
      mark: { x: best.step, y: best.held_out, text: text("best: step {step}", best) },
    });
  }
  find("#verdict").textContent = verdict ? `${verdict} ${text("The best is the step with the lowest loss of pictures that nothing was learned from; its weights are kept beside the newest.")}` : "";
  draw(find("#copies"), {
    title: text("Share of painted pictures near to a training picture"),
    lines: copies.length ? [
      { name: text("painted"), style: "first", points: copies.map(([step, share]) => [step, share]) },
      { name: text("by chance"), style: "expected", points: copies.map(([step, , expected]) => [step, expected]) },
    ] : [],
    range: [0, 1],
  });
  find("#copying").textContent = copying;
}

function losses(curves) {
  const key = JSON.stringify(curves);
  if (key === shown) return;
  shown = key;
  find("#losses").hidden = curves.length === 0;
  const figures = curves.map((curve) => {
    const figure = element("figure");
    draw(figure, { title: curve.name, lines: [{ name: curve.name, style: "first", points: curve.points }] });
    return figure;
  });
  find("#curves").replaceChildren(...figures.slice(0, MAIN));
  find("#more-curves").hidden = figures.length <= MAIN;
  find("#more-curves .charts").replaceChildren(...figures.slice(MAIN));
}

function troubles(list) {
  const wrong = list.some((one) => ["skip", "rollback", "failed"].includes(one.kind));
  find("#well").hidden = wrong;
  find("#troubles").replaceChildren(...list.map((one) => element("li", {}, one.step ? text("Step {step}: {sentence}", one) : one.sentence)));
}

function follows(jobs) {
  const mine = jobs.filter((one) => one.request.training?.run === name).sort((a, b) => b.created - a.created)[0] ?? null;
  const changed = JSON.stringify(mine) !== JSON.stringify(job);
  job = mine;
  const state = find(".state");
  state.hidden = !job || job.state === "done";
  if (job) {
    state.textContent = job.state === "stopped" ? text("paused") : term(job.state);
    state.dataset.state = job.state;
    find("#going").hidden = !active(job);
    const bar = find("#going progress");
    if (job.progress.share === null) bar.removeAttribute("value");
    else bar.value = job.progress.share;
    find("#words").textContent = words(job);
    find("#pause").hidden = !active(job);
    find("#pause").textContent = { queued: text("Do not begin"), stopping: text("Stop at once") }[job.state] ?? text("Pause");
    find("#resume").hidden = !job.resumable;
    find("#sample-now").hidden = find("#save-now").hidden = job.state !== "running" || !job.progress.done;
    find("#longer").hidden = active(job) || job.resumable;
    if (changed) say(problem, ["failed", "interrupted"].includes(job.state) ? job.message : "");
    if (!find("#same").children.length) find("#same").append(command(job.command));
  }
  if (changed || !find("#about").textContent) refresh();
}

function words({ state, progress: { done, total, remaining, message } }) {
  if (state === "queued") return text("waits until the training before it has ended");
  if (state === "stopping") return text("is stopping after this step, and keeps a checkpoint");
  if (total === null) return text("reads the pictures, and tries which arithmetic is faster");
  if (message) return `${message}: ${text("{done} of {total}", { done, total })}`;
  const left = remaining === null ? "" : text("about {time} left", { time: duration(remaining) });
  return [text("step {done} of about {total}", { done, total }), left].filter(Boolean).join(" · ");
}

const act = (work) => () => work().then(() => say(problem, ""), (error) => say(problem, error.message));
find("#pause").addEventListener("click", act(() => call("POST", `/api/jobs/${job.id}/stop`, { firmly: job.state === "stopping" })));
find("#resume").addEventListener("click", act(() => call("POST", `/api/jobs/${job.id}/resume`)));
for (const what of ["sample", "save"]) {
  const button = find(`#${what}-now`);
  button.addEventListener("click", act(async () => {
    await call("POST", `${address}/${what}-now`);
    button.disabled = true; // A request that waits already need not be made twice.
    setTimeout(() => (button.disabled = false), BETWEEN);
    setTimeout(refresh, BETWEEN);
  }));
}
find("#longer").addEventListener("submit", (event) => {
  event.preventDefault();
  act(() => call("POST", `${address}/continue`, { minutes: Number(find("#more-minutes").value) }))();
});
slider.addEventListener("input", turn);
refresh();
follow(follows, (sentence) => say(problem, sentence));
