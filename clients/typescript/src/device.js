// A device: a copy that works offline, and its exchange with the server when there is one.
// It reads and changes its copy at once; what syncs is awaited.

import { NoAnswer } from "./calls.js";
import { Following } from "./following.js";
import { Replica } from "./replica.js";
import { Syncing } from "./syncing.js";

const LONGEST_PAUSE_SECONDS = 30;

export class Device {
  #replica;
  #syncing;
  #calls;
  #exchange = Promise.resolve();

  static async open(waymark, store, options = {}) {
    const device = new Device();
    device.#calls = waymark.calls;
    device.#replica = await Replica.opened(store, {
      now: () => new Date(),
      newId: () => crypto.randomUUID(),
      onConflict: () => {},
      onChange: () => {},
      ...options,
    });
    device.#syncing = new Syncing(waymark.calls, device.#replica);
    return device;
  }

  get cursor() {
    return this.#replica.cursor;
  }

  find(entity, id) {
    return this.#replica.find(entity, id);
  }

  get(entity, id) {
    return this.#replica.get(entity, id);
  }

  all(entity) {
    return this.#replica.all(entity);
  }

  pending() {
    return this.#replica.pending();
  }

  refused() {
    return this.#replica.refused();
  }

  conflicts() {
    return this.#replica.conflicts();
  }

  digest() {
    return this.#replica.digest();
  }

  create(entity, data) {
    return this.#replica.create(entity, data);
  }

  edit(entity, id, data) {
    return this.#replica.edit(entity, id, data);
  }

  delete(entity, id) {
    return this.#replica.delete(entity, id);
  }

  forget(key) {
    return this.#replica.forget(key);
  }

  again(key, data) {
    return this.#replica.again(key, data);
  }

  sync() {
    return this.#alone(() => this.#syncing.sync());
  }

  resolve(conflict, resolution, data) {
    return this.#alone(() => this.#syncing.resolve(conflict, resolution, data));
  }

  /** Stay up to date until `signal` says to end; connections that break are mended. */
  async follow({ signal, WebSocket = globalThis.WebSocket } = {}) {
    if (!WebSocket) throw new TypeError("there is no WebSocket here: pass one");
    let seconds = 0;
    while (!signal?.aborted) {
      try {
        await this.sync();
        if (await this.#followed(WebSocket, signal)) {
          seconds = 0;
          continue;
        }
      } catch (error) {
        if (!(error instanceof NoAnswer) && error.code !== "SERVICE_UNAVAILABLE") throw error;
      }
      seconds = Math.min(2 * seconds + 0.5, LONGEST_PAUSE_SECONDS);
      await paused(seconds, signal);
    }
  }

  /** The store is let go once nothing is under way. */
  async close() {
    await this.#exchange;
    await this.#replica.rows.close();
  }

  /** One connection; whether it came to live before it ended. */
  #followed(WebSocket, signal) {
    const following = new Following(this.#replica, this.#calls.tokens?.accessToken);
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${this.#calls.address.replace(/^http/, "ws")}/ws`);
      const end = () => socket.close();
      let heard = Promise.resolve();
      let hasLived = false;
      let isEnding = false;
      const hear = async (text) => {
        if (isEnding) return;
        const told = await following.hear(JSON.parse(text));
        hasLived ||= told === "live";
        if (told === "snapshot") await this.#replica.beginSnapshot();
        if (told === "begin again" || told === "snapshot") {
          isEnding = true;
          end();
        }
      };
      signal?.addEventListener("abort", end);
      socket.onopen = () => (signal?.aborted ? end() : socket.send(JSON.stringify(following.hello())));
      socket.onmessage = ({ data }) => {
        heard = heard.then(() => hear(data));
        heard.catch(end);
      };
      // What follows an error is a close.
      socket.onerror = () => {};
      socket.onclose = () => {
        signal?.removeEventListener("abort", end);
        heard.then(() => resolve(hasLived), reject);
      };
    });
  }

  /** One exchange with the server after the other. */
  #alone(work) {
    const run = this.#exchange.then(work);
    this.#exchange = run.catch(() => {});
    return run;
  }
}

function paused(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, seconds * 1000);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    if (signal?.aborted) done();
    else signal?.addEventListener("abort", done);
  });
}
