// What this browser knows of the account: one table per entity, kept current by answers and by events.
import { computed, signal } from "./html.js";
import { ask, askEvery } from "./api.js";
import { me } from "./words.js";

/** One entity's rows by id. `state` is idle, loading, ready or failed. */
class Table {
  constructor(path, { most } = {}) {
    this.path = path;
    this.most = most;
    this.rows = signal(new Map());
    this.state = signal("idle");
    this.all = computed(() => [...this.rows.value.values()]);
  }

  get(id) {
    return this.rows.value.get(id);
  }

  /** Takes a document unless a newer one is here already: answers and events may cross. */
  put(document) {
    const held = this.rows.value.get(document.id);
    if (held && held.version > document.version) return;
    this.arrived?.add(document.id);
    this.rows.value = new Map(this.rows.value).set(document.id, document);
  }

  /** Fetches what is shown, once; with `again` anew, and what began before is not trusted. */
  load(again = false) {
    if (this.state.value === "ready" && !again) return Promise.resolve();
    if (this.loading && again) return this.loading.catch(() => {}).then(() => this.load(true));
    this.loading ??= this.fetched().finally(() => (this.loading = null));
    return this.loading;
  }

  async fetched() {
    if (this.state.value !== "ready") this.state.value = "loading";
    this.arrived = new Set();
    try {
      const rows = await askEvery(this.path, this.most);
      const next = new Map(rows.map((row) => [row.id, row]));
      for (const [id, row] of next) {
        const held = this.rows.value.get(id);
        if (held && held.version > row.version) next.set(id, held);
      }
      // What else is held came while this was under way, or is archived or deleted and was looked at elsewhere.
      for (const [id, row] of this.rows.value) {
        if (!next.has(id) && (row.showStatus !== "active" || this.arrived.has(id))) next.set(id, row);
      }
      this.rows.value = next;
      this.state.value = "ready";
    } catch (error) {
      if (this.state.value !== "ready") this.state.value = "failed";
      throw error;
    } finally {
      this.arrived = null;
    }
  }

  clear() {
    this.rows.value = new Map();
    this.state.value = "idle";
  }
}

export const goals = new Table("/goals");
export const tasks = new Table("/tasks");
export const habits = new Table("/habits");
export const budgets = new Table("/budgets");
export const debts = new Table("/debts");
export const transactions = new Table("/transactions?sortBy=date", { most: 200 });
export const insights = new Table("/insights", { most: 200 });
/** Those that are new, for the count beside their name: the rest is fetched when it is looked at. */
const fresh = new Table("/insights?status=new", { most: 100 });
export const focus = new Table("/focus-sessions?sortBy=startedAt", { most: 20 });
export const conflicts = new Table("/sync/conflicts?status=open");

const TABLES = { goals, tasks, habits, budgets, debts, transactions, insights, focus_sessions: focus, sync_conflicts: conflicts };
const ALL = [...Object.values(TABLES), fresh];

const OPEN_TASK = new Set(["inbox", "planned", "in_progress", "overdue", "moved"]);
export const isToDo = (task) => task.showStatus === "active" && OPEN_TASK.has(task.status);
export const byDue = (a, b) => (a.dueDate ?? "9999").localeCompare(b.dueDate ?? "9999") || a.title.localeCompare(b.title);

/** The task of a goal that is to be done first, as far as tasks are here. */
export const nextTask = (goal) => goal.linkedTaskIds.map((id) => tasks.get(id)).filter((task) => task && isToDo(task)).sort(byDue)[0];

/** Counts changes of what has no table: days of habits, achievements, payments, links. */
export const moved = {
  habit_completions: signal(0),
  achievements: signal(0),
  debt_payments: signal(0),
  goal_check_ins: signal(0),
  goal_finance_contributions: signal(0),
  focus_sessions: signal(0),
};

const isOpen = (conflict) => (conflict.status ?? "open") === "open" && conflict.showStatus !== "deleted";
export const openConflicts = computed(() => conflicts.all.value.filter(isOpen));
export const newInsights = computed(() =>
  fresh.all.value.filter((each) => each.status === "new" && each.showStatus === "active"),
);

/** Takes an insight as it is now, wherever it is listed. */
export function noticed(insight) {
  insights.put(insight);
  fresh.put(insight);
}

const listeners = new Set();

/** Told of every insight that arrives live. */
export function onInsight(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes in one frame of the socket (CONTRACT §5). */
export function applied(frame) {
  const isInsight = frame.event !== "entity:updated";
  const { entity, operation, data } = isInsight ? { entity: "insights", data: frame.data } : frame.data;
  if (moved[entity]) moved[entity].value += 1;
  const document = operation === "delete" ? { ...data, showStatus: "deleted" } : data;
  if (entity === "insights") noticed(document);
  else TABLES[entity]?.put(document);
  if (isInsight) for (const tell of listeners) tell(data);
}

/** Fetches what every page needs: who this is and the goals first, then what has a count beside its name. */
export async function begun() {
  const user = ask("GET", "/auth/me");
  await Promise.all([user, goals.load(true)]);
  me.value = await user;
  await Promise.allSettled([fresh.load(true), conflicts.load(true)]);
}

/** Everything that is on display, once more: after a gap that events cannot fill. */
export async function refetched() {
  // What is on its way may have been read before the gap ended.
  const shown = ALL.filter((table) => ["ready", "loading"].includes(table.state.value));
  await Promise.allSettled(shown.map((table) => table.load(true)));
  for (const count of Object.values(moved)) count.value += 1;
}

export function forgotten() {
  me.value = null;
  for (const table of ALL) table.clear();
}
