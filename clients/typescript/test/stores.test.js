// What a device needs of a store: a transaction is there whole after a crash, or not at all.

import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { FileStore } from "../src/file-store.js";
import { Device, MemoryStore, Waymark } from "../src/index.js";

const waymark = new Waymark("http://test", { token: "token" });

test("a file keeps what was done, without a last line that was cut off", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "waymark-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "phone");
  const phone = await Device.open(waymark, await FileStore.open(path));
  const kept = await phone.create("goals", { title: "Kept", targetValue: 0.000001 });
  await phone.delete("goals", await phone.create("goals", { title: "Gone" }));
  await phone.close();
  await appendFile(path, '[["change/9",{"key":');
  const again = await Device.open(waymark, await FileStore.open(path));
  assert.deepEqual(again.all("goals"), [{ id: kept, title: "Kept", targetValue: 0.000001, syncStatus: "local" }]);
  await again.create("goals", { id: "more", title: "More" });
  await again.close();
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  assert.equal(lines.length, 2);
  assert.ok(lines.every(JSON.parse));
});

test("what a store refuses was not done", async () => {
  class Full extends MemoryStore {
    isFull = false;
    async write(entries) {
      if (this.isFull) throw new Error("full");
      await super.write(entries);
    }
  }
  const store = new Full();
  const phone = await Device.open(waymark, store);
  const goal = await phone.create("goals", { title: "One" });
  store.isFull = true;
  await assert.rejects(phone.edit("goals", goal, { title: "Two" }), /full/);
  store.isFull = false;
  assert.equal(phone.get("goals", goal).title, "One");
  assert.equal(phone.pending().length, 1);
  await phone.edit("goals", goal, { title: "Three" });
  const again = await Device.open(waymark, store);
  assert.deepEqual(again.all("goals"), phone.all("goals"));
});

test("changes made at once are all kept, in their order", async () => {
  const phone = await Device.open(waymark, new MemoryStore());
  await Promise.all(["a", "b", "c"].map((id) => phone.create("tasks", { id, title: id })));
  assert.deepEqual(phone.pending().map(({ id }) => id), ["a", "b", "c"]);
});
