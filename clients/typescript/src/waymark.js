// The API as one user: every route, typed by the generated `Routes`.
// Nothing is kept but tokens; what works offline is in device.js.

import { Calls } from "./calls.js";

export class Waymark {
  /** `address` is the server's, such as `http://127.0.0.1:8000`. */
  constructor(address, options = {}) {
    this.calls = new Calls(address, options);
  }

  /** The data of a route's answer, such as `ask("GET /goals/{goal_id}", { path: { goal_id } })`. */
  async ask(route, options = {}) {
    return (await this.#answer(route, options)).data;
  }

  /** All items of a list, page by page as they are needed. */
  async *list(route, options = {}) {
    let cursor;
    do {
      const { data, meta } = await this.#answer(route, { ...options, query: { ...options.query, cursor } });
      yield* data;
      cursor = meta?.nextCursor;
    } while (cursor);
  }

  async register(email, password, fields = {}) {
    this.calls.admit(await this.ask("POST /auth/register", { body: { email, password, ...fields } }));
  }

  async login(email, password) {
    this.calls.admit(await this.ask("POST /auth/login", { body: { email, password } }));
  }

  #answer(route, { path = {}, query, body, key, version }) {
    const [method, template] = route.split(" ");
    const address = template.replace(/\{(\w+)\}/g, (_, name) => {
      if (!path[name]) throw new TypeError(`${route} needs ${name}`);
      return encodeURIComponent(path[name]);
    });
    const headers = version === undefined ? {} : { "if-match": `"${version}"` };
    return this.calls.ask(method, address, { query, body, key, headers });
  }
}
