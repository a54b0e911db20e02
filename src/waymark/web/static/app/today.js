// What can be done today: tasks by their due day, and habits with their week.
import { html, useEffect, useState } from "./html.js";
import { byDue, goals, habits, isToDo, nextTask, tasks } from "./store.js";
import { complain, Empty, Icon, Loading, Tabs } from "./parts.js";
import { editHabit, editTask, HabitRow, TaskRow } from "./doings.js";
import { checkInDialog } from "./check-in.js";
import { Focus } from "./focus.js";
import { day, nextStep, pace, today, weekday } from "./words.js";

export function Today({ query }) {
  const [tab, setTab] = useState("open");
  useEffect(() => {
    for (const table of [tasks, habits, goals]) table.load().catch(complain);
  }, []);
  const all = tasks.all.value.filter((task) => task.showStatus === "active");
  const shown = tab === "open" ? all.filter(isToDo).sort(byDue) : all.filter((task) => task.status === "completed").sort((a, b) => b.updatedAt.localeCompare(a.updatedAt)).slice(0, 50);
  const kept = habits.all.value.filter((habit) => habit.showStatus === "active" && habit.status === "active").sort((a, b) => a.title.localeCompare(b.title));
  const wanting = goals.all.value.filter((goal) => goal.status === "active" && goal.showStatus === "active" && ["poor", "fair"].includes(pace(goal).mood) && nextStep(goal, nextTask(goal))).slice(0, 4);
  const now = today();
  return html`<header class="head"><div><h1>${weekday(now, "long")}, ${day(now)}</h1><p class="sub">What moves your goals today</p></div></header>
    ${wanting.length > 0 && html`<section class="sheet" aria-labelledby="next-title"><h2 id="next-title">Next steps</h2>
      <ul class="rows">${wanting.map((goal) => html`<li class="row" key=${goal.id}><span><b><a href=${`#/goal/${goal.id}`}>${goal.title}</a></b><small>${pace(goal).text} · ${nextStep(goal, nextTask(goal))}</small></span>
        <button type="button" class="button small" aria-label=${`Check in: ${goal.title}`} onClick=${() => checkInDialog(goal)}><${Icon} name="check" />Check in</button></li>`)}</ul></section>`}
    <div class="columns even">
      <div><${Focus} goalId=${query.focus} />
      <section class="sheet" aria-labelledby="habits-title"><div class="sheet-head"><h2 id="habits-title">Habits</h2><button type="button" class="button plain small" onClick=${() => editHabit()}><${Icon} name="plus" />New habit</button></div>
        <${Loading} table=${habits}>${kept.length ? html`<ul class="rows">${kept.map((habit) => html`<${HabitRow} key=${habit.id} habit=${habit} />`)}</ul>`
          : html`<${Empty} icon="today" title="No habits yet"><p>Small things done again and again; link them to a goal and they count.</p></${Empty}>`}</${Loading}></section></div>
      <section class="sheet" aria-labelledby="tasks-title"><div class="sheet-head"><h2 id="tasks-title">Tasks</h2><button type="button" class="button plain small" onClick=${() => editTask()}><${Icon} name="plus" />New task</button></div>
        <${Tabs} label="Which tasks" tabs=${{ open: "To do", done: "Done" }} chosen=${tab} choose=${setTab} />
        <${Loading} table=${tasks}>${shown.length ? html`<ul class="rows">${shown.map((task) => html`<${TaskRow} key=${task.id} task=${task} />`)}</ul>`
          : html`<${Empty} icon="complete" title=${tab === "open" ? "Nothing to do" : "Nothing done yet"}></${Empty}>`}</${Loading}></section>
    </div>`;
}
