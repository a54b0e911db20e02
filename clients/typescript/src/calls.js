// One call of the API: its envelope, its token, its failures, and trying again without doing it twice.
// What is called is not known here.

const TRIES = 5;
const FIRST_PAUSE_SECONDS = 0.5;
const LONGEST_PAUSE_SECONDS = 30;
const TIMEOUT_SECONDS = 30;
const WORTH_ANOTHER_TRY = new Set([429, 502, 503, 504]);

/** A failure that the server told; `code` is one of docs/reference/errors.md. */
export class Problem extends Error {
  constructor(status, { code, message, details = [], context = null }) {
    super(message || code);
    this.name = "Problem";
    Object.assign(this, { status, code, details, context });
  }
}

/** Nobody knows whether the request arrived: the connection failed, or the answer was lost. */
export class NoAnswer extends Error {
  name = "NoAnswer";
}

export class Calls {
  #refreshing = null;

  constructor(address, { token, refreshToken = null, keep = () => {}, tries = TRIES, fetch, wait = pause } = {}) {
    this.address = address.replace(/\/+$/, "");
    this.tokens = token ? { accessToken: token, refreshToken } : null;
    this.keep = keep;
    this.tries = tries;
    // Called as a plain function: a browser's fetch refuses to be a method.
    this.fetch = fetch ?? ((...request) => globalThis.fetch(...request));
    this.wait = wait;
  }

  /** `{data, meta}` of a success. A write carries one key through all its tries, so it is done once. */
  ask(method, path, { query, body, key, headers } = {}) {
    const sent = { ...headers };
    if (method !== "GET") sent["idempotency-key"] = key ?? crypto.randomUUID();
    return this.askAnew(() => ({ method, path, query, body, headers: sent }));
  }

  /** Likewise for a request that is made anew for every try, because it tells the time. */
  async askAnew(make) {
    const used = this.tokens;
    try {
      return await this.#tried(make);
    } catch (error) {
      if (error.code !== "AUTH_TOKEN_EXPIRED" || !used?.refreshToken) throw error;
      // A refresh token opens once: whoever comes while it is exchanged, or after, goes on with what it brought.
      if (this.tokens === used) await (this.#refreshing ??= this.#refreshed(used));
      return this.#tried(make);
    }
  }

  async #tried(make) {
    let backOff = FIRST_PAUSE_SECONDS;
    for (let left = this.tries - 1; ; left -= 1) {
      let asked = "";
      try {
        const response = await this.#sent(make());
        if (!WORTH_ANOTHER_TRY.has(response.status) || !left) return opened(response);
        asked = response.retryAfter;
      } catch (error) {
        if (!(error instanceof NoAnswer) || !left) throw error;
      }
      await this.wait((/^\d+$/.test(asked) ? Number(asked) : backOff) * (1 + Math.random() / 2));
      backOff = Math.min(2 * backOff, LONGEST_PAUSE_SECONDS);
    }
  }

  async #sent({ method, path, query, body, headers, isPublic = false }) {
    const url = new URL(`${this.address}/api/v1${path}`);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    const sent = { ...headers };
    if (this.tokens && !isPublic) sent.authorization = `Bearer ${this.tokens.accessToken}`;
    if (body !== undefined) sent["content-type"] = "application/json";
    try {
      const response = await this.fetch(url.href, {
        method,
        headers: sent,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
      });
      const retryAfter = response.headers.get("retry-after") ?? "";
      return { status: response.status, retryAfter, text: await response.text() };
    } catch (error) {
      throw new NoAnswer(String(error), { cause: error });
    }
  }

  async #refreshed({ refreshToken }) {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const request = { method: "POST", path: "/auth/refresh", body: { refreshToken }, headers, isPublic: true };
    try {
      this.admit((await this.#tried(() => request)).data);
    } finally {
      this.#refreshing = null;
    }
  }

  /** Go on with the tokens that an answer brings. */
  admit({ accessToken, refreshToken = null }) {
    this.tokens = { accessToken, refreshToken };
    this.keep(this.tokens);
  }
}

function opened({ status, text }) {
  let envelope = null;
  try {
    envelope = text === "" && status < 300 ? { data: null, meta: null } : JSON.parse(text);
  } catch {
    // Told below, as an answer of something that stands between.
  }
  if (envelope?.error) throw new Problem(status, envelope.error);
  if (envelope === null || status >= 300) {
    throw new Problem(status, { code: "SERVICE_UNAVAILABLE", message: `The answer ${status} was not the API's.` });
  }
  return { data: envelope.data, meta: envelope.meta };
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
