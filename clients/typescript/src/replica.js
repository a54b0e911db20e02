// A device's own copy: what it reads, changes and keeps without a server.
// A record is shown as last synced, with the changes that wait laid over it. Nothing is sent here.

import { Problem } from "./calls.js";
import { digest } from "./digests.js";
import { Rows } from "./rows.js";

/** Fields that merging moves whole: whoever edits one has looked at all of them. */
export const TOGETHER = {
  goals: [
    ["status", "completedDate"],
    [
      ...["metricType", "unit", "initialValue", "targetValue", "progressTargetValue"],
      ...["direction", "checkInMode", "startDate", "targetDate"],
    ],
  ],
  goal_milestones: [["targetPercent", "targetValue"]],
  goal_check_ins: [["value", "unit", "mode"]],
  habit_completions: [["status", "value"]],
};

/** What the server says of a record by itself, facts among it: nobody edits that. */
const OWN = new Set([
  ...["userId", "createdAt", "version", "updatedAt", "syncStatus", "showStatus", "deletedAt"],
  ...["progressPercent", "rawPercent", "currentValue", "pace", "stats", "milestones"],
  ...["checkInCount", "lastCheckInAt", "financeContributionCount"],
]);

export class Replica {
  #told = [];

  constructor(rows, { now, newId, onConflict, onChange }) {
    this.rows = rows;
    this.now = now;
    this.newId = newId;
    this.onConflict = onConflict;
    this.onChange = onChange;
  }

  static async opened(store, options) {
    const replica = new Replica(await Rows.open(store), options);
    await replica.rows.transaction(() => {
      if (replica.clientId === null) replica.rows.putFact("client", replica.newId());
    });
    return replica;
  }

  get clientId() {
    return this.rows.fact("client");
  }

  // Reading

  find(entity, id) {
    return view(this.rows.record(entity, id), this.rows.waiting(entity, id));
  }

  get(entity, id) {
    const found = this.find(entity, id);
    if (found === null) throw new Problem(404, { code: "RESOURCE_NOT_FOUND" });
    return found;
  }

  all(entity) {
    const ids = new Set([...this.rows.standing(entity), ...this.rows.waiting(entity)].map(({ id }) => id));
    return [...ids].sort().map((id) => this.find(entity, id)).filter((each) => each !== null);
  }

  pending() {
    return this.rows.waiting().map((change) => ({ ...shown(change), isSent: change.push !== null }));
  }

  refused() {
    return this.rows.refused().map((change) => ({ ...shown(change), error: change.error }));
  }

  conflicts() {
    return this.rows.standing("sync_conflicts").map(({ body }) => body).filter(({ status }) => status === "open");
  }

  async digest() {
    const pairs = {};
    for (const { entity, id, version } of this.rows.standing()) (pairs[entity] ??= []).push([id, version]);
    const sums = Object.entries(pairs).map(async ([entity, each]) => [entity, await digest(each)]);
    return Object.fromEntries(await Promise.all(sums));
  }

  // Changing

  async create(entity, { id = this.newId(), ...data }) {
    await this.rows.transaction(() => this.#add(entity, id, "create", data));
    return id;
  }

  edit(entity, id, data) {
    return this.rows.transaction(() => {
      this.get(entity, id);
      this.#add(entity, id, "update", data);
    });
  }

  /** A record that nobody else has heard of is forgotten. */
  delete(entity, id) {
    return this.rows.transaction(() => {
      const isKnown = this.get(entity, id).syncStatus !== "local" || this.rows.record(entity, id) !== null;
      if (isKnown) this.#add(entity, id, "delete", {});
      else for (const { place } of this.rows.waiting(entity, id)) this.rows.dropChange(place);
    });
  }

  forget(key) {
    return this.rows.transaction(() => {
      for (const { place } of this.#refusedAs(key)) this.rows.dropChange(place);
    });
  }

  again(key, data = {}) {
    return this.rows.transaction(() => {
      for (const change of this.#refusedAs(key)) {
        this.rows.dropChange(change.place);
        const mended = { ...change.data, ...structuredClone(data) };
        this.rows.addChange({ ...change, key: this.newId(), data: mended, push: null, error: null });
      }
    });
  }

  #refusedAs(key) {
    return this.rows.refused().filter((change) => change.key === key);
  }

  #add(entity, id, operation, data) {
    const record = this.rows.record(entity, id);
    const before = this.find(entity, id) ?? {};
    const names = operation === "delete" ? Object.keys(before) : Object.keys(data).flatMap((each) => group(entity, each));
    this.rows.addChange({
      key: this.newId(),
      entity,
      id,
      operation,
      data: structuredClone(data),
      seen: Object.fromEntries(names.map((name) => [name, before[name] ?? null])),
      baseVersion: record?.version ?? null,
      madeAt: instant(this.now()),
      push: null,
      error: null,
    });
  }

  // Hearing

  /** One transaction; who asked to be told is told after it. */
  async hearing(work) {
    const told = await this.rows.transaction(() => {
      this.#told = [];
      work();
      return this.#told;
    });
    for (const tell of told) tell();
  }

  /** A record as the server has it, unless a later state of it is known. */
  hear(entity, body, { isOwn = false } = {}) {
    const { round } = this;
    const known = this.rows.record(entity, body.id);
    if (known !== null && known.round === round && known.version > body.version) return;
    const isDeleted = body.showStatus === "deleted";
    this.rows.putRecord({ entity, id: body.id, version: body.version, isDeleted, round, body });
    if (known?.version === body.version) return;
    if (entity === "sync_conflicts" && body.status === "open") {
      if (known?.body.status !== "open") this.#told.push(() => this.onConflict(body));
    } else if (!isOwn) {
      this.#told.push(() => this.onChange(entity, body.id));
    }
  }

  // Where it stands

  get cursor() {
    return this.rows.fact("cursor");
  }

  set cursor(cursor) {
    this.rows.putFact("cursor", cursor);
  }

  /** How many snapshots were begun. */
  get round() {
    return this.rows.fact("round") ?? 0;
  }

  get isInSnapshot() {
    return this.rows.fact("sweeping") !== null;
  }

  /** Hold nothing for true but what comes from here on. Changes that wait stay.
   *
   * What they were made from may be of a history that is gone, so they name no base any more.
   */
  beginSnapshot() {
    return this.rows.transaction(() => {
      if (this.cursor !== null) {
        for (const change of this.rows.waiting()) this.rows.putChange({ ...change, baseVersion: null });
      }
      this.cursor = null;
      this.rows.putFact("round", this.round + 1);
      this.rows.putFact("sweeping", true);
    });
  }

  /** All of it came: what it did not tell of is gone. */
  endSnapshot() {
    this.rows.sweep(this.round);
    this.rows.putFact("sweeping", null);
  }
}

/** Whether the person who made a change had seen in its fields what the record holds there. */
export function isSeen(change, record) {
  return Object.entries(change.seen).every(([name, value]) => OWN.has(name) || same(record[name] ?? null, value));
}

/** As the server writes it: without decimals where they are all zero. */
export function instant(date) {
  return date.toISOString().replace(".000Z", "Z");
}

function view(record, changes) {
  let found = record === null || record.isDeleted ? null : { ...record.body };
  for (const { id, operation, data } of changes) {
    if (operation === "create") found = { ...found, ...data, id };
    else if (operation === "delete") found = null;
    else if (found !== null) found = { ...found, ...data };
  }
  if (found === null || !changes.length) return found;
  const status = changes.every(({ push }) => push === null) ? "local" : "pending";
  return { ...found, syncStatus: found.syncStatus === "conflict" ? "conflict" : status };
}

function shown({ key, entity, id, operation, data }) {
  return { key, entity, id, operation, data };
}

function group(entity, field) {
  return TOGETHER[entity]?.find((each) => each.includes(field)) ?? [field];
}

function same(a, b) {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && same(a[name], b[name]));
}
