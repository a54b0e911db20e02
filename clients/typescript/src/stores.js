// Where a device keeps its rows: in memory, or in a browser's IndexedDB. A file is in file-store.js.
// A store knows keys and JSON values; what they mean is known in rows.js.

/** Keeps nothing beyond the program. */
export class MemoryStore {
  #rows = new Map();

  async load() {
    return [...this.#rows];
  }

  async write(entries) {
    for (const [key, value] of entries) {
      if (value === undefined) this.#rows.delete(key);
      else this.#rows.set(key, value);
    }
  }

  async close() {}
}

/** A database of this origin. One tab holds it at a time; another waits in `open` until it is closed. */
export class IndexedDbStore {
  #database;
  #release;

  static async open(name) {
    const store = new IndexedDbStore();
    await store.#hold(`waymark:${name}`);
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("rows");
    store.#database = await done(opening);
    return store;
  }

  async load() {
    const rows = this.#database.transaction("rows").objectStore("rows");
    const [keys, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
    return keys.map((key, index) => [key, values[index]]);
  }

  write(entries) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction("rows", "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      const rows = transaction.objectStore("rows");
      for (const [key, value] of entries) {
        if (value === undefined) rows.delete(key);
        else rows.put(value, key);
      }
    });
  }

  async close() {
    this.#database.close();
    this.#release();
  }

  #hold(name) {
    return new Promise((held, reject) => {
      navigator.locks
        .request(name, () => new Promise((release) => {
          this.#release = release;
          held();
        }))
        .catch(reject);
    });
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
