// The socket: what changes elsewhere arrives here, in order and without gaps. It writes nothing.
import { signal } from "./html.js";
import { expire, online, onToken, Refused, session, token } from "./api.js";
import { applied, refetched } from "./store.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const PING_MS = 25_000;
const SILENCE_MS = 60_000;
const NO_ACCESS = 4401;
const PATIENCE = 4;

/** off, connecting, live or waiting. */
export const live = signal("off");

let socket = null;
let cursor = null;
let covered = 0;
let failures = 0;
let timer = null;
let pulse = null;
let heard = 0;
let wanted = false;

export function connect() {
  wanted = true;
  if (!socket) open();
}

export function disconnect() {
  wanted = false;
  cursor = null;
  clearTimeout(timer);
  drop();
  live.value = "off";
}

function drop() {
  clearInterval(pulse);
  const old = socket;
  socket = null;
  if (old) {
    old.onclose = old.onmessage = old.onerror = null;
    old.close();
  }
}

async function open() {
  clearTimeout(timer);
  live.value = failures ? "waiting" : "connecting";
  let access;
  try {
    access = await token();
  } catch (error) {
    if (!(error instanceof Refused)) again();
    return;
  }
  if (!wanted || socket) return;
  const address = new URL("/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const opened = (socket = new WebSocket(address));
  opened.onopen = () => {
    say("hello", cursor ? { token: access, since: cursor } : { token: access });
    heard = performance.now();
    pulse = setInterval(beat, PING_MS);
  };
  opened.onmessage = ({ data }) => {
    heard = performance.now();
    take(JSON.parse(data));
  };
  opened.onclose = ({ code }) => {
    if (code === NO_ACCESS) expire(access);
    again();
  };
}

function say(event, data = {}) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ event, data }));
}

/** A line that is dead on the way looks open here: what stays silent is dialled anew. */
function beat() {
  if (performance.now() - heard > SILENCE_MS) again();
  else say("ping");
}

function again() {
  drop();
  if (!wanted || !session.value) return;
  live.value = "waiting";
  failures += 1;
  // Where no socket gets through, what is on display is at least looked up again and again.
  if (failures > PATIENCE && online.value) refetched();
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  clearTimeout(timer);
  timer = setTimeout(open, longest / 2 + (Math.random() * longest) / 2);
}

function take(frame) {
  const data = frame.data ?? {};
  switch (frame.event) {
    case "ready": {
      const isGap = cursor === null || data.reset;
      reached(data);
      failures = 0;
      // A fresh stream begins at its cursor: what is on display is fetched after it, so nothing falls between.
      if (isGap) refetched();
      return;
    }
    case "live":
      live.value = "live";
      return reached(data);
    case "pong":
      return reached(data);
    case "entity:updated":
    case "insight:new":
    case "reminder":
      if (frame.prevSeq > covered) return again();
      reached(frame);
      return applied(frame);
    case "error":
      if (data.code === "CURSOR_GONE") cursor = null;
  }
}

/** Up to where this stream has told everything. */
function reached({ cursor: at, seq }) {
  cursor = at;
  covered = seq;
}

onToken((fresh) => say("auth", { token: fresh }));
addEventListener("online", () => wanted && !socket && open());
addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !wanted) return;
  if (socket) say("presence:active");
  else open();
});
