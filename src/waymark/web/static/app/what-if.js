// What would be: more each month, or another deadline; asked of the server, nothing changes.
import { html, useEffect, useId, useState } from "./html.js";
import { ask } from "./api.js";
import { millionths, text, times } from "./decimals.js";
import { complain, Field } from "./parts.js";
import { day, pace, quantity, today } from "./words.js";

const STEPS = 20;
const DELAY_MS = 200;

/** A round step so that twenty of them are about twice what is needed in a month. */
function stepOf(goal) {
  const wanted = Math.max(Number(goal.pace?.requiredPerDay ?? 0), Number(goal.pace?.actualPerDay ?? 0)) * 61;
  const rough = wanted > 0 ? wanted / STEPS : 1;
  const power = Math.floor(Math.log10(rough));
  const lead = [1, 2, 5, 10].find((each) => each * 10 ** power >= rough);
  const step = lead * 10 ** power;
  const least = goal.metricType === "count" ? 1 : 0.01;
  return Math.max(step, least).toFixed(2);
}

export function WhatIf({ goal, imagine }) {
  const [count, setCount] = useState(0);
  const [until, setUntil] = useState("");
  const [answer, setAnswer] = useState(null);
  const id = useId();
  const [step] = useState(() => stepOf(goal));
  const more = text(millionths(times(step, count)));
  useEffect(() => {
    if (!count && !until) {
      setAnswer(null);
      imagine(null);
      return;
    }
    let isCurrent = true;
    const timer = setTimeout(() => {
      const body = { ...(count && { addPerMonth: more }), ...(until && { targetDate: until }) };
      ask("POST", `/goals/${goal.id}/simulate`, body).then((found) => {
        if (!isCurrent) return;
        setAnswer(found);
        imagine(found);
      }, (error) => isCurrent && complain(error));
    }, DELAY_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [count, until, goal.version]);
  const said = answer && pace({ ...goal, pace: answer.pace });
  return html`<div class="field"><label for=${id}>${count ? `${quantity(goal, more)} more a month` : "More each month"}</label>
      <input id=${id} type="range" min="0" max=${STEPS} value=${count} aria-valuetext=${count ? `${quantity(goal, more)} more a month` : "nothing more"} onInput=${(event) => setCount(Number(event.currentTarget.value))} /></div>
    <${Field} label="Another deadline" type="date" min=${today()} value=${until} onInput=${(event) => setUntil(event.currentTarget.value)} />
    <p role="status" class="answer">${answer
      ? html`<b>${said.text}</b>${answer.pace.projectedDate ? html`, there on <b>${day(answer.pace.projectedDate)}</b>` : ", not there at this rate"}.`
      : "Move the slider, and the chart shows where it leads."}</p>`;
}
