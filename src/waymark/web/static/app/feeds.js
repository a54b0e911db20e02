// What feeds a goal beside check-ins: tasks, habits, a budget, a debt; linked, unlinked and made here.
import { html, useEffect, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { budgets, debts, goals, habits, isToDo, tasks } from "./store.js";
import { Amount, attempt, complain, dialog, Field, Form, Icon, IconButton, toast } from "./parts.js";
import { editHabit, editTask } from "./doings.js";
import { money } from "./words.js";

const refreshed = async (goal) => goals.put(await ask("GET", `/goals/${goal.id}`));

const KINDS = {
  task: { table: tasks, one: "task", link: (goal, id, body) => ask("PUT", `/goals/${goal.id}/tasks/${id}`, body, { key: newId() }), unlink: (goal, id) => ask("DELETE", `/goals/${goal.id}/tasks/${id}`, undefined, { key: newId() }), name: (row) => row.title },
  habit: { table: habits, one: "habit", link: (goal, id, body) => ask("PUT", `/goals/${goal.id}/habits/${id}`, body, { key: newId() }), unlink: (goal, id) => ask("DELETE", `/goals/${goal.id}/habits/${id}`, undefined, { key: newId() }), name: (row) => row.title },
  budget: { table: budgets, one: "budget", link: (goal, id) => ask("POST", `/goals/${goal.id}/link-budget`, { budgetId: id }, { key: newId() }), unlink: (goal) => ask("DELETE", `/goals/${goal.id}/unlink-budget`, undefined, { key: newId() }), name: (row) => `${row.name} (${money(row.limitAmount, row.currency)})` },
  debt: { table: debts, one: "debt", link: (goal, id) => ask("POST", `/goals/${goal.id}/link-debt`, { debtId: id }, { key: newId() }), unlink: (goal) => ask("DELETE", `/goals/${goal.id}/unlink-debt`, undefined, { key: newId() }), name: (row) => `${row.counterpartyName} (${money(row.remainingAmount, row.principalCurrency)} left)` },
};

const FEW = 5;

export function Feeds({ goal, state }) {
  useEffect(() => {
    if (goal.linkedTaskIds.length) tasks.load().catch(complain);
    if (goal.linkedHabitIds.length) habits.load().catch(complain);
    if (goal.linkedBudgetId) budgets.load().catch(complain);
    if (goal.linkedDebtId) debts.load().catch(complain);
  }, [state]);
  const [isWhole, setWhole] = useState(false);
  const isDone = (id) => Boolean(tasks.get(id)) && !isToDo(tasks.get(id));
  const linked = [
    ...(goal.linkedBudgetId ? [["budget", goal.linkedBudgetId]] : []),
    ...(goal.linkedDebtId ? [["debt", goal.linkedDebtId]] : []),
    ...goal.linkedHabitIds.map((id) => ["habit", id]),
    ...goal.linkedTaskIds.map((id) => ["task", id]).sort(([, a], [, b]) => isDone(a) - isDone(b)),
  ];
  const shown = isWhole || linked.length <= FEW ? linked : linked.slice(0, FEW);
  const kinds = goal.metricType === "amount" ? Object.keys(KINDS) : ["task", "habit"];
  const free = kinds.filter((kind) => !(kind === "budget" && goal.linkedBudgetId) && !(kind === "debt" && goal.linkedDebtId));
  const icon = { task: "today", habit: "repeat", budget: "money", debt: "money" };
  return html`${linked.length
      ? html`<ul class="rows">${shown.map(([kind, id]) => {
          const row = KINDS[kind].table.get(id);
          const name = row ? KINDS[kind].name(row) : `A ${kind}`;
          return html`<li class="row" key=${id}><${Icon} name=${icon[kind]} /><span><b>${name}</b><small>${kind}${row?.status === "completed" ? ", done" : ""}</small></span>
            <${IconButton} name="unlink" label=${`Unlink ${name}`} onClick=${() => unlink(goal, kind, id)} /></li>`;
        })}</ul>
        ${shown.length < linked.length && html`<button type="button" class="link" onClick=${() => setWhole(true)}>Show all ${linked.length}</button>`}`
      : html`<p class="quiet">Only check-ins so far. Link what you do anyway, and it counts by itself.</p>`}
    <div class="lifecycle">${free.map((kind) => html`<button type="button" key=${kind} class="button plain small" onClick=${() => link(goal, kind)}><${Icon} name="link" />Link a ${kind}</button>`)}
      <button type="button" class="button plain small" onClick=${async () => { await editTask(undefined, goal.id); await refreshed(goal); }}><${Icon} name="plus" />New task</button>
      <button type="button" class="button plain small" onClick=${async () => { await editHabit(undefined, goal.id); await refreshed(goal); }}><${Icon} name="plus" />New habit</button>
      <a class="button plain small" href=${`#/today?focus=${goal.id}`}><${Icon} name="clock" />Focus on it</a></div>`;
}

const unlink = (goal, kind, id) =>
  attempt(async () => {
    await KINDS[kind].unlink(goal, id);
    await refreshed(goal);
    toast("Unlinked", { undo: async () => { await KINDS[kind].link(goal, id, {}); await refreshed(goal); } });
  });

async function link(goal, kind) {
  const { table, one, name, link: linked } = KINDS[kind];
  if ((await attempt(() => table.load().then(() => true))) === undefined) return;
  const held = new Set([...goal.linkedTaskIds, ...goal.linkedHabitIds]);
  const rows = table.all.value.filter((row) => row.showStatus === "active" && !held.has(row.id));
  await dialog(`Link a ${one}`, ({ close }) => {
    if (!rows.length) return html`<p>There is no other ${one} yet. Make one first${kind === "budget" || kind === "debt" ? html`, on the page <a href="#/money">Money</a>` : ""}.</p>`;
    const send = async ({ id, contribution }) => {
      await linked(goal, id, contribution ? { contribution } : {});
      await refreshed(goal);
      close();
    };
    const counts = (kind === "task" || kind === "habit") && goal.metricType !== "none";
    return html`<${Form} send=${send} amounts=${["contribution"]}>${({ fault, busy }) => html`
      <${Field} label=${`Which ${one}`} name="id" as="select" fault=${fault("budgetId") ?? fault("debtId") ?? fault("taskId") ?? fault("habitId")}>${rows.map((row) => html`<option value=${row.id}>${name(row)}</option>`)}</${Field}>
      ${counts && html`<${Amount} label=${kind === "task" ? "What completing it adds" : "Times the day's number"} name="contribution" fault=${fault("contribution")} hint="Leave empty to count it as done or not." />`}
      <div class="actions"><button class="button" disabled=${busy}>Link</button></div>`}</${Form}>`;
  });
}
