// The scenarios of clients/vectors: requests, answers and what a device shows, the same for every client.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { NoAnswer, MemoryStore, Waymark } from "../src/index.js";
import { digest } from "../src/digests.js";
import { Following } from "../src/following.js";
import { Replica } from "../src/replica.js";
import { Syncing } from "../src/syncing.js";

const FOLDER = new URL("../../vectors/", import.meta.url);

for (const name of readdirSync(FOLDER)) {
  const { digests = [], scenarios = [] } = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
  for (const each of digests) {
    test(`digest of ${each.records.length} records`, async () => {
      assert.equal(await digest(each.records), each.digest);
    });
  }
  for (const scenario of scenarios) {
    test(`${name}: ${scenario.name}`, async () => {
      const device = await Played.begun();
      for (const [number, step] of scenario.steps.entries()) await device.do(step, `step ${number}`);
    });
  }
}

/** A device whose ids are n1, n2, … and whose clock stands still. */
class Played {
  heard = { offered: [], changed: [] };
  exchange = [];

  static async begun() {
    const played = new Played();
    const { calls } = new Waymark("http://test", { token: "token", tries: 1, fetch: (...asked) => played.answered(...asked) });
    let ids = 0;
    played.replica = await Replica.opened(new MemoryStore(), {
      now: () => new Date("2026-03-02T09:00:00Z"),
      newId: () => `n${(ids += 1)}`,
      onConflict: ({ id }) => played.heard.offered.push(id),
      onChange: (...what) => played.heard.changed.push(what),
    });
    played.syncing = new Syncing(calls, played.replica);
    return played;
  }

  /** One step; its verb is its first name. */
  async do(step, at) {
    const [[verb, told]] = Object.entries(step);
    let given;
    try {
      given = await this[verb](told, step);
    } catch (error) {
      const raised = error instanceof NoAnswer && error.cause?.message === "lost" ? "NO_ANSWER" : error.code;
      if (!step.raises || raised !== step.raises) throw error;
      return;
    }
    assert.equal(step.raises, undefined, at);
    const wanted = step.gives ?? step.told;
    if (wanted !== undefined) assert.deepEqual(given, wanted, at);
  }

  create([entity, fields]) {
    return this.replica.create(entity, fields);
  }

  edit([entity, id, fields]) {
    return this.replica.edit(entity, id, fields);
  }

  delete([entity, id]) {
    return this.replica.delete(entity, id);
  }

  again([key, fields]) {
    return this.replica.again(key, fields);
  }

  forget([key]) {
    return this.replica.forget(key);
  }

  async sync(exchange) {
    this.exchange = [...exchange];
    const synced = await this.syncing.sync();
    assert.deepEqual(this.exchange, []);
    return synced;
  }

  async resolve([id, resolution, fields], { exchange }) {
    this.exchange = [...exchange];
    const conflict = this.replica.conflicts().find((each) => each.id === id);
    const data = Object.keys(fields).length ? fields : undefined;
    return this.syncing.resolve(conflict, resolution, data);
  }

  hello(told) {
    this.following = new Following(this.replica, "token");
    assert.deepEqual(this.following.hello(), told);
  }

  async hear(frame) {
    const told = await this.following.hear(frame);
    if (told === "snapshot") await this.replica.beginSnapshot();
    return told;
  }

  async shows(told) {
    for (const [what, wanted] of Object.entries(told)) assert.deepEqual(await this.shown(what), wanted, what);
  }

  shown(what) {
    if (what === "pending" || what === "refused") return this.replica[what]();
    if (what === "conflicts") return this.replica.conflicts().map(({ id }) => id);
    if (what === "cursor") return this.replica.cursor;
    if (what === "digest") return this.replica.digest();
    if (what in this.heard) return this.heard[what].splice(0);
    return this.replica.all(what);
  }

  /** The next answer, if this is the request that was expected; null: none. */
  async answered(address, { method, body }) {
    const [wanted, answer] = this.exchange.shift() ?? [null, {}];
    const { pathname, searchParams } = new URL(address);
    const verb = pathname.replace("/api/v1/sync/", "").replace("-conflict", "");
    let asked = { [verb]: body === undefined ? undefined : JSON.parse(body) };
    if (method === "GET") {
      const { limit, ...query } = Object.fromEntries(searchParams);
      assert.ok(limit === "500" || limit === "1");
      asked = { [limit === "1" ? "check" : verb]: query };
    }
    assert.deepEqual(asked, wanted);
    if (answer === null) throw new TypeError("lost");
    const { status = 200, ...envelope } = answer;
    return new Response(JSON.stringify(envelope), { status });
  }
}
