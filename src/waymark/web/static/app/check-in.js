// Checking in: quick amounts first, the whole form behind them; what cannot be sent yet waits in the outbox.
import { html, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { compare, difference, millionths, sum, text } from "./decimals.js";
import { post } from "./outbox.js";
import { goals, moved } from "./store.js";
import { Amount, attempt, dialog, Field, Form, Icon, toast } from "./parts.js";
import { enough, number, quantity, today } from "./words.js";

/** Sends one check-in; answers whether it was taken, now or for later. */
async function checkIn(goal, fields) {
  // The id is made here, so that it is the same fact however often it is sent.
  const body = { id: newId(), dateKey: today(), ...fields };
  const { data, queued } = await post("POST", `/goals/${goal.id}/check-in`, body, `Check-in for ${goal.title}`);
  if (queued) {
    toast("No connection. Your check-in is kept and will be sent.");
    return;
  }
  goals.put(data.goal);
  moved.goal_check_ins.value += 1;
  const said = body.value === undefined ? "Checked in" : `Checked in ${quantity(goal, body.value, body.unit ?? goal.unit)}`;
  const reached = data.milestonesReached.map((each) => each.title);
  toast(reached.length ? `${said}. Reached: ${reached.join(", ")}` : said, {
    kind: reached.length ? "good" : "",
    undo: async () => {
      await ask("DELETE", `/goals/${goal.id}/check-ins/${data.checkIn.id}`);
      goals.put(await ask("GET", `/goals/${goal.id}`));
      moved.goal_check_ins.value += 1;
      toast("Undone");
    },
  });
}

const STEPS = {
  count: ["1", "2", "5"],
  custom: ["1", "2", "5"],
  duration: { seconds: ["60", "300"], minutes: ["15", "30", "60"], hours: ["0.5", "1", "2"], days: ["1"] },
};

/** Amounts worth a button: small steps, and what the plan asks for next. */
function quickAmounts(goal) {
  if (goal.metricType === "none" || goal.checkInMode === "measure") return [];
  const steps = goal.metricType === "amount" ? sums(goal) : (STEPS[goal.metricType]?.[goal.unit] ?? STEPS[goal.metricType] ?? ["1"]);
  const next = goal.pace?.nextNeeded?.amount;
  const all = [...(Array.isArray(steps) ? steps : ["1"]), ...(next ? [enough(goal, next)] : [])];
  return all.filter((each, index) => all.findIndex((other) => compare(other, each) === 0) === index).sort(compare).slice(0, 4);
}

/** Round sums of a size that fits the way: about a fiftieth, a twentieth and a tenth of it. */
function sums(goal) {
  const way = millionths(difference(goal.targetValue, goal.initialValue ?? 0));
  const digits = text(way < 0n ? -way : way).split(".")[0].length;
  const zeros = "0".repeat(Math.max(0, digits - 3));
  return digits < 3 ? ["1", "5", "10"] : [`10${zeros}`, `25${zeros}`, `50${zeros}`];
}

export function CheckIn({ goal, value: begin, done = () => {}, autofocus = false }) {
  const [more, setMore] = useState(false);
  const [round, setRound] = useState(0);
  const isMeasured = goal.checkInMode === "measure";
  const quick = async (value) => {
    const isTaken = await attempt(() => checkIn(goal, value === undefined ? {} : { value }).then(() => true));
    if (isTaken) done();
  };
  const send = async ({ value, note, dateKey }) => {
    const fields = { ...(value === null || value === undefined ? {} : { value }), ...(note?.trim() && { note: note.trim() }), ...(dateKey && { dateKey }) };
    await checkIn(goal, fields);
    setRound(round + 1);
    done();
  };
  const step = isMeasured && goal.currentValue !== null && { up: sum(goal.currentValue, tenth(goal)), down: difference(goal.currentValue, tenth(goal)) };
  return html`<div class="check-in">
    <div class="quick" role="group" aria-label="Quick amounts">
      ${quickAmounts(goal).map((value) => html`<button type="button" key=${value} class="chip" onClick=${() => quick(value)}>+${goal.metricType === "count" ? number(value) : quantity(goal, value)}</button>`)}
      ${goal.metricType === "none" && html`<button type="button" class="chip" onClick=${() => quick()}>I worked on this today</button>`}
      ${step && [step.down, String(goal.currentValue), step.up].map((value) => html`<button type="button" key=${value} class="chip" onClick=${() => quick(value)}>${quantity(goal, value)}</button>`)}
    </div>
    <${Form} key=${round} send=${send} amounts=${["value"]}>
      ${({ fault, busy }) => html`
        ${goal.metricType !== "none" && html`<${Amount} label=${isMeasured ? "Measured now" : "Amount"} name="value" value=${begin === undefined ? "" : String(begin)} autofocus=${autofocus}
          fault=${fault("value")} hint=${hint(goal)} />`}
        ${more || goal.metricType === "none"
          ? html`<${Field} label="Note" name="note" maxlength="5000" fault=${fault("note")} />
              <${Field} label="Day" name="dateKey" type="date" value=${today()} fault=${fault("dateKey")} />`
          : html`<button type="button" class="link" onClick=${() => setMore(true)}>Add a note or another day</button>`}
        <button class="button" disabled=${busy}><${Icon} name="check" />Check in</button>`}
    </${Form}>
  </div>`;
}

const hint = (goal) => (goal.unit && goal.metricType !== "amount" ? `In ${goal.unit}` : goal.currency ? `In ${goal.currency}` : undefined);
const tenth = (goal) => (goal.metricType === "count" ? "1" : "0.1");

/** Resolves to true when something was checked in; `value` is where the form begins. */
export function checkInDialog(goal, value) {
  return dialog(`Check in: ${goal.title}`, ({ close }) => html`<${CheckIn} goal=${goals.get(goal.id) ?? goal} value=${value} done=${() => close(true)} autofocus=${true} />`);
}

