// Why the number is what it is: its terms side by side, each a way to the facts behind it.
import { html } from "./html.js";
import { sum } from "./decimals.js";
import { number, percent, plural, quantity, spoken } from "./words.js";

const NAMES = { metric: "Check-ins", finance: "Money", tasks: "Tasks", habits: "Habits", milestones: "Milestones", override: "Completed by hand" };
const RULES = {
  weighted: "The weighted mean of its sources.",
  metric: "What was measured, against the target.",
  mean: "The mean of what is linked.",
  override: "It was completed; that counts as the whole.",
};

const sourceName = (source) => NAMES[source] ?? spoken(source);

export function Explained({ goal, progress, show }) {
  if (!progress) return html`<div class="skeleton low"></div>`;
  const counted = progress.terms.filter((term) => Number(term.points) !== 0 || Number(term.weight) > 0);
  const beside = progress.terms.filter((term) => !counted.includes(term));
  const inBar = counted.filter((term) => Number(term.points) > 0);
  return html`<p>${RULES[progress.rule]}</p>
    ${inBar.length > 0 && html`<div class="stack" aria-hidden="true">${inBar.map(
      (term) => html`<button type="button" key=${term.source} tabindex="-1" class=${`source-${term.source}`} style=${{ flexGrow: String(term.points) }} onClick=${() => show(term.source)} title=${`${sourceName(term.source)}: ${number(term.points)} points`}></button>`,
    )}<i style=${{ flexGrow: String(Math.max(0, 100 - inBar.reduce((total, term) => total + Number(term.points), 0))) }}></i></div>`}
    <ul class="sources">${[...counted, ...beside].map(
      (term) => html`<li key=${term.source}><button type="button" class="source" onClick=${() => show(term.source)}>
        <i class=${`swatch source-${term.source}`}></i>
        <span class="source-name">${sourceName(term.source)}<small>${counting(goal, term)}</small></span>
        <span class="source-points">${beside.includes(term) ? "not counted" : html`<b>${number(term.points)}</b> points`}<small>${percent(term.percent)}${weight(progress, term)}</small></span>
      </button></li>`,
    )}</ul>
    ${inBar.length > 1 && html`<p class="sum">${inBar.map((term) => number(term.points)).join(" + ")} = <b>${percent(sum(...inBar.map((term) => term.points)))}</b></p>`}
    ${Number(progress.rawPercent) > 100 && html`<p class="small">Measured alone it is ${percent(progress.rawPercent)}: more than was aimed for.</p>`}`;
}

const weight = (progress, term) => (progress.rule === "weighted" ? ` × ${number(term.weight)}` : "");

function counting(goal, term) {
  if (term.source === "habits" && term.total !== undefined) return plural(term.total, "habit");
  if (term.total !== undefined) return `${number(term.done ?? 0)} of ${number(term.total)} done`;
  if (term.value !== undefined && term.target !== undefined) return `${quantity(goal, term.value)} → ${quantity(goal, term.target)}`;
  if (term.count !== undefined) return `${number(term.count)} facts`;
  return "";
}
