// Syncing: push what waits, pull what is new, prove that both hold the same, decide conflicts.
// Each answer is taken in by one local transaction, so a device may die at any moment and go on.

import { NOTHING } from "./digests.js";
import { instant, isSeen } from "./replica.js";

const PAGE = 500;
/** Of one push, so that its body stays below what a server takes. */
const MAX_CHANGES = 500;
const MAX_BYTES = 800_000;

export class Syncing {
  constructor(calls, replica) {
    this.calls = calls;
    this.replica = replica;
    this.rows = replica.rows;
  }

  /** Push, then pull until nothing is new, then prove it. */
  async sync() {
    const before = this.rows.refused().length;
    await this.#checkHistory();
    const pushed = await this.#push();
    let { pulled, digest } = await this.#pull();
    let differing = await this.#differing(digest);
    if (differing.length) {
      for (const entity of differing) pulled += await this.#anew(entity);
      const more = await this.#pull();
      pulled += more.pulled;
      differing = await this.#differing(more.digest);
    }
    return { pushed, refused: this.rows.refused().length - before, pulled, differing };
  }

  /** Let go of the bases of changes that wait if the server's history is not the one they are of.
   *
   * In the history of a restored backup the same versions stand for what this device never saw.
   */
  async #checkHistory() {
    const since = this.replica.cursor;
    if (since === null || this.rows.waiting().every(({ baseVersion }) => baseVersion === null)) return;
    try {
      await this.#page({ since, limit: 1 });
    } catch (error) {
      if (error.code !== "CURSOR_GONE") throw error;
      await this.replica.beginSnapshot();
    }
  }

  // Pushing

  async #push() {
    let count = 0;
    for (;;) {
      const batch = await this.rows.transaction(() => this.#batch());
      if (!batch.length) return count;
      const { data } = await this.calls.askAnew(() => this.#pushOf(batch));
      if (data.results.length !== batch.length) throw new RangeError("a result for each change was expected");
      await this.replica.hearing(() => {
        batch.forEach((change, index) => this.#takeResult(change, data.results[index]));
      });
      count += batch.length;
    }
  }

  /** The changes of the push whose answer never came, else those that come next, numbered.
   *
   * A numbered push stays the same however often it is sent.
   */
  #batch() {
    const waiting = this.rows.waiting();
    const sent = waiting.filter(({ push }) => push !== null);
    if (sent.length) {
      const number = Math.min(...sent.map(({ push }) => push));
      return sent.filter(({ push }) => push === number);
    }
    const push = (this.rows.fact("pushes") ?? 0) + 1;
    const batch = [];
    let size = 0;
    for (const change of waiting.slice(0, MAX_CHANGES)) {
      size += new TextEncoder().encode(JSON.stringify(change.data)).length + 300;
      if (batch.length && size > MAX_BYTES) break;
      batch.push({ ...change, push });
      this.rows.putChange(batch.at(-1));
    }
    if (batch.length) this.rows.putFact("pushes", push);
    return batch;
  }

  #pushOf(batch) {
    const body = {
      changes: batch.map(wired),
      clientId: this.replica.clientId,
      clientSeq: batch[0].push,
      clientTime: instant(this.replica.now()),
    };
    return { method: "POST", path: "/sync/push", body };
  }

  #takeResult(change, { status, record, conflict, error }) {
    if (status === "rejected") {
      this.rows.putChange({ ...change, push: null, error: error ?? {} });
      return;
    }
    this.rows.dropChange(change.place);
    if (conflict) this.replica.hear("sync_conflicts", conflict);
    if (!record) return;
    this.replica.hear(change.entity, record, { isOwn: true });
    for (const later of this.rows.waiting(change.entity, change.id)) {
      // What this device did itself is no news to it; what others did is, until it has seen that.
      const baseVersion = isSeen(later, record) ? record.version : later.baseVersion;
      if (later.push === null || later.push !== change.push) {
        this.rows.putChange({ ...later, baseVersion, id: record.id });
      }
    }
  }

  // Pulling

  /** Everything new: how many records, and the server's digests at the end. */
  async #pull() {
    const { replica } = this;
    let pulled = 0;
    if (replica.cursor === null && !replica.isInSnapshot) await replica.beginSnapshot();
    for (;;) {
      let page;
      try {
        page = await this.#page({ since: replica.cursor });
      } catch (error) {
        if (error.code !== "CURSOR_GONE") throw error;
        await replica.beginSnapshot();
        continue;
      }
      await replica.hearing(() => {
        for (const { entity, data } of page.changes) replica.hear(entity, data);
        replica.cursor = page.cursor;
        if (replica.isInSnapshot && !page.hasMore) replica.endSnapshot();
      });
      pulled += page.changes.length;
      if (!page.hasMore) return { pulled, digest: page.digest ?? {} };
    }
  }

  async #page(query) {
    return (await this.calls.ask("GET", "/sync/pull", { query: { limit: PAGE, ...query } })).data;
  }

  async #differing(digest) {
    const own = await this.replica.digest();
    return Object.keys(digest).filter((entity) => (own[entity] ?? NOTHING) !== digest[entity]);
  }

  /** All that stands of one entity, in place of what is here. */
  async #anew(entities) {
    const found = [];
    let page = { cursor: null, hasMore: true };
    while (page.hasMore) {
      page = await this.#page({ since: page.cursor, entities });
      found.push(...page.changes);
    }
    await this.replica.hearing(() => {
      this.rows.sweep(this.replica.round + 1, entities);
      for (const { data } of found) this.replica.hear(entities, data);
    });
    return found.length;
  }

  // Deciding

  /** The record as it stands after it; when it moved on, a Problem, and the conflict is offered anew. */
  async resolve(conflict, resolution, data) {
    const { replica } = this;
    const known = this.rows.record(conflict.entity, conflict.entityId);
    const serverVersion = known?.version ?? conflict.serverVersion;
    const body = { conflictId: conflict.id, resolution, serverVersion, data };
    let resolved;
    try {
      resolved = (await this.calls.ask("POST", "/sync/resolve-conflict", { body })).data;
    } catch (error) {
      const fresh = error.code === "CONFLICT" && error.context?.conflict;
      if (fresh) await replica.hearing(() => replica.hear("sync_conflicts", fresh));
      throw error;
    }
    await replica.hearing(() => {
      replica.hear("sync_conflicts", resolved.conflict);
      replica.hear(conflict.entity, resolved.record, { isOwn: true });
    });
    return resolved.record;
  }
}

function wired({ entity, id, operation, data, madeAt, key, baseVersion }) {
  const told = { entity, id, operation, data, localUpdatedAt: madeAt, idempotencyKey: key };
  return baseVersion === null ? told : { ...told, baseVersion };
}
