// Against a running server, at WAYMARK_ADDRESS: calls, devices, and following. Without one, skipped.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Device, MemoryStore, Problem, Waymark } from "../src/index.js";

const ADDRESS = process.env.WAYMARK_ADDRESS;
const skip = ADDRESS ? false : "WAYMARK_ADDRESS names no server";
const PASSWORD = "two blazes and a cairn";
const EXACT = 123456789.123456;

const waymark = new Waymark(ADDRESS ?? "http://127.0.0.1:8000");
const goalOf = (targetValue) => ({ title: "Read", metricType: "custom", unit: "pages", targetValue });
const device = (options) => Device.open(waymark, new MemoryStore(), options);

before(async () => {
  if (ADDRESS) await waymark.register(`${crypto.randomUUID()}@example.com`, PASSWORD);
});

test("calls, their failures, and lists to their end", { skip }, async () => {
  const { id, targetValue } = await waymark.ask("POST /goals", { body: goalOf(EXACT), key: "once" });
  assert.equal(targetValue, EXACT);
  assert.equal((await waymark.ask("POST /goals", { body: goalOf(EXACT), key: "once" })).id, id);
  const path = { goal_id: id };
  const told = await waymark.ask("POST /goals/{goal_id}/check-in", { path, body: { value: 0.1 } });
  assert.equal(told.goal.currentValue, 0.1);
  await waymark.ask("POST /goals", { body: goalOf(1) });
  const found = [];
  for await (const goal of waymark.list("GET /goals", { query: { limit: 1 } })) found.push(goal.id);
  assert.equal(found.length, 2);
  const problem = await waymark.ask("PATCH /goals/{goal_id}", { path, body: { title: "" } }).catch((error) => error);
  assert.ok(problem instanceof Problem);
  assert.deepEqual([problem.status, problem.code, problem.details[0].field], [422, "VALIDATION_ERROR", "title"]);
  assert.equal((await waymark.ask("DELETE /goals/{goal_id}", { path })).showStatus, "deleted");
});

test("an expired token is exchanged, by one call for all", { skip }, async () => {
  let exchanged = 0;
  const { accessToken, refreshToken } = waymark.calls.tokens;
  const expired = new Waymark(ADDRESS, {
    token: accessToken,
    refreshToken,
    keep: () => (exchanged += 1),
    fetch: async (address, options) =>
      exchanged || address.endsWith("/auth/refresh")
        ? fetch(address, options)
        : new Response('{"error":{"code":"AUTH_TOKEN_EXPIRED"}}', { status: 401 }),
  });
  await Promise.all([expired.ask("GET /goals"), expired.ask("GET /tasks")]);
  assert.equal(exchanged, 1);
  waymark.calls.tokens = expired.calls.tokens;
});

test("three devices edit one goal offline and end alike", { skip }, async () => {
  const offered = [];
  const [phone, laptop, watch] = await Promise.all(
    [1, 2, 3].map(() => device({ onConflict: ({ id }) => offered.push(id) })),
  );
  const goal = await phone.create("goals", goalOf(100));
  const half = await phone.create("goal_milestones", { goalId: goal, title: "Half", targetPercent: 50 });
  for (const each of [phone, laptop, watch]) await each.sync();
  await phone.edit("goals", goal, { title: "Read more" });
  await phone.create("goal_check_ins", { goalId: goal, value: 5 });
  await phone.delete("goal_milestones", half);
  await laptop.edit("goals", goal, { targetValue: 200 });
  await laptop.edit("goal_milestones", half, { title: "Half of it" });
  await watch.create("goal_check_ins", { goalId: goal, value: 7.5 });
  for (const each of [phone, laptop, watch, phone, laptop, watch]) {
    const { refused, differing } = await each.sync();
    assert.deepEqual([refused, differing], [0, []]);
  }
  assert.equal(offered.length, 3);
  const [conflict] = watch.conflicts();
  await watch.resolve(conflict, "use_server");
  for (const each of [phone, laptop, watch]) await each.sync();
  const { title, targetValue, currentValue } = phone.get("goals", goal);
  assert.deepEqual([title, targetValue, currentValue], ["Read more", 200, 12.5]);
  assert.deepEqual(await phone.digest(), await laptop.digest());
  assert.deepEqual(await phone.digest(), await watch.digest());
  assert.deepEqual([phone, laptop, watch].map((each) => each.conflicts().length + each.pending().length), [0, 0, 0]);
});

test("a lost answer doubles nothing", { skip }, async () => {
  let isLosing = true;
  const { accessToken: token } = waymark.calls.tokens;
  const frail = new Waymark(ADDRESS, {
    token,
    tries: 1,
    fetch: async (address, options) => {
      const answer = await fetch(address, options);
      if (isLosing && address.endsWith("/sync/push")) throw new TypeError("lost");
      return answer;
    },
  });
  const phone = await Device.open(frail, new MemoryStore());
  const goal = await phone.create("goals", goalOf(10));
  await phone.create("goal_check_ins", { goalId: goal, value: 1 });
  await assert.rejects(phone.sync(), { name: "NoAnswer" });
  assert.equal(phone.get("goals", goal).syncStatus, "pending");
  isLosing = false;
  await phone.create("goal_check_ins", { goalId: goal, value: 2 });
  await phone.sync();
  assert.equal(phone.get("goals", goal).currentValue, 3);
});

const cannotFollow = skip || (globalThis.WebSocket ? false : "this Node has no WebSocket: --experimental-websocket");
test("what another does is heard", { skip: cannotFollow, timeout: 30_000 }, async () => {
  const ending = new AbortController();
  let hear;
  const heard = new Promise((resolve) => (hear = resolve));
  const phone = await device({ onChange: (entity, id) => phone.find(entity, id)?.title === "Heard" && hear() });
  const following = phone.follow({ signal: ending.signal });
  const goal = await waymark.ask("POST /goals", { body: goalOf(10) });
  await waymark.ask("PATCH /goals/{goal_id}", { path: { goal_id: goal.id }, body: { title: "Heard" } });
  await heard;
  ending.abort();
  await following;
  assert.equal((await phone.sync()).pulled, 0);
});
