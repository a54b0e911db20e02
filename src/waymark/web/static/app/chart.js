// A goal's line: what was, what was planned, where it leads; drawn by uPlot, and told as words and a table.
import { html, useEffect, useRef, useState } from "./html.js";
import { about, dayDate, day, daysBetween, month, plusDays, quantity, today } from "./words.js";

const SPANS = [[30, "30 days"], [90, "90 days"], [365, "1 year"], [0, "All"]];
const HEIGHT = 270;
const ROWS = 40;
const ROOM_FOR_NAMES = 420;
const NAME_LENGTH = 24;
const MONTH_SECONDS = 28 * 86_400;

let library = null;

/** uPlot comes as a classic script with its style; it is fetched when a chart is first shown. */
function uPlot() {
  library ??= new Promise((resolve, reject) => {
    const root = document.body.dataset.app;
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${root}/vendor/uplot.css` });
    const script = Object.assign(document.createElement("script"), { src: `${root}/vendor/uplot.js` });
    script.onload = () => resolve(window.uPlot);
    script.onerror = () => {
      library = null;
      reject(new Error("uPlot"));
    };
    document.head.append(style, script);
  });
  return library;
}

const seconds = (day) => dayDate(day).getTime() / 1000;
const typeface = () => getComputedStyle(document.body).fontFamily;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Columns as uPlot wants them; pixels, not amounts: here a float is fine. */
function columns(goal, series, span, imagined) {
  const from = span ? plusDays(today(), -span) : null;
  const points = series.points.filter((point) => !from || point.to >= from);
  const projection = imagined?.projection ?? series.projection;
  const rows = new Map();
  const row = (day) => rows.get(day) ?? rows.set(day, {}).get(day);
  for (const point of points) Object.assign(row(point.to), { value: point.value, expected: point.expected, target: point.target });
  const last = points.at(-1);
  // A day's point stands at its end: without where it all began, the first check-in would be a dot and no step.
  const before = points.length && points[0] === series.points[0] && plusDays(points[0].from, -1);
  if (before && (goal.initialValue !== null || goal.checkInMode === "increment")) row(before).value = goal.initialValue ?? 0;
  // Once it is there, the line has said what it has to say: further on it would only dwarf the rest.
  const there = (imagined ?? goal).pace?.projectedDate;
  const ahead = projection
    .filter((point) => !there || point.date <= there)
    .filter((point) => !span || daysBetween(today(), point.date) <= Math.max(span, 30));
  if (last && ahead.length && last.value !== null) {
    row(last.to).projected = last.value;
    for (const point of ahead) row(point.date).projected = point.value;
  }
  if (goal.targetDate && last && (!span || daysBetween(today(), goal.targetDate) <= span) && goal.targetDate > last.to) {
    row(goal.targetDate).expected = imagined ? null : goal.targetValue;
    row(goal.targetDate).target = goal.targetValue;
  }
  const days = [...rows.keys()].sort();
  const column = (name) => days.map((day) => rows.get(day)[name] ?? null);
  return { days, data: [days.map(seconds), column("target"), column("expected"), column("value"), column("projected")] };
}

/** Milestones as lines with their waymark; changes of the target as ticks at the foot. */
function marks(goal, series) {
  return (plot) => {
    const { ctx } = plot;
    const { left, top, width, height } = plot.bbox;
    const size = 4.5 * devicePixelRatio;
    const hasNames = width > ROOM_FOR_NAMES * devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    for (const { id, targetValue, completedAt } of series.milestones) {
      if (targetValue === null) continue;
      const y = Math.round(plot.valToPos(targetValue, "y", true));
      ctx.strokeStyle = ctx.fillStyle = colour(completedAt ? "--pine" : "--soft");
      ctx.globalAlpha = 0.35;
      ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(left, y);
      ctx.lineTo(left + width, y);
      ctx.stroke();
      ctx.globalAlpha = 1;
      ctx.setLineDash([]);
      const x = left + width - size - 2;
      ctx.beginPath();
      ctx.moveTo(x, y - size);
      ctx.lineTo(x + size, y);
      ctx.lineTo(x, y + size);
      ctx.lineTo(x - size, y);
      ctx.closePath();
      if (completedAt) ctx.fill();
      else ctx.stroke();
      const title = goal.milestones.find((each) => each.id === id)?.title;
      if (!hasNames || !title) continue;
      const name = title.length > NAME_LENGTH ? `${title.slice(0, NAME_LENGTH - 1).trimEnd()}…` : title;
      ctx.font = `${11 * devicePixelRatio}px ${typeface()}`;
      ctx.textAlign = "right";
      // A rim of the ground keeps it legible where a line runs through.
      ctx.strokeStyle = colour("--sheet");
      ctx.lineWidth = 3 * devicePixelRatio;
      ctx.lineJoin = "round";
      ctx.strokeText(name, x - 2 * size, y - size);
      ctx.lineWidth = devicePixelRatio;
      ctx.fillStyle = colour("--soft");
      ctx.fillText(name, x - 2 * size, y - size);
    }
    ctx.fillStyle = colour("--blaze");
    for (const { from } of series.targetChanges.slice(1)) {
      const x = plot.valToPos(seconds(from), "x", true);
      ctx.beginPath();
      ctx.moveTo(x - size, top + height);
      ctx.lineTo(x, top + height - 2 * size);
      ctx.lineTo(x + size, top + height);
      ctx.fill();
    }
    ctx.restore();
  };
}

const short = (value) => new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 }).format(value);

function optionsFor(UPlot, goal, series, width, few, say) {
  const line = { stroke: colour("--line"), width: 1 };
  const axis = { stroke: colour("--soft"), font: `12px ${typeface()}`, grid: line, ticks: { show: false } };
  const dates = (plot, splits, axis, space, step) => {
    const days = splits.map((split) => new Date(split * 1000).toISOString().slice(0, 10));
    return days.map((each, index) => (step >= MONTH_SECONDS ? month(each, days[index - 1] ?? today()) : day(each)));
  };
  return {
    width,
    height: HEIGHT,
    tzDate: (stamp) => UPlot.tzDate(new Date(stamp * 1000), "UTC"),
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    scales: { x: { time: true } },
    axes: [
      { ...axis, size: 34, values: dates, space: 72, grid: { show: false } },
      { ...axis, size: 56, values: (plot, splits) => splits.map(short) },
    ],
    series: [
      {},
      { label: "Target", stroke: colour("--blaze"), width: 1.5, points: { show: false }, spanGaps: true, paths: UPlot.paths.stepped({ align: -1 }) },
      { label: "Plan", stroke: colour("--soft"), width: 1.5, dash: [6, 5], points: { show: false }, spanGaps: true },
      { label: "You", stroke: colour("--pine"), fill: colour("--pine-wash"), width: 2.5, points: { show: few, size: 9, fill: colour("--pine") }, spanGaps: true },
      { label: "At this rate", stroke: colour("--pine"), width: 2, dash: [2, 5], points: { show: false }, spanGaps: true },
    ],
    hooks: {
      draw: [marks(goal, series)],
      setCursor: [(plot) => say(plot.cursor.idx)],
    },
  };
}

export function Chart({ goal, series: given, imagined }) {
  // A day or two lead nowhere yet, as the pace says too.
  const series = given && goal.pace?.status === "insufficient_data" ? { ...given, projection: [] } : given;
  const holder = useRef();
  const [span, setSpan] = useState(0);
  const [at, setAt] = useState(null);
  const [failed, setFailed] = useState(false);
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const change = () => setTheme((count) => count + 1);
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", change);
    addEventListener("waymark:theme", change);
    return () => {
      system.removeEventListener("change", change);
      removeEventListener("waymark:theme", change);
    };
  }, []);
  // Fetched beside the numbers, not after them; if it fails, drawing says so.
  useEffect(() => void uPlot().catch(() => {}), []);
  const drawn = series?.points.length ? columns(goal, series, span, imagined) : null;
  useEffect(() => {
    if (!drawn) return;
    let plot = null;
    let isGone = false;
    const resize = new ResizeObserver(([{ contentRect }]) => plot?.setSize({ width: Math.floor(contentRect.width), height: HEIGHT }));
    uPlot().then(
      (UPlot) => {
        // The frame goes at once when another goal is shown; this effect is only told after the next paint.
        if (isGone || !holder.current) return;
        holder.current.replaceChildren();
        plot = new UPlot(optionsFor(UPlot, goal, series, holder.current.clientWidth, drawn.data[3].filter((value) => value !== null).length < 3, setAt), drawn.data, holder.current);
        resize.observe(holder.current);
      },
      () => setFailed(true),
    );
    return () => {
      isGone = true;
      resize.disconnect();
      plot?.destroy();
    };
  }, [given, span, theme, imagined]);
  if (!series) return html`<div class="chart-frame"><div class="skeleton"></div></div>`;
  if (!drawn) return html`<p class="quiet">${goal.metricType === "none" ? "This goal has nothing to measure, so there is no line to draw." : "The line begins with your first check-in."}</p>`;
  const point = at === null || at === undefined ? null : series.points.find((each) => each.to === drawn.days[at]);
  const last = series.points.at(-1);
  const age = daysBetween(series.points[0].from, today());
  return html`<figure class="chart">
    <div class="chart-tools">
      <p class="readout" aria-hidden="true">${point ? html`<b>${quantity(goal, point.value)}</b> on ${day(point.to)}${point.expected !== null ? `, planned ${about(goal, point.expected)}` : ""}` : html`<b>${quantity(goal, last.value)}</b> ${day(last.to)}`}</p>
      ${age > 30 && html`<div class="spans" role="group" aria-label="How far back">
        ${SPANS.filter(([days]) => days < age).map(
          ([days, label]) => html`<button type="button" key=${days} aria-pressed=${span === days ? "true" : "false"} onClick=${() => setSpan(days)}>${label}</button>`,
        )}
      </div>`}
    </div>
    ${failed ? html`<p class="refusal">The drawing could not be loaded; the table below has the same numbers.</p>` : html`<div class="chart-frame" ref=${holder} role="img" aria-label=${told(goal, series)}></div>`}
    <ul class="legend" aria-hidden="true"><li class="you">You</li><li class="plan">Plan</li>${drawn.data[4].some((value) => value !== null) && html`<li class="rate">At this rate</li>`}<li class="target">Target</li></ul>
    <figcaption class="hidden">${told(goal, series)}</figcaption>
    <details><summary>The same as a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Values of the chart">
        <table><thead><tr><th scope="col">Until</th><th scope="col">Value</th><th scope="col">Added</th><th scope="col">Plan</th><th scope="col">Target</th></tr></thead>
          <tbody>${series.points.slice(-ROWS).reverse().map(
            (each) => html`<tr key=${each.to}><th scope="row">${day(each.to)}</th><td>${quantity(goal, each.value)}</td><td>${quantity(goal, each.added)}</td>
              <td>${each.expected === null ? "–" : about(goal, each.expected)}</td><td>${quantity(goal, each.target)}</td></tr>`,
          )}</tbody></table></div>
      ${series.points.length > ROWS && html`<p class="small">The last ${ROWS} of ${series.points.length}; the API has all of them.</p>`}
    </details>
  </figure>`;
}

function told(goal, series) {
  const first = series.points[0];
  const last = series.points.at(-1);
  const lead = series.projection.at(-1);
  const reached = series.milestones.filter((each) => each.completedAt).length;
  return [
    `From ${quantity(goal, goal.initialValue ?? first.value)} on ${day(first.from)} to ${quantity(goal, last.value)} on ${day(last.to)}.`,
    last.expected !== null && `The plan for then was ${about(goal, last.expected)}.`,
    lead && `At this rate ${about(goal, lead.value)} on ${day(lead.date)}.`,
    series.milestones.length && `${reached} of ${series.milestones.length} milestones reached.`,
    series.targetChanges.length > 1 && `The target was changed ${series.targetChanges.length - 1} times.`,
  ].filter(Boolean).join(" ");
}
