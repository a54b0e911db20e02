// All goals as cards: found, filtered and sorted here, checked in to in two clicks.
import { html, useEffect, useState } from "./html.js";
import { askEvery } from "./api.js";
import { goals, nextTask, tasks } from "./store.js";
import { Badge, complain, Empty, Icon, Loading, Tabs, Trail } from "./parts.js";
import { checkInDialog } from "./check-in.js";
import { daysBetween, nextStep, pace, percent, plural, standing, today } from "./words.js";

const TABS = { active: "Active", completed: "Completed", archived: "Archived", deleted: "Deleted" };
const SORTS = {
  needed: "What needs me first",
  deadline: "Deadline",
  progress: "Progress",
  recent: "Last changed",
  title: "Title",
};
const TYPES = { "": "All kinds", financial: "Money", health: "Health", education: "Learning", productivity: "Work", personal: "Personal" };
const MOODS = ["poor", "fair", "still", "good"];

const last = (goal) => goal.pace?.daysLeft ?? Infinity;
const ORDERS = {
  needed: (a, b) =>
    (a.status === "paused") - (b.status === "paused") || MOODS.indexOf(pace(a).mood) - MOODS.indexOf(pace(b).mood) || last(a) - last(b),
  deadline: (a, b) => last(a) - last(b),
  progress: (a, b) => b.progressPercent - a.progressPercent,
  recent: (a, b) => b.updatedAt.localeCompare(a.updatedAt),
  title: (a, b) => a.title.localeCompare(b.title),
};

const IN_TAB = {
  active: (goal) => goal.showStatus === "active" && ["active", "paused"].includes(goal.status),
  completed: (goal) => goal.showStatus === "active" && goal.status === "completed",
  archived: (goal) => goal.showStatus === "archived",
  deleted: (goal) => goal.showStatus === "deleted",
};

// What is looked for stays while one goes to a goal and back.
const asked = { tab: "active", search: "", type: "", sort: "needed" };

export function Goals() {
  const [{ tab, search, type, sort }, set] = useState({ ...asked });
  const change = (fields) => set((held) => Object.assign(asked, held, fields) && { ...asked });
  useEffect(() => {
    if (tab !== "archived" && tab !== "deleted") return;
    askEvery(`/goals?showStatus=${tab}`).then((rows) => rows.forEach((row) => goals.put(row)), complain);
  }, [tab]);
  const all = goals.all.value;
  const hasSteps = all.some((goal) => goal.metricType === "none" && goal.linkedTaskIds.length && IN_TAB.active(goal));
  useEffect(() => {
    if (hasSteps) tasks.load().catch(() => {});
  }, [hasSteps]);
  const words = search.trim().toLocaleLowerCase();
  const shown = all
    .filter(IN_TAB[tab])
    .filter((goal) => !type || goal.goalType === type)
    .filter((goal) => !words || `${goal.title}\n${goal.description ?? ""}`.toLocaleLowerCase().includes(words))
    .sort((a, b) => ORDERS[sort](a, b) || a.id.localeCompare(b.id));
  const here = all.filter((goal) => goal.showStatus === "active");
  return html`<header class="head"><div><h1>Goals</h1><${Summary} goals=${here} /></div>
      <a class="button" href="#/new"><${Icon} name="plus" />New goal</a></header>
    <${Loading} table=${goals}>
      <${Tabs} label="Which goals" tabs=${TABS} chosen=${tab} choose=${(tab) => change({ tab })} />
      ${(here.length > 3 || words || type) && html`<div class="filters" role="search">
        <label class="search"><${Icon} name="search" /><span class="hidden">Search goals</span>
          <input type="search" placeholder="Search" value=${search} onInput=${(event) => change({ search: event.currentTarget.value })} /></label>
        <label><span class="hidden">Kind</span><select onChange=${(event) => change({ type: event.currentTarget.value })}>
          ${Object.entries(TYPES).map(([key, label]) => html`<option value=${key} selected=${key === type}>${label}</option>`)}</select></label>
        <label><span class="hidden">Sort by</span><select onChange=${(event) => change({ sort: event.currentTarget.value })}>
          ${Object.entries(SORTS).map(([key, label]) => html`<option value=${key} selected=${key === sort}>${label}</option>`)}</select></label>
      </div>`}
      <p class="hidden" role="status">${plural(shown.length, "goal")} shown</p>
      ${shown.length
        ? html`<ul class="cards">${shown.map((goal) => html`<li key=${goal.id}><${Card} goal=${goal} /></li>`)}</ul>`
        : html`<${Nothing} tab=${tab} filtered=${Boolean(words || type)} clear=${() => change({ search: "", type: "" })} />`}
    </${Loading}>`;
}

function Summary({ goals }) {
  const active = goals.filter((goal) => goal.status === "active");
  const behind = active.filter((goal) => pace(goal).mood === "poor").length;
  if (!active.length) return null;
  return html`<p class="sub">${plural(active.length, "goal")} under way${behind ? `, ${number(behind)} of them behind` : ", none of them behind"}</p>`;
}

const number = (count) => (count === 1 ? "one" : count);

function Card({ goal }) {
  const next = nextStep(goal, nextTask(goal));
  const isOpen = goal.status === "active" && goal.showStatus === "active";
  const left = goal.pace?.daysLeft;
  return html`<article class="card">
    <div class="card-head">
      <span class="kind"><${Icon} name=${`type-${goal.goalType}`} /></span>
      <h2><a href=${`#/goal/${goal.id}`}>${goal.title}</a></h2>
      <${Badge} goal=${goal} />
    </div>
    <p class="figures"><strong>${percent(goal.progressPercent)}</strong><span>${standing(goal)}</span></p>
    <${Trail} goal=${goal} />
    <div class="card-foot">
      <p>${next ?? (left > 0 && goal.targetDate ? `${plural(left, "day")} left` : goal.lastCheckInAt ? `Last check-in ${since(goal.lastCheckInAt)}` : "Nothing logged yet")}</p>
      ${isOpen && html`<button type="button" class="button small" onClick=${() => checkInDialog(goal)} aria-label=${`Check in: ${goal.title}`}>
        <${Icon} name="check" />Check in</button>`}
    </div>
  </article>`;
}

const since = (instant) => {
  const days = daysBetween(instant.slice(0, 10), today());
  return days <= 0 ? "today" : days === 1 ? "yesterday" : `${plural(days, "day")} ago`;
};

const NOTHING = {
  active: ["goals", "No goal under way", "Set out for something: a number to reach, a sum to save, or steps to take."],
  completed: ["complete", "Nothing completed yet", "What you reach is kept here, with its whole history."],
  archived: ["archive", "Nothing archived", "Archiving puts a goal away without losing anything. It can be restored."],
  deleted: ["trash", "Nothing deleted", "Deleted goals can be restored from here."],
};

function Nothing({ tab, filtered, clear }) {
  if (filtered) {
    return html`<${Empty} icon="search" title="Nothing matches"><button type="button" class="button plain" onClick=${clear}>Show all</button></${Empty}>`;
  }
  const [icon, title, text] = NOTHING[tab];
  return html`<${Empty} icon=${icon} title=${title}><p>${text}</p>
    ${tab === "active" && html`<a class="button" href="#/new">Create a goal</a>`}</${Empty}>`;
}
