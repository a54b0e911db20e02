// A file of Node's for a device's rows: one line per transaction, written to the disk before it counts.
// One program at a time.

import { open, readFile, rename } from "node:fs/promises";

export class FileStore {
  #file;
  #rows = new Map();
  #length = 0;

  /** Reads what is there, leaves out a last line that was cut off, and writes it anew without what is gone. */
  static async open(path) {
    const store = new FileStore();
    const text = await readFile(path, "utf8").catch((error) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    for (const line of text.slice(0, text.lastIndexOf("\n") + 1).split("\n")) {
      if (line) store.#apply(JSON.parse(line));
    }
    const fresh = `${path}.new`;
    store.#file = await open(fresh, "w");
    if (store.#rows.size) await store.#append([...store.#rows]);
    await store.#file.sync();
    await rename(fresh, path);
    return store;
  }

  async load() {
    return [...this.#rows];
  }

  async write(entries) {
    await this.#append(entries);
    this.#apply(entries);
  }

  close() {
    return this.#file.close();
  }

  async #append(entries) {
    // A line that could not be written whole is written over by the next one.
    const line = Buffer.from(`${JSON.stringify(entries.map(([key, value]) => [key, value ?? null]))}\n`);
    await this.#file.truncate(this.#length);
    await this.#file.write(line, 0, line.length, this.#length);
    await this.#file.datasync();
    this.#length += line.length;
  }

  #apply(entries) {
    for (const [key, value] of entries) {
      if (value === undefined || value === null) this.#rows.delete(key);
      else this.#rows.set(key, value);
    }
  }
}
