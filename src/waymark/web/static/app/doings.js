// Tasks and habits as rows that can be done on the spot, wherever they are listed.
import { html, useEffect, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { post } from "./outbox.js";
import { goals, habits, moved, tasks } from "./store.js";
import { Amount, attempt, complain, dialog, Field, Form, Icon, IconButton, options, toast } from "./parts.js";
import { day, near, number, percent, plusDays, spoken, today, weekday } from "./words.js";

const isDone = (task) => task.status === "completed";

async function toggle(task) {
  const step = isDone(task) ? "reopen" : "complete";
  await attempt(async () => {
    const { data, queued } = await post("POST", `/tasks/${task.id}/${step}`, undefined, `“${task.title}”`);
    if (queued) return toast("No connection. It is kept and will be sent.");
    tasks.put(data);
    if (step === "complete") toast(`Done: ${task.title}`, { undo: async () => tasks.put(await ask("POST", `/tasks/${task.id}/reopen`, undefined, { key: newId() })) });
  });
}

export function TaskRow({ task: given, goal }) {
  const held = tasks.get(given.id);
  const task = held && held.version >= given.version ? { ...given, ...held } : given;
  const isLate = !isDone(task) && task.dueDate && task.dueDate < today();
  return html`<li class=${`row task ${isDone(task) ? "is-done" : ""}`}>
    <button type="button" class="tick" role="checkbox" aria-checked=${isDone(task) ? "true" : "false"} aria-label=${task.title} onClick=${() => toggle(task)}><${Icon} name="check" /></button>
    <span><b>${task.title}</b><small>
      ${task.dueDate && html`<span class=${isLate ? "late" : ""}>due ${near(task.dueDate)}</span>`}
      ${task.priority === "high" && !isDone(task) ? " · high priority" : ""}
      ${task.contribution !== undefined && task.contribution !== null ? ` · gives ${number(task.contribution)}` : ""}
      ${!goal && task.goals?.length ? html` · ${task.goals.map((each) => html`<a key=${each.id} href=${`#/goal/${each.id}`}>${each.title}</a> `)}` : ""}</small></span>
    <span class="row-tools"><${IconButton} name="edit" label=${`Edit ${task.title}`} onClick=${() => editTask(task)} /></span>
  </li>`;
}

/** The last seven days of a habit: each a switch. */
export function HabitRow({ habit: given, goal }) {
  const held = habits.get(given.id);
  const habit = held && held.version >= given.version ? { ...given, ...held } : given;
  const days = Array.from({ length: 7 }, (_, index) => plusDays(today(), index - 6));
  const [history, setHistory] = useState({});
  const changes = moved.habit_completions.value;
  useEffect(() => {
    let isCurrent = true;
    ask("GET", `/habits/${habit.id}/history?dateFrom=${days[0]}&limit=14`).then(
      (rows) => isCurrent && setHistory(Object.fromEntries(rows.map((row) => [row.dateKey, row]))),
      complain,
    );
    return () => (isCurrent = false);
  }, [habit.id, habit.version, changes, days[0]]);
  const set = (dateKey) =>
    attempt(async () => {
      const row = history[dateKey];
      if (row?.status === "done") {
        await ask("DELETE", `/habits/${habit.id}/history/${row.id}`, undefined, { key: newId() });
        moved.habit_completions.value += 1;
        return;
      }
      const value = habit.completionMode === "numeric" ? await askedValue(habit) : null;
      if (habit.completionMode === "numeric" && value === undefined) return;
      const body = { id: newId(), dateKey, status: "done", ...(value !== null && { value }) };
      const { data, queued } = await post("POST", `/habits/${habit.id}/complete`, body, `“${habit.title}”`);
      if (queued) return toast("No connection. It is kept and will be sent.");
      habits.put(data);
      moved.habit_completions.value += 1;
    });
  return html`<li class="row habit">
    <span><button type="button" class="name" onClick=${() => editHabit(habit)}>${habit.title}<${Icon} name="edit" /></button><small>${often(habit)}${habit.streakCurrent > 1 ? ` · ${number(habit.streakCurrent)} in a row` : ""}${
      habit.completionRate30d !== null ? ` · ${percent(habit.completionRate30d)} of 30 days` : ""
    }${!goal && habit.goals?.length ? html` · ${habit.goals.map((each) => html`<a key=${each.id} href=${`#/goal/${each.id}`}>${each.title}</a> `)}` : ""}</small></span>
    <span class="days" role="group" aria-label=${`The last seven days of ${habit.title}`}>
      ${days.map((each) => {
        const row = history[each];
        return html`<button type="button" key=${each} class=${`day ${row?.status ?? ""}`} aria-pressed=${row?.status === "done" ? "true" : "false"}
          aria-label=${`${weekday(each, "long")}, ${day(each)}${row && row.status !== "done" ? `: ${row.status}` : ""}`} onClick=${() => set(each)}>
          <span aria-hidden="true">${row?.value ? number(row.value) : weekday(each, "narrow")}</span></button>`;
      })}
    </span>
  </li>`;
}

const often = (habit) =>
  habit.timesPerWeek ? `${habit.timesPerWeek} times a week` : habit.daysOfWeek?.length ? habit.daysOfWeek.map(dayName).join(", ") : spoken(habit.frequency);
/** 2026-03-01 was a Sunday, and 0 is Sunday. */
const dayName = (index) => weekday(plusDays("2026-03-01", index));

const askedValue = (habit) =>
  dialog(habit.title, ({ close }) => html`<${Form} send=${async ({ value }) => close(value)} amounts=${["value"]}>${({ fault, busy }) => html`
    <${Amount} label=${habit.unit ? `How many ${habit.unit}` : "How much"} name="value" value=${habit.targetPerDay === null ? "" : String(habit.targetPerDay)} required autofocus fault=${fault("value")} />
    <div class="actions"><button class="button" disabled=${busy}>Save</button></div>`}</${Form}>`);

const goalOptions = (chosen) => [
  html`<option value="">None</option>`,
  ...goals.all.value
    .filter((goal) => goal.showStatus === "active")
    .map((goal) => html`<option value=${goal.id} selected=${goal.id === chosen}>${goal.title}</option>`),
];

const filled = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === "" ? null : value]));
const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

const removal = (path, table, record, close) => async () => {
  await attempt(async () => {
    table.put(await ask("DELETE", `${path}/${record.id}`, undefined, { key: newId() }));
    close();
    toast("Deleted", { undo: async () => table.put(await ask("POST", `${path}/${record.id}/restore`, undefined, { key: newId() })) });
  });
};

export function editTask(task, goalId) {
  return dialog(task ? "Edit task" : "New task", ({ close }) => {
    const send = async (fields) => {
      const body = filled(fields);
      tasks.put(task ? await ask("PATCH", `/tasks/${task.id}`, body, { key: newId() }) : await ask("POST", "/tasks", { id: newId(), status: "planned", ...given(body) }, { key: newId() }));
      close();
    };
    return html`<${Form} send=${send}>${({ fault, busy }) => html`
      <${Field} label="Title" name="title" required autofocus maxlength="200" value=${task?.title ?? ""} fault=${fault("title")} />
      <div class="pair"><${Field} label="Due" name="dueDate" type="date" value=${task?.dueDate ?? ""} fault=${fault("dueDate")} />
        <${Field} label="Priority" name="priority" as="select" fault=${fault("priority")}>${options({ low: "Low", medium: "Medium", high: "High" }, task?.priority ?? "medium")}</${Field}></div>
      <${Field} label="Goal" name="goalId" as="select" fault=${fault("goalId")}>${goalOptions(task?.goalId ?? goalId)}</${Field}>
      <div class="actions"><button class="button" disabled=${busy}>Save</button>${task && html`<button type="button" class="button plain" onClick=${removal("/tasks", tasks, task, close)}>Delete</button>`}</div>`}</${Form}>`;
  });
}

export function editHabit(habit, goalId) {
  return dialog(habit ? "Edit habit" : "New habit", ({ close }) => {
    const [mode, setMode] = useState(habit?.completionMode ?? "boolean");
    const send = async ({ times, ...fields }) => {
      const rest = filled(fields);
      const body = { ...rest, frequency: times ? "custom" : "daily", timesPerWeek: times ? Number(times) : null };
      if (mode === "boolean") Object.assign(body, { targetPerDay: null, unit: null });
      if (habit?.daysOfWeek && !times) Object.assign(body, { frequency: habit.frequency, daysOfWeek: habit.daysOfWeek });
      habits.put(habit ? await ask("PATCH", `/habits/${habit.id}`, body, { key: newId() }) : await ask("POST", "/habits", { id: newId(), ...given(body) }, { key: newId() }));
      close();
    };
    return html`<${Form} send=${send} amounts=${["targetPerDay"]}>${({ fault, busy }) => html`
      <${Field} label="Title" name="title" required autofocus maxlength="200" value=${habit?.title ?? ""} fault=${fault("title")} />
      <div class="pair"><${Field} label="How often" name="times" as="select" fault=${fault("timesPerWeek") ?? fault("daysOfWeek")}>
          ${options({ "": habit?.daysOfWeek ? often(habit) : "Every day", 1: "Once a week", 2: "Twice a week", 3: "3 times a week", 4: "4 times a week", 5: "5 times a week", 6: "6 times a week" }, String(habit?.timesPerWeek ?? ""))}</${Field}>
        <${Field} label="Kind" name="countingType" as="select" fault=${fault("countingType")}>${options({ create: "To do", quit: "To leave off" }, habit?.countingType ?? "create")}</${Field}></div>
      <${Field} label="A day counts by" name="completionMode" as="select" onChange=${(event) => setMode(event.currentTarget.value)} fault=${fault("completionMode")}>${options({ boolean: "Done or not", numeric: "A number" }, mode)}</${Field}>
      ${mode === "numeric" && html`<div class="pair"><${Amount} label="Per day" name="targetPerDay" value=${String(habit?.targetPerDay ?? "")} fault=${fault("targetPerDay")} />
        <${Field} label="Unit" name="unit" maxlength="32" value=${habit?.unit ?? ""} fault=${fault("unit")} /></div>`}
      <${Field} label="Goal" name="goalId" as="select" fault=${fault("goalId")}>${goalOptions(habit?.goalId ?? goalId)}</${Field}>
      <div class="actions"><button class="button" disabled=${busy}>Save</button>${habit && html`<button type="button" class="button plain" onClick=${removal("/habits", habits, habit, close)}>Delete</button>`}</div>`}</${Form}>`;
  });
}
