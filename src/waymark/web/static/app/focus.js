// Time given to one thing: a clock that is started here, and whose minutes then count for its task and its goal.
import { html, useEffect, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { byDue, focus, goals, isToDo, moved, tasks } from "./store.js";
import { attempt, complain, Icon, Meter, toast, useFetched } from "./parts.js";
import { number, plural } from "./words.js";

const LENGTHS = [15, 25, 50];
const isRunning = (session) => session.showStatus === "active" && ["in_progress", "paused"].includes(session.status);

/** Seconds that passed without pauses. */
function passed(session, now) {
  const until = session.pausedAt ? Date.parse(session.pausedAt) : now;
  return Math.max(0, Math.floor((until - Date.parse(session.startedAt)) / 1000) - session.pausedSeconds);
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

async function take(method, step, session, said, body) {
  await attempt(async () => {
    focus.put(await ask(method, `/focus-sessions/${session.id}/${step}`, body, { key: newId() }));
    if (said) toast(said);
  });
}

export function Focus({ goalId }) {
  useEffect(() => {
    focus.load().catch(complain);
  }, []);
  const running = focus.all.value.filter(isRunning);
  const ended = focus.all.value.filter((each) => each.status === "completed").length;
  const [stats] = useFetched(() => ask("GET", "/focus-sessions/stats"), [ended, moved.focus_sessions.value]);
  return html`<section class="sheet" aria-labelledby="focus-title"><div class="sheet-head"><h2 id="focus-title">Focus</h2>
      ${stats?.last7Minutes > 0 && html`<p class="small">${plural(stats.todayMinutes, "minute")} today, ${number(stats.last7Minutes)} in 7 days</p>`}</div>
    ${running.map((session) => html`<${Running} key=${session.id} session=${session} />`)}
    ${!running.length && html`<${Start} goalId=${goalId} />`}</section>`;
}

function Running({ session }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = passed(session, now);
  const isPaused = session.status === "paused";
  const about = tasks.get(session.taskId)?.title ?? goals.get(session.goalId)?.title ?? "Focus";
  const minutes = Math.floor(seconds / 60);
  return html`<div class="focus">
    <p class="figures"><strong role="timer" aria-label="Time passed">${clock(seconds)}</strong><span>of ${plural(session.plannedMinutes, "minute")} · ${about}${isPaused ? " · paused" : ""}</span></p>
    <${Meter} value=${(seconds / 60 / session.plannedMinutes) * 100} label=${`${about}, time passed`} kind=${isPaused ? "fair" : "good"} />
    <div class="lifecycle">
      <button type="button" class="button small" onClick=${() => take("POST", "complete", session, `${plural(minutes, "minute")} of focus kept`, {})}><${Icon} name="check" />Finish</button>
      <button type="button" class="button plain small" onClick=${() => take("PATCH", isPaused ? "resume" : "pause", session)}><${Icon} name=${isPaused ? "resume" : "pause"} />${isPaused ? "Go on" : "Pause the clock"}</button>
      <button type="button" class="button plain small" onClick=${() => take("POST", "cancel", session, "Given up; it counts for nothing")}>Give up</button>
    </div></div>`;
}

function Start({ goalId }) {
  const [chosen, choose] = useState(goalId ? `goalId ${goalId}` : "");
  const start = (plannedMinutes) =>
    attempt(async () => {
      const [name, id] = chosen.split(" ");
      focus.put(await ask("POST", "/focus-sessions/start", { id: newId(), plannedMinutes, ...(id && { [name]: id }) }, { key: newId() }));
    });
  const option = (name) => ({ id, title }) => html`<option key=${id} value=${`${name} ${id}`} selected=${chosen === `${name} ${id}`}>${title}</option>`;
  return html`<div class="focus-start">
    <label><span class="hidden">On what</span><select onChange=${(event) => choose(event.currentTarget.value)}>
      <option value="">On nothing in particular</option>
      <optgroup label="Goals">${goals.all.value.filter((each) => each.status === "active" && each.showStatus === "active").map(option("goalId"))}</optgroup>
      <optgroup label="Tasks">${tasks.all.value.filter(isToDo).sort(byDue).map(option("taskId"))}</optgroup></select></label>
    <div class="quick" role="group" aria-label="Start the clock">${LENGTHS.map((minutes) => html`<button type="button" key=${minutes} class="chip" onClick=${() => start(minutes)}>${minutes} minutes</button>`)}</div></div>`;
}
