// A goal made or changed: a few good starts for the first one, and one form for all.
import { html, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { goals } from "./store.js";
import { Amount, dialog, Field, Form, Icon, options } from "./parts.js";
import { go } from "./route.js";
import { asBodies, MilestoneList } from "./milestones.js";
import { me, plusDays, today } from "./words.js";

const QUARTERS = ["A quarter", "Half way", "Three quarters", "There"];
const steps = (...titles) => titles.map((title, index) => ({ key: `start-${index}`, title, place: "", dueDate: "" }));
const year = () => plusDays(today(), 365);
const halfYear = () => plusDays(today(), 182);

/** Each is a whole goal already: one may send it as it stands. */
const STARTS = [
  { name: "Read more", icon: "type-education", title: "Read 12 books", goalType: "education", metricType: "count", unit: "books", targetValue: "12", until: year, rows: () => steps(...QUARTERS) },
  { name: "Save money", icon: "type-financial", title: "A rainy-day fund", goalType: "financial", metricType: "amount", targetValue: "1000", until: halfYear, rows: () => steps(...QUARTERS) },
  { name: "Change weight", icon: "type-health", title: "Down to 80 kg", goalType: "health", metricType: "weight", unit: "kg", initialValue: "86", targetValue: "80", until: halfYear, rows: () => steps("First kilo", "Half way", "There") },
  { name: "Move", icon: "type-health", title: "Run 200 km", goalType: "health", metricType: "custom", unit: "km", targetValue: "200", until: halfYear, rows: () => steps(...QUARTERS) },
  { name: "Practise", icon: "type-productivity", title: "50 hours of practice", goalType: "education", metricType: "duration", unit: "hours", targetValue: "50", until: halfYear, rows: () => steps(...QUARTERS) },
  { name: "Finish something", icon: "type-personal", title: "Finish the project", goalType: "personal", metricType: "none", until: halfYear, rows: () => steps("Plan it", "Begin", "Half of it", "Finish") },
];

const METRICS = { count: "Whole things (books, visits …)", amount: "Money", weight: "Weight", duration: "Time", custom: "Another unit (km, pages …)", none: "No number: steps, tasks, habits" };
const TYPES = { personal: "Personal", health: "Health", education: "Learning", productivity: "Work", financial: "Money" };
const UNITS = { weight: { kg: "kg", g: "g", lb: "lb", oz: "oz", st: "st" }, duration: { hours: "hours", minutes: "minutes", seconds: "seconds", days: "days" } };
const MODES = { increment: "Amounts that add up", measure: "The value as it is now" };
const CURRENCIES = Intl.supportedValuesOf ? Intl.supportedValuesOf("currency") : ["USD", "EUR", "GBP", "UZS"];

const filled = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== ""));
const nulled = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === "" || value === undefined ? null : value]));
const AMOUNTS = ["initialValue", "targetValue", "progressTargetValue", "weight-metric", "weight-finance", "weight-tasks", "weight-habits", "weight-milestones"];

function GoalForm({ start, goal, send, label }) {
  const from = goal ?? start;
  const [metric, setMetric] = useState(from.metricType);
  const [rows, setRows] = useState(start?.rows?.() ?? []);
  const [mode, setMode] = useState(from.checkInMode ?? (metric === "weight" ? "measure" : "increment"));
  const choose = (event) => {
    setMetric(event.currentTarget.value);
    setMode(event.currentTarget.value === "weight" ? "measure" : "increment");
  };
  const weights = goal?.progressWeights ?? {};
  const sent = (fields) => {
    const { goalType, title, description, startDate, targetDate, autoComplete, thresholds } = fields;
    const measured = metric === "none" ? {} : { unit: fields.unit, currency: fields.currency, initialValue: fields.initialValue, targetValue: fields.targetValue, checkInMode: mode };
    const chosen = Object.fromEntries(["metric", "finance", "tasks", "habits", "milestones"].map((each) => [each, fields[`weight-${each}`]]).filter(([, value]) => value !== null && value !== undefined));
    const levels = (thresholds ?? "").split(/[\s,;]+/).filter(Boolean).map(Number);
    return send(
      { title, goalType, description, startDate, targetDate, autoComplete: autoComplete === "on", ...measured, progressWeights: Object.keys(chosen).length ? chosen : null, insightThresholds: levels.length ? levels : null, ...(goal ? {} : { metricType: metric }) },
      asBodies(rows, metric !== "none"),
    );
  };
  return html`<${Form} class="goal-form" send=${sent} amounts=${AMOUNTS}>${({ fault, busy, error }) => html`
    <${Field} label="What do you want to reach?" name="title" required maxlength="200" value=${from.title} fault=${fault("title")} />
    ${!goal && html`<${Field} label="How is it measured?" as="select" onChange=${choose} fault=${fault("metricType")}>${options(METRICS, metric)}</${Field}>`}
    ${metric !== "none" && html`<div class="pair">
      ${metric === "amount" && html`<${Field} label="Currency" name="currency" list="currencies" maxlength="3" required value=${from.currency ?? me.value?.baseCurrency ?? "USD"} fault=${fault("currency")} />
        <datalist id="currencies">${CURRENCIES.map((code) => html`<option value=${code} />`)}</datalist>`}
      ${UNITS[metric] && html`<${Field} label="Unit" name="unit" as="select" fault=${fault("unit")}>${options(UNITS[metric], from.unit)}</${Field}>`}
      ${(metric === "count" || metric === "custom") && html`<${Field} label=${metric === "count" ? "Of what (optional)" : "Unit"} name="unit" maxlength="32" value=${from.metricType === metric ? (from.unit ?? "") : ""} fault=${fault("unit")} />`}
      <${Amount} label="Target" name="targetValue" required value=${String(from.targetValue ?? "")} fault=${fault("targetValue")} />
      ${(mode === "measure" || goal) && html`<${Amount} label="Now, at the start" name="initialValue" value=${String(from.initialValue ?? "")} fault=${fault("initialValue") ?? fault("direction")} />`}
    </div>`}
    <div class="pair"><${Field} label="By when" name="targetDate" type="date" value=${goal ? (goal.targetDate ?? "") : (start?.until?.() ?? "")} fault=${fault("targetDate")} />
      <${Field} label="Kind" name="goalType" as="select" fault=${fault("goalType")}>${options(TYPES, from.goalType)}</${Field}></div>
    ${!goal && html`<details open=${Boolean(error)}><summary>Milestones${rows.length ? `: ${rows.map((row) => row.title).filter(Boolean).join(", ")}` : ""}</summary><${MilestoneList} rows=${rows} set=${setRows} isMeasured=${metric !== "none"} fault=${(index) => error?.details?.find((each) => each.field.startsWith(`milestones[${index}]`) || each.field.startsWith(`milestones.${index}`))?.message} /></details>`}
    <details><summary>More</summary>
      <${Field} label="Why, and how" name="description" as="textarea" rows="3" maxlength="5000" value=${from.description ?? ""} fault=${fault("description")} />
      <${Field} label="Begins on" name="startDate" type="date" value=${from.startDate ?? ""} fault=${fault("startDate")} />
      ${metric !== "none" && html`<${Field} label="A check-in says" as="select" onChange=${(event) => setMode(event.currentTarget.value)} fault=${fault("checkInMode")}>${options(MODES, mode)}</${Field}>`}
      <label class="check"><input type="checkbox" name="autoComplete" defaultChecked=${from.autoComplete ?? false} />Complete it by itself when the target is reached</label>
      ${goal && html`<fieldset><legend>Weights</legend><p class="hint">How much each source counts. Leave all empty for the usual rule.</p>
        <div class="pair">${["metric", "finance", "tasks", "habits", "milestones"].filter((each) => !(metric === "none" && (each === "metric" || each === "finance"))).map((each) => html`<${Amount} label=${each[0].toUpperCase() + each.slice(1)} name=${`weight-${each}`} value=${String(weights[each] ?? "")} fault=${fault(`progressWeights.${each}`)} />`)}</div></fieldset>`}
      <${Field} label="Tell me at (percent)" name="thresholds" placeholder="25, 50, 75, 90, 100" value=${from.insightThresholds?.join(", ") ?? ""} fault=${fault("insightThresholds")} />
    </details>
    <div class="actions"><button class="button" disabled=${busy}>${label}</button></div>`}</${Form}>`;
}

export function NewGoal({ query }) {
  const isFirst = query.first === "1";
  const [start, setStart] = useState(STARTS[0]);
  const create = async (fields, milestones) => {
    const made = await ask("POST", "/goals", { id: newId(), ...filled(fields), ...(milestones.length && { milestones }) }, { key: newId() });
    goals.put(made);
    go(`goal/${made.id}${isFirst ? "?first=1" : ""}`);
  };
  return html`<div class="narrow-page">
    ${!isFirst && html`<p class="crumb"><a href="#/goals"><${Icon} name="back" />Goals</a></p>`}
    <header class="head"><div><h1>${isFirst ? "Your first goal" : "New goal"}</h1><p class="sub">Pick a start and change what does not fit. Everything can be changed later.</p></div></header>
    <div class="starts" role="group" aria-label="Starts">${STARTS.map((each) => html`<button type="button" key=${each.name} aria-pressed=${each === start ? "true" : "false"} onClick=${() => setStart(each)}><${Icon} name=${each.icon} />${each.name}</button>`)}</div>
    <section class="sheet"><${GoalForm} key=${start.name} start=${start} send=${create} label="Create goal" /></section>
    ${isFirst && html`<p><a href="#/goals">Skip this for now</a></p>`}
  </div>`;
}

export function editGoal(goal) {
  return dialog("Edit goal", ({ close }) => {
    const change = async (fields) => {
      // Only what was changed: a merge patch must not touch what somebody else is changing.
      const changed = Object.entries(nulled(fields)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(same(goal[name], value)));
      if (changed.length) goals.put(await ask("PATCH", `/goals/${goal.id}`, Object.fromEntries(changed), { key: newId() }));
      close();
    };
    return html`<${GoalForm} goal=${goal} send=${change} label="Save" />`;
  }, { wide: true });
}

/** A number of the goal as the form would give it back. */
const same = (held, value) => (typeof held === "number" && typeof value === "string" ? String(held) : held === undefined ? null : weighted(held));
const weighted = (held) => (held && typeof held === "object" && !Array.isArray(held) ? Object.fromEntries(Object.entries(held).map(([name, value]) => [name, String(value)])) : held);
