// What the rules noticed, newest first; each can be acted on where it stands.
import { html, useEffect, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { goals, insights, noticed } from "./store.js";
import { checkInDialog } from "./check-in.js";
import { attempt, complain, Empty, Icon, IconButton, Loading, Tabs, toast } from "./parts.js";
import { go } from "./route.js";
import { instant, readable, spoken } from "./words.js";

const TABS = { open: "Open", all: "All" };
const ICONS = { celebration: "celebration", warning: "warning", critical: "warning", info: "insights" };

/** Where the page shows what an action would read. */
const PLACES = [["/habits", "today"], ["/tasks", "today"], ["/budgets", "money"], ["/debts", "money"]];

const mark = (insight, step) =>
  attempt(async () => noticed(await ask("PATCH", `/insights/${insight.id}/${step}`, undefined, { key: newId() })));

/** Runs one of an insight's own actions, or leads to where it needs more words. */
async function run(insight, action) {
  const path = action.path.replace(/^\/api\/v1/, "");
  const goalId = insight.related?.goalId;
  const goal = goals.get(goalId);
  // What was done or measured is for a person to say: the amount asked for only begins the form.
  if (goal && action.method !== "GET" && path.endsWith("/check-in")) {
    const taken = await checkInDialog(goal, goal.checkInMode === "measure" ? undefined : action.body?.value);
    if (taken) await mark(insight, "complete");
    return;
  }
  if (action.method === "GET") {
    const place = PLACES.find(([start]) => path.startsWith(start))?.[1];
    if (place || goalId) go(place ?? `goal/${goalId}`);
    return;
  }
  await attempt(async () => {
    const data = await ask(action.method, path, action.body ?? undefined, { key: newId() });
    if (data?.pace) goals.put(data);
    await mark(insight, "complete");
    toast(`Done: ${action.label}`);
  });
}

/** A measured value is not known before it is measured: no button says it. */
const labelOf = (action, goal) => (goal?.checkInMode === "measure" && action.path.endsWith("/check-in") ? "Check in" : action.label);

/** Said again, an insight is new again; looked at, it keeps its place. */
const toldAt = (insight) => (insight.status === "new" ? insight.updatedAt : insight.createdAt);

export function Feed() {
  const [tab, setTab] = useState("open");
  useEffect(() => {
    insights.load().catch(complain);
  }, []);
  const all = insights.all.value.filter((each) => each.showStatus === "active").sort((a, b) => Number(b.status === "new") - Number(a.status === "new") || toldAt(b).localeCompare(toldAt(a)) || a.id.localeCompare(b.id));
  const shown = tab === "open" ? all.filter((each) => each.status === "new" || each.status === "viewed") : all;
  const unread = shown.filter((each) => each.status === "new");
  return html`<header class="head"><div><h1>Insights</h1><p class="sub">What is worth knowing, when it happens</p></div>
      ${unread.length > 1 && html`<button type="button" class="button plain" onClick=${() => unread.forEach((each) => mark(each, "view"))}>Mark all as seen</button>`}</header>
    <${Tabs} label="Which insights" tabs=${TABS} chosen=${tab} choose=${setTab} />
    <${Loading} table=${insights}>${shown.length
      ? html`<ul class="feed">${shown.map((each) => html`<li key=${each.id}><${Insight} insight=${each} /></li>`)}</ul>`
      : html`<${Empty} icon="insights" title="Nothing new"><p>Milestones reached, deadlines coming near, a pace that slips: it is said here, once.</p></${Empty}>`}</${Loading}>`;
}

function Insight({ insight }) {
  const goal = goals.get(insight.related?.goalId);
  const isOpen = insight.status === "new" || insight.status === "viewed";
  return html`<article class=${`insight level-${insight.level} ${insight.status}`}>
    <${Icon} name=${ICONS[insight.level] ?? "insights"} />
    <div><h2>${insight.title}${insight.status === "new" ? html` <span class="hidden">(new)</span>` : ""}</h2>
      ${insight.body && html`<p>${readable(insight.body)}</p>`}
      <p class="small">${instant(toldAt(insight))}${goal ? html` · <a href=${`#/goal/${goal.id}`}>${goal.title}</a>` : ""}${isOpen ? "" : ` · ${spoken(insight.status)}`}</p>
      ${isOpen && html`<div class="lifecycle">${(insight.actions ?? []).map((action) => html`<button type="button" key=${action.label} class=${`button small ${action.method === "GET" ? "plain" : ""}`} onClick=${() => run(insight, action)}>${labelOf(action, goal)}</button>`)}
        ${insight.status === "new" && html`<button type="button" class="button plain small" onClick=${() => mark(insight, "view")}>Seen</button>`}</div>`}
    </div>
    ${isOpen && html`<${IconButton} name="close" label=${`Dismiss: ${insight.title}`} onClick=${() => mark(insight, "dismiss")} />`}
  </article>`;
}
