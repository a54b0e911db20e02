// Writes that may wait: kept here until the server has them, each under one key, so that none counts twice.
import { computed, signal } from "./html.js";
import { ask, newId, online, session, Unreachable } from "./api.js";

const KEPT = "waymark.outbox";
const FIRST_WAIT_MS = 1_500;
const LONGEST_WAIT_MS = 30_000;

/** `{key, userId, method, path, body, about}`, oldest first. */
const letters = signal(read());
export const waiting = computed(() => letters.value.filter((each) => each.userId === session.value?.userId));
/** Counts what waited and has arrived: what is on display may be older than that. */
export const delivered = signal(0);
/** What waited and was then refused, with the refusal: somebody must hear of it. */
export const returned = signal([]);

let sending = null;
let failures = 0;
let timer = null;
const answers = new Map();

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

function write(change) {
  // Another tab may have written since: what is stored is what counts.
  const next = change(read());
  try {
    localStorage.setItem(KEPT, JSON.stringify(next));
  } catch {
    // Without storage they wait as long as the page is open.
  }
  letters.value = next;
}

addEventListener("storage", (event) => {
  if (event.key === KEPT) letters.value = read();
});

/**
 * Sends a write now or, when the server cannot be reached, later. Resolves to `{data}` when it is done and to
 * `{queued: true}` when it waits; rejects with Refused when the server will not have it.
 */
export function post(method, path, body, about) {
  const key = newId();
  write((all) => [...all, { key, userId: session.value.userId, method, path, body, about }]);
  return new Promise((resolve, reject) => {
    answers.set(key, { resolve, reject });
    flush();
  });
}

/** Tries everything that waits, in order; those behind a letter that cannot go wait with it. */
function flush() {
  sending ??= (navigator.locks ? navigator.locks.request("waymark.outbox", sent) : sent()).finally(() => {
    sending = null;
    if (waiting.value.length) later();
  });
  return sending;
}

async function sent() {
  letters.value = read();
  for (let letter; (letter = waiting.value[0]); ) {
    try {
      const data = await ask(letter.method, letter.path, letter.body, { key: letter.key });
      failures = 0;
      if (!answers.has(letter.key)) delivered.value += 1;
      done(letter, (answer) => answer.resolve({ data }));
    } catch (error) {
      if (error instanceof Unreachable) {
        for (const answer of answers.values()) answer.resolve({ queued: true });
        answers.clear();
        failures += 1;
        return;
      }
      if (error.status === 401) return; // it goes out after the next sign-in
      if (!answers.has(letter.key)) returned.value = [...returned.value, { ...letter, error }];
      done(letter, (answer) => answer.reject(error));
    }
  }
}

function done(letter, tell) {
  write((all) => all.filter((each) => each.key !== letter.key));
  const answer = answers.get(letter.key);
  answers.delete(letter.key);
  if (answer) tell(answer);
}

function later() {
  clearTimeout(timer);
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1));
  timer = setTimeout(flush, longest / 2 + (Math.random() * longest) / 2);
}

addEventListener("online", () => waiting.value.length && flush());
online.subscribe((is) => is && waiting.value.length && failures && later());
if (waiting.value.length) later();
