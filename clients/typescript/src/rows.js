// A device's rows: records as last synced, changes that wait, and facts such as the cursor. All of them are
// in memory, and in a store once a transaction is over. What they mean is known in replica.js.

export class Rows {
  #store;
  #tables = { fact: new Map(), record: new Map(), change: new Map() };
  #queue = Promise.resolve();
  #before = null;

  static async open(store) {
    const rows = new Rows();
    rows.#store = store;
    for (const [key, value] of await store.load()) rows.#put(key, value);
    return rows;
  }

  async close() {
    await this.#queue;
    await this.#store.close();
  }

  /** All that `work` puts or nothing, and one transaction after the other. `work` must not wait. */
  transaction(work) {
    const run = this.#queue.then(() => this.#run(work));
    this.#queue = run.catch(() => {});
    return run;
  }

  async #run(work) {
    const before = (this.#before = new Map());
    try {
      const result = work();
      this.#before = null;
      if (before.size) await this.#store.write([...before.keys()].map((key) => [key, this.#find(key)]));
      return result;
    } catch (error) {
      this.#before = null;
      for (const [key, value] of before) this.#put(key, value);
      throw error;
    }
  }

  // Facts

  fact(name) {
    return this.#find(`fact/${name}`) ?? null;
  }

  putFact(name, value) {
    this.#set(`fact/${name}`, value ?? undefined);
  }

  // Records: {entity, id, version, isDeleted, round, body}

  record(entity, id) {
    return this.#find(`record/${entity}/${id}`) ?? null;
  }

  /** Those that are not deleted, of one entity or of all, by entity and id. */
  standing(entity) {
    return [...this.#tables.record.values()]
      .filter((record) => !record.isDeleted && (entity === undefined || record.entity === entity))
      .sort((a, b) => ordered(a.entity, b.entity) || ordered(a.id, b.id));
  }

  putRecord(record) {
    this.#set(`record/${record.entity}/${record.id}`, record);
  }

  /** Forget what no snapshot since that one told of. */
  sweep(beforeRound, entity) {
    for (const [key, record] of [...this.#tables.record]) {
      if (record.round < beforeRound && (entity === undefined || record.entity === entity)) {
        this.#set(`record/${key}`, undefined);
      }
    }
  }

  // Changes: {place, key, entity, id, operation, data, seen, baseVersion, madeAt, push, error}

  /** At the end of the queue; its place is given here. */
  addChange(change) {
    const place = (this.fact("places") ?? 0) + 1;
    this.putFact("places", place);
    this.putChange({ ...change, place });
  }

  putChange(change) {
    this.#set(`change/${change.place}`, change);
  }

  dropChange(place) {
    this.#set(`change/${place}`, undefined);
  }

  /** Changes in their order: of everything, of an entity or of a record. */
  waiting(entity, id) {
    return this.#changes().filter(
      (change) =>
        change.error === null &&
        (entity === undefined || change.entity === entity) &&
        (id === undefined || change.id === id),
    );
  }

  refused() {
    return this.#changes().filter((change) => change.error !== null);
  }

  #changes() {
    return [...this.#tables.change.values()].sort((a, b) => a.place - b.place);
  }

  #find(key) {
    const [table, name] = parts(key);
    return this.#tables[table].get(name);
  }

  #set(key, value) {
    if (this.#before === null) throw new Error("rows are put inside of a transaction");
    if (!this.#before.has(key)) this.#before.set(key, this.#find(key));
    this.#put(key, value);
  }

  #put(key, value) {
    const [table, name] = parts(key);
    if (value === undefined) this.#tables[table].delete(name);
    else this.#tables[table].set(name, value);
  }
}

function parts(key) {
  const end = key.indexOf("/");
  return [key.slice(0, end), key.slice(end + 1)];
}

function ordered(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
