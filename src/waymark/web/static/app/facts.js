// The facts behind a goal: check-ins that can be mended, money, tasks, habits, each as a list.
import { html, useEffect, useState } from "./html.js";
import { ask, askAll, newId } from "./api.js";
import { goals, moved } from "./store.js";
import { waiting } from "./outbox.js";
import { Amount, attempt, complain, dialog, Field, Form, IconButton, Tabs, toast } from "./parts.js";
import { TaskRow, HabitRow } from "./doings.js";
import { day, money, quantity, spoken, today } from "./words.js";

/** Which list holds the facts of which source. */
export const FACT_TABS = { metric: "check-ins", finance: "money", tasks: "tasks", habits: "habits", milestones: "check-ins" };
const PAGE = 10;
const SOURCES = { manual: "", task: "from a task", habit: "from a habit", focus: "from focus time", finance: "from money" };

export function Facts({ goal, state, tab, choose }) {
  const counts = { "check-ins": goal.checkInCount, money: goal.financeContributionCount, tasks: goal.linkedTaskIds.length, habits: goal.linkedHabitIds.length };
  const kinds = Object.keys(counts).filter((kind) => counts[kind] || kind === "check-ins" || (kind === "money" && goal.currency));
  const tabs = Object.fromEntries(kinds.map((kind) => [kind, `${spoken(kind)} (${counts[kind]})`]));
  const chosen = tab in tabs ? tab : (kinds.find((kind) => counts[kind]) ?? "check-ins");
  return html`${kinds.length > 1 && html`<${Tabs} label="Kinds of facts" tabs=${tabs} chosen=${chosen} choose=${choose} />`}
    <${List} key=${chosen} goal=${goal} kind=${chosen} state=${state} />`;
}

const PATHS = { "check-ins": "check-ins", money: "contributions", tasks: "tasks", habits: "habits" };

function List({ goal, kind, state }) {
  const [rows, setRows] = useState(null);
  const [limit, setLimit] = useState(PAGE);
  const [total, setTotal] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    askAll("GET", `/goals/${goal.id}/${PATHS[kind]}?limit=${limit}`).then(({ data, meta }) => {
      if (!isCurrent) return;
      setRows(data);
      setTotal(meta?.total ?? data.length);
    }, complain);
    return () => (isCurrent = false);
  }, [goal.id, kind, state, limit]);
  if (!rows) return html`<div class="skeleton low"></div>`;
  const held = kind === "check-ins" ? waiting.value.filter((each) => each.path === `/goals/${goal.id}/check-in`) : [];
  if (!rows.length && !held.length) return html`<p class="quiet">Nothing here yet.</p>`;
  return html`<ul class="rows">
      ${held.map((each) => html`<li key=${each.key} class="row waiting"><span><b>${each.body.value === undefined ? "Check-in" : quantity(goal, each.body.value)}</b><small>waiting to be sent</small></span></li>`)}
      ${rows.map((row) => html`<${ROWS[kind]} key=${row.id ?? row.transactionId} goal=${goal} row=${row} />`)}
    </ul>
    ${total > rows.length && limit < 100 && html`<button type="button" class="link" onClick=${() => setLimit(Math.min(100, limit + 40))}>Show more of ${total}</button>`}`;
}

function CheckInRow({ goal, row }) {
  const sign = row.mode === "increment" && Number(row.value) > 0 ? "+" : "";
  return html`<li class="row"><span><b>${row.value === null ? "Worked on it" : sign + quantity(goal, row.value, row.unit ?? goal.unit)}</b>
      <small>${day(row.dateKey)}${SOURCES[row.sourceType] ? `, ${SOURCES[row.sourceType]}` : ""}${row.note ? html` · ${row.note}` : ""}
        ${row.link?.type === "url" && /^https?:/.test(row.link.url) ? html` · <a href=${row.link.url} rel="noreferrer noopener" target="_blank">link</a>` : ""}</small></span>
    ${row.sourceType === "manual" && html`<span class="row-tools">
      <${IconButton} name="edit" label=${`Mend the check-in of ${day(row.dateKey)}`} onClick=${() => mend(goal, row)} />
      <${IconButton} name="trash" label=${`Undo the check-in of ${day(row.dateKey)}`} onClick=${() => undo(goal, row)} /></span>`}</li>`;
}

async function renewed(goal) {
  goals.put(await ask("GET", `/goals/${goal.id}`));
  moved.goal_check_ins.value += 1;
}

const undo = (goal, row) =>
  attempt(async () => {
    await ask("DELETE", `/goals/${goal.id}/check-ins/${row.id}`, undefined, { key: newId() });
    await renewed(goal);
    const { value, unit, note, link, dateKey, mode } = row;
    const same = Object.fromEntries(Object.entries({ value, unit, note, link, dateKey, mode }).filter(([, each]) => each !== null));
    toast("Check-in undone", {
      label: "Put back",
      undo: async () => {
        await ask("POST", `/goals/${goal.id}/check-in`, same, { key: newId() });
        await renewed(goal);
      },
    });
  });

const mend = (goal, row) =>
  dialog("Mend a check-in", ({ close }) => {
    const send = async ({ value, note, dateKey }) => {
      const body = { note: note.trim() || null, dateKey, ...(row.value !== null && { value }) };
      await ask("PATCH", `/goals/${goal.id}/check-ins/${row.id}`, body, { key: newId() });
      await renewed(goal);
      close();
    };
    return html`<${Form} send=${send} amounts=${["value"]}>${({ fault, busy }) => html`
      ${row.value !== null && html`<${Amount} label="Value" name="value" value=${String(row.value)} fault=${fault("value")} hint=${row.unit ? `In ${row.unit}` : undefined} />`}
      <${Field} label="Note" name="note" value=${row.note ?? ""} fault=${fault("note")} />
      <${Field} label="Day" name="dateKey" type="date" max=${today()} value=${row.dateKey} fault=${fault("dateKey")} />
      <div class="actions"><button class="button" disabled=${busy}>Save</button></div>`}</${Form}>`;
  });

function MoneyRow({ goal, row }) {
  const isForeign = row.currency !== goal.currency;
  return html`<li class="row"><span><b>${row.sign < 0 ? "−" : "+"}${money(row.convertedAmount, goal.currency)}</b>
    <small>${day(row.date)}, by the ${spoken(row.via).toLowerCase()}${isForeign ? `, ${money(row.amount, row.currency)} at ${row.rate}` : ""}</small></span></li>`;
}

const ROWS = {
  "check-ins": CheckInRow,
  money: MoneyRow,
  tasks: ({ goal, row }) => html`<${TaskRow} task=${row} goal=${goal} />`,
  habits: ({ goal, row }) => html`<${HabitRow} habit=${row} goal=${goal} />`,
};
