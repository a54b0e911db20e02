// Calls to the server and the session that makes them. No element of the page is touched here.
import { signal } from "./html.js";

const ROOT = "/api/v1";
const KEPT = "waymark.session";
const EARLY_SECONDS = 60;

/** What the server refused, in its own words; `details` names every field (CONTRACT §1). */
export class Refused extends Error {
  constructor(status, error, retryAfter) {
    super(error?.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = error?.code ?? "UNKNOWN";
    this.details = error?.details ?? [];
    this.context = error?.context ?? null;
    this.retryAfter = retryAfter;
  }
  /** The fault of one field, if it has one. */
  of(field) {
    return this.details.find((each) => each.field === field)?.message;
  }
}

/** The server could not be reached, or asked to be left alone for a while: worth trying again. */
export class Unreachable extends Error {
  constructor(message = "The server cannot be reached.", retryAfter = null) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function keep(value) {
  session.value = value;
  try {
    if (value) localStorage.setItem(KEPT, JSON.stringify(value));
    else localStorage.removeItem(KEPT);
  } catch {
    // Without storage the session lasts as long as the page.
  }
}

/** `{userId, refreshToken}` or null; the access token is kept in memory only. */
export const session = signal(kept());
/** Whether the last call got through. */
export const online = signal(true);

let access = null;
const renewed = new Set();

/** Called with every new access token, so that an open socket can go on with it. */
export function onToken(listener) {
  renewed.add(listener);
}

function taken({ accessToken, refreshToken, expiresIn, user }) {
  access = { token: accessToken, until: performance.now() + (expiresIn - EARLY_SECONDS) * 1000 };
  keep({ userId: user?.id ?? session.value?.userId ?? null, refreshToken });
  for (const listener of renewed) listener(accessToken);
}

// Another tab may log out, or in as somebody else.
addEventListener("storage", (event) => {
  if (event.key !== KEPT) return;
  const now = kept();
  if (now?.userId !== session.value?.userId) location.reload();
  else session.value = now;
});

async function sent(method, path, body, headers) {
  let response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
    });
  } catch {
    online.value = false;
    throw new Unreachable();
  }
  online.value = true;
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    // A proxy's own page: the status says enough.
  }
  if (response.ok && answer) return answer;
  if ([429, 502, 503, 504].includes(response.status)) {
    throw new Unreachable(answer?.error?.message ?? "The server is busy.", retryAfter ?? 2);
  }
  throw new Refused(response.status, answer?.error, retryAfter);
}

let renewing = null;

async function renew() {
  const before = session.value?.refreshToken;
  const exchange = async () => {
    // Another tab may have been quicker: its token is the newest of the family.
    const refreshToken = kept()?.refreshToken ?? before;
    if (!refreshToken) throw new Refused(401, { code: "AUTH_TOKEN_INVALID", message: "Please sign in." });
    taken((await sent("POST", "/auth/refresh", { refreshToken })).data);
  };
  try {
    // Locks are missing on plain http; there the server's 30 seconds of patience must do.
    await (navigator.locks ? navigator.locks.request("waymark.renew", exchange) : exchange());
  } catch (error) {
    if (error instanceof Refused && error.status === 401) signedOut();
    throw error;
  }
}

/** An access token that is good for a while yet. */
export async function token() {
  if (!access || access.until < performance.now()) {
    renewing ??= renew().finally(() => (renewing = null));
    await renewing;
  }
  return access.token;
}

/** This access token was refused: the next call begins with a fresh one. */
export function expire(refused) {
  if (access?.token === refused) access = null;
}

/** Like `ask`, with `meta` beside `data`. */
export async function askAll(method, path, body, { key } = {}) {
  for (let again = false; ; again = true) {
    const held = await token();
    const headers = { Authorization: `Bearer ${held}` };
    if (key) headers["Idempotency-Key"] = key;
    try {
      return await sent(method, path, body, headers);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401 || again) throw error;
      expire(held); // it ended early: one fresh token, then it is final
    }
  }
}

/** `data` of the answer; raises Refused or Unreachable. */
export async function ask(method, path, body, options) {
  return (await askAll(method, path, body, options)).data;
}

/** Every row of a list, page after page. */
export async function askEvery(path, most = 1000) {
  const rows = [];
  let cursor = null;
  do {
    const joint = path.includes("?") ? "&" : "?";
    const next = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const { data, meta } = await askAll("GET", `${path}${joint}limit=${Math.min(100, most)}${next}`);
    rows.push(...data);
    cursor = meta?.nextCursor ?? null;
  } while (cursor && rows.length < most);
  return rows;
}

export async function register(fields) {
  const { data } = await sent("POST", "/auth/register", fields);
  taken(data);
  return data.user;
}

export async function signIn(email, password) {
  const { data } = await sent("POST", "/auth/login", { email, password });
  taken(data);
  return data.user;
}

function signedOut() {
  access = null;
  keep(null);
}

export async function signOut() {
  try {
    await ask("POST", "/auth/logout");
  } catch {
    // The session ends here anyhow; there it will expire.
  }
  signedOut();
}

/** A random id; `crypto.randomUUID` is missing on plain http. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
