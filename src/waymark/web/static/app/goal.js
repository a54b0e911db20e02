// One goal: where it stands, why, what comes next, and everything that feeds it.
import { html, useEffect, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { goals, moved, nextTask } from "./store.js";
import { attempt, Badge, complain, Empty, Icon, toast, Trail, useFetched } from "./parts.js";
import { CheckIn } from "./check-in.js";
import { day, near, nextStep, percent, plural, quantity, rates, standing } from "./words.js";
import { Chart } from "./chart.js";
import { Explained } from "./explained.js";
import { Facts, FACT_TABS } from "./facts.js";
import { Feeds } from "./feeds.js";
import { WhatIf } from "./what-if.js";
import { editGoal } from "./goal-form.js";
import { editMilestones } from "./milestones.js";
import { sharePictures } from "./pictures.js";

/** The steps that a state allows (DOMAIN §5); a refusal names them anew in `context.allowed`. */
const ALLOWED = {
  active: ["pause", "complete", "archive", "delete"],
  paused: ["resume", "complete", "archive", "delete"],
  completed: ["reactivate", "archive", "delete"],
  archived: ["restore", "delete"],
  deleted: ["restore"],
};
const STEPS = {
  pause: { label: "Pause", icon: "pause", said: "Paused: these days leave the pace", back: "resume" },
  resume: { label: "Resume", icon: "resume", said: "Under way again", back: "pause" },
  complete: { label: "Complete", icon: "complete", said: "Completed", back: "reactivate" },
  reactivate: { label: "Reactivate", icon: "resume", said: "Active again", back: "complete" },
  archive: { label: "Archive", icon: "archive", said: "Archived", back: "restore" },
  restore: { label: "Restore", icon: "undo", said: "Restored" },
  delete: { label: "Delete", icon: "trash", said: "Deleted", back: "restore" },
};

const call = (goal, step) =>
  step === "delete" ? ask("DELETE", `/goals/${goal.id}`, undefined, { key: newId() }) : ask("POST", `/goals/${goal.id}/${step}`, undefined, { key: newId() });

async function take(goal, step) {
  const { said, back } = STEPS[step];
  await attempt(async () => {
    goals.put(await call(goal, step));
    toast(said, { undo: back && (async () => goals.put(await call(goal, back))) });
  });
}

function Lifecycle({ goal }) {
  const state = goal.showStatus === "deleted" ? "deleted" : goal.status;
  return html`<div class="lifecycle" role="group" aria-label="Steps of this goal">
    ${ALLOWED[state].map(
      (step) => html`<button type="button" key=${step} class="button plain small" onClick=${() => take(goal, step)}>
        <${Icon} name=${STEPS[step].icon} />${STEPS[step].label}</button>`,
    )}
  </div>`;
}

export function GoalPage({ rest: [id], query }) {
  const goal = goals.get(id);
  const [missing, setMissing] = useState(false);
  const [tab, setTab] = useState(null);
  const [imagined, imagine] = useState(null);
  useEffect(() => {
    // The list may not hold it: archived, deleted, or the address was sent by somebody.
    ask("GET", `/goals/${id}`).then(
      (found) => goals.put(found),
      (error) => (error.status === 404 ? !goals.get(id) && setMissing(true) : complain(error)),
    );
  }, [id]);
  useEffect(() => {
    if (goal) document.title = `${goal.title} · Waymark`;
  }, [goal?.title]);
  // Pace alone moves with the day, without a new version.
  const state = goal && `${goal.version}-${goal.pace?.daysLeft}-${moved.goal_check_ins.value}`;
  const [series, seriesError] = useFetched(() => (goal && goal.metricType !== "none" ? seriesOf(goal) : Promise.resolve(null)), [id, state]);
  const [progress] = useFetched(() => (goal ? ask("GET", `/goals/${id}/progress`) : Promise.resolve(null)), [id, state]);
  if (missing) return html`<${Empty} title="This goal is not here"><p>It may have been deleted.</p><a class="button" href="#/goals">To your goals</a></${Empty}>`;
  if (!goal) return html`<div class="skeleton" role="status"><span class="hidden">Loading</span></div>`;
  const isOpen = goal.status === "active" && goal.showStatus === "active";
  const next = nextStep(goal, nextTask(goal));
  const isEarly = goal.pace?.status === "insufficient_data";
  const hasRate = isOpen && !isEarly && typeof goal.pace?.actualPerDay === "number";
  const show = (source) => {
    setTab(FACT_TABS[source] ?? "check-ins");
    document.getElementById("facts")?.scrollIntoView({ block: "start" });
    document.querySelector("#facts [role=tab][aria-selected=true]")?.focus({ preventScroll: true });
  };
  return html`<article class="goal">
    <p class="crumb"><a href="#/goals"><${Icon} name="back" />Goals</a></p>
    <header class="goal-head">
      <div class="goal-title"><span class="kind"><${Icon} name=${`type-${goal.goalType}`} /></span><h1>${goal.title}</h1><${Badge} goal=${goal} /></div>
      ${goal.description && html`<p class="lead">${goal.description}</p>`}
      <p class="figures"><strong>${percent(goal.progressPercent)}</strong><span>${standing(goal)}</span></p>
      <${Trail} goal=${goal} big=${true} />
      <dl class="terms">
        ${next && html`<div class="accent"><dt>Next step</dt><dd>${next}</dd></div>`}
        ${goal.targetDate && html`<div><dt>${goal.pace?.daysLeft < 0 ? "Was due" : "Due"}</dt><dd>${day(goal.targetDate)}${goal.pace?.daysLeft > 0 ? `, ${plural(goal.pace.daysLeft, "day")} left` : ""}</dd></div>`}
        ${goal.pace?.projectedDate && hasRate && html`<div><dt>At this rate</dt><dd>there ${near(goal.pace.projectedDate)}</dd></div>`}
        ${hasRate && html`<div><dt>Lately</dt><dd>${rates(goal)}</dd></div>`}
      </dl>
    </header>
    <div class="columns">
      <div class="main-column">
        ${goal.metricType !== "none" && html`<section class="sheet" aria-labelledby="chart-title"><h2 id="chart-title">The way so far</h2>
          ${seriesError && !series ? html`<p class="refusal">The chart could not be loaded.</p>` : html`<${Chart} goal=${goal} series=${series} imagined=${imagined} />`}
        </section>`}
        <section class="sheet" aria-labelledby="why-title"><h2 id="why-title">Why ${percent(goal.progressPercent)}?</h2>
          <${Explained} goal=${goal} progress=${progress} show=${show} /></section>
        <section class="sheet" id="facts" aria-labelledby="facts-title"><h2 id="facts-title">What it is made of</h2>
          <${Facts} goal=${goal} state=${state} tab=${tab} choose=${setTab} /></section>
      </div>
      <div class="side-column">
        ${isOpen && html`<section class="sheet accent" aria-labelledby="check-in-title"><h2 id="check-in-title">Check in</h2>
          <${CheckIn} goal=${goal} autofocus=${query.first === "1"} /></section>`}
        <section class="sheet" aria-labelledby="milestones-title">
          <h2 id="milestones-title">Milestones</h2><${Milestones} goal=${goal} /></section>
        ${isOpen && goal.metricType !== "none" && goal.targetDate && html`<section class="sheet" aria-labelledby="what-if-title"><h2 id="what-if-title">What if</h2>
          <${WhatIf} goal=${goal} imagine=${imagine} /></section>`}
        <section class="sheet" aria-labelledby="feeds-title"><h2 id="feeds-title">Fed by</h2><${Feeds} goal=${goal} state=${state} /></section>
        <section class="sheet" aria-labelledby="steps-title"><h2 id="steps-title">This goal</h2>
          <div class="lifecycle">
            <button type="button" class="button plain small" onClick=${() => editGoal(goal)}><${Icon} name="edit" />Edit</button>
            <button type="button" class="button plain small" onClick=${() => sharePictures(goal)}><${Icon} name="link" />Share a picture</button>
          </div>
          <${Lifecycle} goal=${goal} /></section>
      </div>
    </div>
  </article>`;
}

function seriesOf(goal) {
  const began = goal.startDate ?? goal.createdAt.slice(0, 10);
  const days = (Date.now() - Date.parse(began)) / 86_400_000;
  return ask("GET", `/goals/${goal.id}/series?bucket=${days <= 200 ? "day" : "week"}`);
}

function Milestones({ goal }) {
  const byHand = goal.metricType === "none" || goal.progressWeights !== null;
  const tick = (milestone) =>
    attempt(async () => {
      await ask("PATCH", `/goals/${goal.id}/milestones/${milestone.id}`, { completed: milestone.completedAt === null }, { key: newId() });
      goals.put(await ask("GET", `/goals/${goal.id}`));
    });
  return html`${goal.milestones.length
      ? html`<ol class="milestones">${goal.milestones.map(
          (each) => html`<li key=${each.id} class=${each.completedAt ? "reached" : ""}>
            ${byHand
              ? html`<button type="button" class="mark-button" aria-pressed=${each.completedAt ? "true" : "false"} aria-label=${`Reached: ${each.title}`} onClick=${() => tick(each)}><i class="mark"></i></button>`
              : html`<i class="mark" aria-hidden="true"></i>`}
            <div><b>${each.title}</b><span>${each.targetValue === null ? percent(each.targetPercent) : quantity(goal, each.targetValue)}${
              each.completedAt ? `, reached ${near(each.completedAt.slice(0, 10))}` : each.dueDate ? `, due ${day(each.dueDate)}` : ""
            }</span></div></li>`,
        )}</ol>`
      : html`<p class="quiet">No milestones yet. They break a long way into stretches.</p>`}
    <button type="button" class="link" onClick=${() => editMilestones(goal)}>${goal.milestones.length ? "Edit milestones" : "Add milestones"}</button>`;
}

