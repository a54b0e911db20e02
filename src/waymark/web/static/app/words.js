// How numbers, days and states are said to a person. Nothing is fetched or changed here.
import { signal } from "./html.js";
import { millionths, raised, rounded, times } from "./decimals.js";

/** The account, as `/auth/me` gives it; its zone and start of day make "today". */
export const me = signal(null);

const DAY_MS = 86_400_000;
const formats = new Map();

function format(kind, options) {
  const key = kind.name + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new kind(undefined, options));
  return formats.get(key);
}

/** An amount as given, in the reader's own notation: at most six places, none invented. */
export function number(value, options = {}) {
  return format(Intl.NumberFormat, { maximumFractionDigits: 6, ...options }).format(value).replace("-", "\u2212");
}

export function percent(value) {
  return `${number(value, { maximumFractionDigits: 2 })} %`;
}

/** Money in its currency; an unknown code is written behind the number. */
export function money(value, currency) {
  try {
    const whole = millionths(value) % 1_000_000n === 0n;
    const options = { style: "currency", currency, currencyDisplay: "narrowSymbol", maximumFractionDigits: 6 };
    return number(value, { ...options, minimumFractionDigits: whole ? 0 : 2 });
  } catch {
    return `${number(value)} ${currency}`;
  }
}

/** An amount of a goal, in its currency or unit. */
export function quantity(goal, value, unit = goal.unit) {
  if (value === null || value === undefined) return "–";
  if (goal.metricType === "none") return percent(value);
  if (goal.currency && (unit === null || unit === goal.currency)) return money(value, goal.currency);
  return unit ? `${number(value)} ${unit}` : number(value);
}

const WHOLE = new Set(["minutes", "seconds"]);

/** Places that a person thinks in: cents, whole things and minutes, a tenth of a kilo. */
function places(goal) {
  if (goal.currency) return Math.min(6, digitsOf(goal.currency));
  if (goal.metricType === "count" || (goal.metricType === "duration" && WHOLE.has(goal.unit))) return 0;
  return goal.metricType === "none" ? 2 : 1;
}

function digitsOf(currency) {
  try {
    return format(Intl.NumberFormat, { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  } catch {
    return 2;
  }
}

/** An amount that is needed, never said too small; and a rate or a plan, as one would say it. */
export const enough = (goal, value) => raised(value, places(goal));
const needed = (goal, value) => quantity(goal, enough(goal, value));
export const about = (goal, value) => (value === null || value === undefined ? "–" : quantity(goal, rounded(value, Math.max(2, places(goal)))));

/** Days are UTC midnights here, so that no zone can move them. */
export const dayDate = (day) => new Date(`${day}T00:00:00Z`);
const dayText = (date) => date.toISOString().slice(0, 10);
export const plusDays = (day, count) => dayText(new Date(dayDate(day).getTime() + count * DAY_MS));
export const daysBetween = (from, to) => Math.round((dayDate(to) - dayDate(from)) / DAY_MS);

/** The owner's local day now (DOMAIN §8). */
export function today() {
  const zone = me.value?.timezone ?? "UTC";
  const moment = new Date(Date.now() - (me.value?.dayStartsAt ?? 0) * 3_600_000);
  const options = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" };
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-CA", options).formatToParts(moment).map((part) => [part.type, part.value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** "Jan 6", with the year when it is another one. */
export function day(value) {
  if (!value) return "–";
  const year = value.slice(0, 4) === today().slice(0, 4) ? {} : { year: "numeric" };
  return format(Intl.DateTimeFormat, { month: "short", day: "numeric", timeZone: "UTC", ...year }).format(dayDate(value));
}

/** "Mar", with the year when it is another than that of the day `before`. */
export const month = (value, before) => {
  const year = value.slice(0, 4) === before.slice(0, 4) ? {} : { year: "numeric" };
  return format(Intl.DateTimeFormat, { month: "short", timeZone: "UTC", ...year }).format(dayDate(value));
};

export const weekday = (value, weekday = "short") =>
  format(Intl.DateTimeFormat, { weekday, timeZone: "UTC" }).format(dayDate(value));

export function instant(value) {
  const options = { dateStyle: "medium", timeStyle: "short", timeZone: me.value?.timezone };
  return format(Intl.DateTimeFormat, options).format(new Date(value));
}

/** "today", "yesterday", "in 5 days", else the day itself. */
export function near(value) {
  const away = daysBetween(today(), value);
  if (Math.abs(away) > 13) return day(value);
  return format(Intl.RelativeTimeFormat, { numeric: "auto" }).format(away, "day");
}

/** Days as a machine writes them, in a text, as a person does. */
export const readable = (text) => text.replace(/\b\d{4}-\d{2}-\d{2}\b/g, day);

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

export const spoken = (code) => {
  const words = String(code ?? "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const STATUS_TEXT = { active: "Active", paused: "Paused", completed: "Completed", archived: "Archived" };

/** A goal's pace in words, and how it feels: good, fair, poor or still. */
export function pace(goal) {
  const { status, safeDays, daysLeft } = goal.pace ?? {};
  const behind = safeDays < 0 ? `${plural(-safeDays, "day")} behind` : null;
  if (goal.showStatus === "deleted") return { text: "Deleted", mood: "still" };
  if (goal.status === "archived") return { text: "Archived", mood: "still" };
  switch (status) {
    case "completed":
      return { text: "Completed", mood: "good" };
    case "paused":
      return { text: "Paused", mood: "still" };
    case "not_started":
      return { text: `Starts ${day(goal.startDate)}`, mood: "still" };
    case "overdue":
      return { text: daysLeft < 0 ? `${plural(-daysLeft, "day")} overdue` : "Overdue", mood: "poor" };
    case "no_deadline":
      return { text: "No deadline", mood: "still" };
    case "insufficient_data":
      return { text: "Too early to tell", mood: "still" };
    case "ahead":
      return { text: safeDays > 0 ? `${plural(safeDays, "day")} in hand` : "Ahead of pace", mood: "good" };
    case "on_track":
      return { text: "On pace", mood: "good" };
    case "recovering":
      return { text: "Catching up", mood: "fair" };
    case "at_risk":
      return { text: behind ?? "Slowing down", mood: "fair" };
    case "behind":
      // Still over its line, but slower than it must be from now on.
      return { text: behind ?? "Losing ground", mood: "poor" };
    default:
      return { text: STATUS_TEXT[goal.status] ?? "", mood: "still" };
  }
}

/** "10 more by Jan 6": what to do next, or null when there is nothing to say. Without a number it is a step or that task. */
export function nextStep(goal, task) {
  if (goal.status === "completed") return goal.completedDate ? `Completed ${near(goal.completedDate)}` : null;
  if (goal.status !== "active" || goal.showStatus !== "active") return null;
  if (goal.metricType === "none") {
    const milestone = goal.milestones.find((each) => !each.completedAt);
    const step = task ?? milestone;
    if (step) return step.dueDate ? `${step.title}, due ${near(step.dueDate)}` : step.title;
  }
  const next = goal.pace?.nextNeeded;
  if (!next) return null;
  // "2 more", not "2 books more": what is counted the card has said already.
  const amount = goal.metricType === "count" ? number(raised(next.amount, 0)) : needed(goal, next.amount);
  const way = goal.direction === "decrease" && goal.checkInMode === "measure" ? "less" : "more";
  return `${amount} ${way} ${next.by <= today() ? "today" : `by ${day(next.by)}`}`;
}

/** "150.3 of 1,000 USD": where a goal stands. */
export function standing(goal) {
  if (goal.metricType === "none") {
    const done = goal.milestones.filter((each) => each.completedAt).length;
    if (goal.stats.totalTasks) return `${goal.stats.completedTasks} of ${plural(goal.stats.totalTasks, "task")}`;
    return goal.milestones.length ? `${done} of ${plural(goal.milestones.length, "step")}` : "Nothing to count yet";
  }
  if (goal.currentValue === null) return `Target ${quantity(goal, goal.targetValue)}`;
  const to = goal.checkInMode === "measure" || goal.direction === "decrease" ? "→" : "of";
  const now = goal.currency ? money(goal.currentValue, goal.currency) : number(goal.currentValue);
  return `${now} ${to} ${quantity(goal, goal.targetValue)}`;
}

/** "0.14 kg closer a week, 0.2 kg needed": rates are gains, toward the target whichever way it lies. */
export function rates(goal) {
  const { actualPerDay: actual, requiredPerDay: required } = goal.pace;
  const most = Math.max(Math.abs(actual), required ?? 0);
  const [days, span] = most >= 1 || most === 0 ? [1, "a day"] : most * 7 >= 1 ? [7, "a week"] : [30, "in 30 days"];
  const size = (rate) => about(goal, times(String(rate).replace("-", ""), days));
  const isSum = goal.checkInMode !== "measure" && goal.direction === "increase";
  const said = actual === 0 ? "Nothing" : `${size(actual)}${actual < 0 ? " further away" : isSum ? "" : " closer"} ${span}`;
  return required > 0 ? `${said}, ${size(required)} needed${actual === 0 ? ` ${span}` : ""}` : said;
}
