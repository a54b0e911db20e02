// What was earned and what is near: the catalogue with one's own progress, and the level.
import { html } from "./html.js";
import { ask } from "./api.js";
import { moved } from "./store.js";
import { Icon, Meter, useFetched } from "./parts.js";
import { day, number, percent } from "./words.js";

export function Achievements() {
  const changes = moved.achievements.value;
  const [catalogue, failed] = useFetched(() => ask("GET", "/achievements?limit=100"), [changes]);
  const [level] = useFetched(() => ask("GET", "/users/me/level"), [changes]);
  const all = catalogue ?? [];
  const earned = all.filter((each) => each.earnedAt).sort((a, b) => b.earnedAt.localeCompare(a.earnedAt));
  const ahead = all.filter((each) => !each.earnedAt).sort((a, b) => b.progressPercent - a.progressPercent);
  return html`<header class="head"><div><h1>Achievements</h1><p class="sub">Earned by facts, and taken back with them</p></div></header>
    ${failed && html`<p class="refusal">The achievements could not be loaded.</p>`}
    ${!catalogue && !failed && html`<div class="skeleton"></div>`}
    ${level && html`<section class="sheet level" aria-label="Level"><p class="level-number"><span>Level</span><b>${number(level.level)}</b></p>
      <div><p>${number(level.xp)} points${level.xpForNext ? html`, <b>${number(level.xpForNext)}</b> make the next level` : ""}</p><${Meter} value=${level.progressPercent ?? 0} label="Way to the next level" kind="good" /></div></section>`}
    ${earned.length > 0 && html`<h2 class="group">Earned</h2><ul class="medals">${earned.map((each) => html`<${Medal} key=${each.key ?? each.id} medal=${each} />`)}</ul>`}
    ${ahead.length > 0 && html`<h2 class="group">Ahead</h2><ul class="medals">${ahead.map((each) => html`<${Medal} key=${each.key ?? each.id} medal=${each} />`)}</ul>`}`;
}

const Medal = ({ medal }) => html`<li class=${`medal ${medal.earnedAt ? "earned" : ""}`}><span class="medal-mark"><${Icon} name=${medal.earnedAt ? "celebration" : "achievements"} /></span>
  <div><b>${medal.title}</b><p class="small">${medal.description}</p>
    ${medal.earnedAt ? html`<p class="small">${day(medal.earnedAt.slice(0, 10))} · ${number(medal.xp)} points</p>` : html`<${Meter} value=${medal.progressPercent} label=${medal.title} /><p class="small">${percent(medal.progressPercent)} · ${number(medal.xp)} points</p>`}</div></li>`;
