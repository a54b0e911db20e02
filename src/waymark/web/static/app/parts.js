// The pieces that every view is made of. They know no entity and fetch nothing.
import { html, signal, useEffect, useId, useLayoutEffect, useRef, useState } from "./html.js";
import { Refused, Unreachable } from "./api.js";
import { typed } from "./decimals.js";
import { pace, percent } from "./words.js";

export const Icon = ({ name, ...rest }) =>
  html`<svg class="icon" aria-hidden="true" focusable="false" ...${rest}><use href=${`#i-${name}`} /></svg>`;

export const IconButton = ({ name, label, class: kind = "", ...rest }) =>
  html`<button type="button" class=${`icon-button ${kind}`} aria-label=${label} title=${label} ...${rest}>
    <${Icon} name=${name} />
  </button>`;

// Toasts ------------------------------------------------------------------------------------------

const TOAST_MS = 8_000;
const toasts = signal([]);
let toastId = 0;

/** Says something for a while; `undo` makes it a way back. */
export function toast(message, { undo, label = "Undo", kind = "" } = {}) {
  const id = (toastId += 1);
  toasts.value = [...toasts.value.slice(-2), { id, message, undo, label, kind }];
  setTimeout(() => gone(id), TOAST_MS);
}

const gone = (id) => (toasts.value = toasts.value.filter((each) => each.id !== id));

/** What went wrong, said. */
export function complain(error) {
  toast(explained(error), { kind: "poor" });
}

export function explained(error) {
  if (error instanceof Unreachable) return `${error.message} Nothing was changed.`;
  if (error instanceof Refused) return error.details[0]?.message ?? error.message;
  console.error(error);
  return "Something went wrong in this page.";
}

/** Runs a write and says what went wrong; answers its result, or undefined. */
export async function attempt(write) {
  try {
    return await write();
  } catch (error) {
    complain(error);
    return undefined;
  }
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map(
      ({ id, message, undo, label, kind }) => html`<div class=${`toast ${kind}`} key=${id}>
        <span>${message}</span>
        ${undo && html`<button type="button" class="link" onClick=${() => { gone(id); attempt(undo); }}>${label}</button>`}
        <${IconButton} name="close" label="Dismiss" onClick=${() => gone(id)} />
      </div>`,
    )}
  </div>`;
}

// Dialogs -----------------------------------------------------------------------------------------

const dialogs = signal([]);
let dialogId = 0;

/** Opens a dialog over the page; `content` gets `close(result)`. Resolves when it closes. */
export function dialog(title, content, { wide = false } = {}) {
  return new Promise((resolve) => {
    const id = (dialogId += 1);
    const close = (result) => {
      dialogs.value = dialogs.value.filter((each) => each.id !== id);
      resolve(result);
    };
    dialogs.value = [...dialogs.value, { id, title, content, close, wide }];
  });
}

/** Asks before what cannot be undone by one button. */
export const confirmed = (title, text, action) =>
  dialog(title, ({ close }) => html`<p>${text}</p>
    <div class="actions">
      <button type="button" class="button poor" onClick=${() => close(true)}>${action}</button>
      <button type="button" class="button plain" onClick=${() => close(false)}>Cancel</button>
    </div>`);

function Dialog({ title, content: Content, close, wide }) {
  const ref = useRef();
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  const outside = (event) => event.target === ref.current && close();
  return html`<dialog ref=${ref} class=${wide ? "wide" : ""} aria-labelledby=${id} onClose=${() => close()} onMouseDown=${outside}>
    <div class="dialog">
      <header><h2 id=${id}>${title}</h2><${IconButton} name="close" label="Close" onClick=${() => close()} /></header>
      <${Content} close=${close} />
    </div>
  </dialog>`;
}

export const Dialogs = () => dialogs.value.map((each) => html`<${Dialog} key=${each.id} ...${each} />`);

/** Which dialogs are open is the page's, not an address's: leaving one closes them. */
export const closeDialogs = () => dialogs.value.forEach((each) => each.close());

// Forms -------------------------------------------------------------------------------------------

/** One labelled control; `fault` is said beside it and to screen readers. */
export function Field({ label, hint, fault, children, as = "input", class: kind = "", control, autofocus, value, ...rest }) {
  const id = useId();
  const own = useRef();
  const ref = control ?? own;
  // The attribute works in a page as it loads, not in what is added to it later.
  useEffect(() => void (autofocus && ref.current?.focus()), []);
  const notes = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  // Drawn again, a form must keep what was typed: `value` is where a control begins, unless its owner listens.
  const begin = value === undefined ? {} : rest.onInput ? { value } : { defaultValue: value };
  const shared = { id, ...begin, "aria-describedby": notes, "aria-invalid": fault ? "true" : undefined, ...rest };
  return html`<div class=${`field ${kind}`}>
    <label for=${id}>${label}</label>
    ${as === "input" && html`<input ref=${ref} ...${shared} />`}
    ${as === "textarea" && html`<textarea ref=${ref} ...${shared}></textarea>`}
    ${as === "select" && html`<select ref=${ref} ...${shared}>${children}</select>`}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${fault && html`<p class="fault" id=${`${id}-fault`}>${fault}</p>`}
  </div>`;
}

export const Amount = (props) => html`<${Field} inputmode="decimal" autocomplete="off" ...${props} />`;

export const options = (pairs, chosen) =>
  Object.entries(pairs).map(([value, label]) => html`<option value=${value} selected=${value === chosen}>${label}</option>`);

/**
 * A form that sends itself: `send(fields)` may reject with Refused, whose faults go to their fields.
 * `children` is a function of `fault(name)` and `busy`.
 */
export function Form({ send, children, class: kind = "", amounts = [] }) {
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const ref = useRef();
  const submit = async (event) => {
    event.preventDefault();
    if (busy) return;
    const fields = Object.fromEntries(new FormData(event.currentTarget));
    const unread = amounts.filter((name) => fields[name]?.trim() && typed(fields[name]) === null);
    if (unread.length) {
      const details = unread.map((field) => ({ field, message: "A number, such as 12.5." }));
      return setError(new Refused(422, { code: "VALIDATION_ERROR", message: "Please look again.", details }));
    }
    for (const name of amounts) if (name in fields) fields[name] = fields[name].trim() ? typed(fields[name]) : null;
    setBusy(true);
    setError(null);
    try {
      await send(fields, event.submitter);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    if (error) (ref.current?.querySelector("[aria-invalid]") ?? ref.current?.querySelector(".refusal"))?.focus();
  }, [error]);
  const named = new Set([...(ref.current?.elements ?? [])].map((each) => each.name));
  const fault = (name) => (error instanceof Refused ? error.of(name) : undefined);
  const shown = error instanceof Refused ? error.details.filter((each) => named.has(each.field)) : [];
  const others = error instanceof Refused ? error.details.filter((each) => !named.has(each.field)) : [];
  const summary = error && (others.length ? others.map((each) => each.message).join(" ") : shown.length ? null : explained(error));
  return html`<form ref=${ref} class=${kind} onSubmit=${submit} novalidate>
    ${children({ fault, busy, error })}
    ${summary && html`<p class="refusal" role="alert" tabindex="-1">${summary}</p>`}
  </form>`;
}

// Shapes ------------------------------------------------------------------------------------------

/** A goal's way: walked, still to walk, its milestones as waymarks, and where the plan would have one today. */
export function Trail({ goal, big = false }) {
  const at = Math.max(0, Math.min(100, goal.progressPercent));
  const plan = goal.status === "active" ? goal.pace?.expectedPercent : null;
  const done = goal.milestones.filter((each) => each.completedAt).length;
  const words = [
    percent(goal.progressPercent),
    plan !== null && plan !== undefined && `planned ${percent(plan)}`,
    goal.milestones.length && `${done} of ${goal.milestones.length} milestones reached`,
  ].filter(Boolean);
  return html`<div class=${`trail ${big ? "big" : ""} ${goal.status === "active" || goal.status === "completed" ? "" : "is-still"}`} role="progressbar" aria-label="Progress"
      aria-valuemin="0" aria-valuemax="100" aria-valuenow=${goal.progressPercent} aria-valuetext=${words.join(", ")}>
    <i class="way"></i><i class="walked" style=${{ inlineSize: `${at}%` }}></i>
    ${plan !== null && plan !== undefined && html`<i class="plan" style=${{ insetInlineStart: `${plan}%` }} title=${`Plan for today: ${percent(plan)}`}></i>`}
    ${goal.milestones.map(
      (each) => html`<i key=${each.id} class=${`mark ${each.completedAt ? "reached" : ""}`} style=${{ insetInlineStart: `${each.targetPercent}%` }}
        title=${`${each.title} (${percent(each.targetPercent)})`}></i>`,
    )}
    <i class="here" style=${{ insetInlineStart: `${at}%` }}></i>
  </div>`;
}

export const Badge = ({ goal }) => {
  const { text, mood } = pace(goal);
  return html`<span class=${`badge mood-${mood}`}>${text}</span>`;
};

/** A plain share of something, with its words beside it. */
export const Meter = ({ value, label, kind = "" }) =>
  html`<div class=${`meter ${kind}`} role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.min(100, Math.max(0, value))}>
    <i style=${{ inlineSize: `${Math.min(100, Math.max(0, value))}%` }}></i>
  </div>`;

export const Empty = ({ icon = "goals", title, children }) =>
  html`<div class="empty"><${Icon} name=${icon} /><h2>${title}</h2>${children}</div>`;

/** What a view shows while its rows come, or when they do not. */
export function Loading({ table, children }) {
  if (table.state.value === "failed") {
    return html`<div class="empty"><${Icon} name="offline" /><h2>This could not be loaded</h2>
      <button type="button" class="button" onClick=${() => table.load(true).catch(complain)}>Try again</button></div>`;
  }
  if (table.state.value !== "ready") return html`<div class="skeleton" role="status"><span class="hidden">Loading</span></div>`;
  return children;
}

/** Tabs of one view; arrow keys move between them. */
export function Tabs({ label, tabs, chosen, choose }) {
  const ref = useRef();
  const keys = Object.keys(tabs);
  const onKeyDown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = keys[(keys.indexOf(chosen) + step + keys.length) % keys.length];
    choose(next);
    ref.current.querySelector(`[data-tab="${next}"]`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${ref} onKeyDown=${onKeyDown}>
    ${keys.map(
      (key) => html`<button type="button" role="tab" key=${key} data-tab=${key} aria-selected=${key === chosen ? "true" : "false"}
        tabindex=${key === chosen ? 0 : -1} onClick=${() => choose(key)}>${tabs[key]}</button>`,
    )}
  </div>`;
}

/** Something fetched for a view, again whenever `of` changes; keeps showing the last while it waits. */
export function useFetched(fetch, of) {
  const [state, set] = useState({ data: null, error: null });
  useEffect(() => {
    let isCurrent = true;
    fetch().then(
      (data) => isCurrent && set({ data, error: null }),
      (error) => isCurrent && set((held) => ({ ...held, error })),
    );
    return () => (isCurrent = false);
  }, of);
  return [state.data, state.error, (data) => set({ data, error: null })];
}
