// The account and the doors it has open: sessions, tokens, calendar, webhooks; and the way out.
import { html, useEffect, useState } from "./html.js";
import { ask, newId, session, signOut } from "./api.js";
import { attempt, complain, confirmed, dialog, Field, Form, Icon, IconButton, options, toast } from "./parts.js";
import { Copied } from "./pictures.js";
import { setTheme, theme } from "./look.js";
import { day, instant, me, near } from "./words.js";

const ZONES = Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone") : [];
const HOURS = Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [hour, hour === 0 ? "Midnight" : `${String(hour).padStart(2, "0")}:00`]));

/** A short list of its own, with a way to have it again. */
function useList(path) {
  const [rows, set] = useState(null);
  const load = () => ask("GET", path).then(set, complain);
  useEffect(() => void load(), [path]);
  return [rows, load];
}

export function Settings() {
  const user = me.value;
  if (!user) return html`<div class="skeleton"></div>`;
  return html`<header class="head"><div><h1>Settings</h1><p class="sub">${user.email}</p></div>
      <button type="button" class="button plain" onClick=${signOut}><${Icon} name="exit" />Sign out</button></header>
    <div class="columns even"><div><${Account} user=${user} /><${Look} /><${Password} /><${Calendar} /></div><div><${Sessions} /><${Tokens} /><${Webhooks} /><${Everything} /></div></div>`;
}

function Account({ user }) {
  const send = async ({ fullName, timezone, baseCurrency, dayStartsAt, thresholds }) => {
    const levels = thresholds.split(/[\s,;]+/).filter(Boolean).map(Number);
    const body = { fullName: fullName.trim() || null, timezone, baseCurrency: baseCurrency.toUpperCase(), dayStartsAt: Number(dayStartsAt), insightThresholds: levels.length ? levels : null };
    me.value = await ask("PATCH", "/users/me", body, { key: newId() });
    toast("Saved");
  };
  return html`<section class="sheet" aria-labelledby="account-title"><h2 id="account-title">You</h2><${Form} send=${send}>${({ fault, busy }) => html`
    <${Field} label="Name" name="fullName" autocomplete="name" maxlength="200" value=${user.fullName ?? ""} fault=${fault("fullName")} />
    <${Field} label="Time zone" name="timezone" list="zones" value=${user.timezone} fault=${fault("timezone")} /><datalist id="zones">${ZONES.map((zone) => html`<option value=${zone} />`)}</datalist>
    <div class="pair"><${Field} label="The day begins at" name="dayStartsAt" as="select" fault=${fault("dayStartsAt")}>${options(HOURS, String(user.dayStartsAt))}</${Field}>
      <${Field} label="Currency" name="baseCurrency" maxlength="3" value=${user.baseCurrency} fault=${fault("baseCurrency")} /></div>
    <${Field} label="Tell me at (percent)" name="thresholds" placeholder="25, 50, 75, 90, 100" value=${user.insightThresholds?.join(", ") ?? ""} fault=${fault("insightThresholds")} />
    <div class="actions"><button class="button" disabled=${busy}>Save</button></div>`}</${Form}></section>`;
}

const Look = () => html`<section class="sheet" aria-labelledby="look-title"><h2 id="look-title">This browser</h2>
  <${Field} label="Light or dark" as="select" onChange=${(event) => setTheme(event.currentTarget.value)}>${options({ system: "As the system", light: "Light", dark: "Dark" }, theme())}</${Field}></section>`;

function Password() {
  const [round, setRound] = useState(0);
  const send = async (fields) => {
    await ask("POST", "/users/me/password", { current: fields.current, new: fields.new });
    setRound(round + 1);
    toast("Changed. Other sessions have ended.");
  };
  return html`<section class="sheet" aria-labelledby="password-title"><h2 id="password-title">Password</h2><${Form} key=${round} send=${send}>${({ fault, busy }) => html`
    <input class="hidden" name="username" autocomplete="username" value=${me.value.email} readonly tabindex="-1" aria-hidden="true" />
    <${Field} label="The current one" name="current" type="password" autocomplete="current-password" required fault=${fault("current")} />
    <${Field} label="The new one" name="new" type="password" autocomplete="new-password" required fault=${fault("new")} />
    <div class="actions"><button class="button" disabled=${busy}>Change</button></div>`}</${Form}></section>`;
}

function Sessions() {
  const [rows, load] = useList("/auth/sessions");
  const end = (row) => attempt(async () => { await ask("DELETE", `/auth/sessions/${row.id}`); await load(); toast("Session ended"); });
  return html`<section class="sheet" aria-labelledby="sessions-title"><h2 id="sessions-title">Where you are signed in</h2>
    <ul class="rows">${(rows ?? []).map((row) => html`<li class="row" key=${row.id}><span><b>${row.current ? "Here" : browser(row.userAgent)}</b><small>since ${instant(row.createdAt)}${row.address ? ` · ${row.address}` : ""}</small></span>
      ${!row.current && html`<${IconButton} name="close" label=${`End the session of ${browser(row.userAgent)}`} onClick=${() => end(row)} />`}</li>`)}</ul></section>`;
}

const browser = (agent) => /(Firefox|Edg|Chrome|Safari|curl)/.exec(agent ?? "")?.[1]?.replace("Edg", "Edge") ?? agent?.slice(0, 40) ?? "A program";

function Tokens() {
  const [rows, load] = useList("/auth/tokens");
  const end = (row) => attempt(async () => { await ask("DELETE", `/auth/tokens/${row.id}`); await load(); toast("Token revoked"); });
  const create = async () => {
    await dialog("New API token", ({ close }) => {
      const [made, setMade] = useState(null);
      const send = async ({ name, right }) => setMade(await ask("POST", "/auth/tokens", { name, scopes: right === "write" ? ["read", "write"] : ["read"] }, { key: newId() }));
      return made
        ? html`<p>This is shown once. Keep it like a password.</p><p><code class="secret">${made.token}</code></p><div class="actions"><button type="button" class="button" onClick=${() => close()}>Done</button></div>`
        : html`<${Form} send=${send}>${({ fault, busy }) => html`<${Field} label="What for" name="name" required autofocus maxlength="200" fault=${fault("name")} />
            <${Field} label="It may" name="right" as="select">${options({ read: "read", write: "read and write" }, "read")}</${Field}>
            <div class="actions"><button class="button" disabled=${busy}>Create</button></div>`}</${Form}>`;
    });
    await load();
  };
  return html`<section class="sheet" aria-labelledby="tokens-title"><div class="sheet-head"><h2 id="tokens-title">API tokens</h2><button type="button" class="button plain small" onClick=${create}><${Icon} name="plus" />New token</button></div>
    ${rows?.length ? html`<ul class="rows">${rows.map((row) => html`<li class="row" key=${row.id}><span><b>${row.name}</b><small>${row.scopes.join(", ")}${row.lastUsedAt ? ` · used ${near(row.lastUsedAt.slice(0, 10))}` : " · never used"}${row.expiresAt ? ` · until ${day(row.expiresAt.slice(0, 10))}` : ""}</small></span>
      <${IconButton} name="trash" label=${`Revoke ${row.name}`} onClick=${() => end(row)} /></li>`)}</ul>` : html`<p class="quiet">For scripts and other programs. <a href="/docs">How the API works</a></p>`}</section>`;
}

function Calendar() {
  const [link, setLink] = useState(null);
  useEffect(() => void ask("GET", "/users/me/calendar").then(setLink, complain), []);
  const make = () => attempt(async () => setLink(await ask("POST", "/users/me/calendar", {}, { key: newId() })));
  const end = () => attempt(async () => { setLink(await ask("DELETE", "/users/me/calendar", undefined, { key: newId() })); toast("The feed no longer works"); });
  return html`<section class="sheet" aria-labelledby="calendar-title"><h2 id="calendar-title">Calendar feed</h2>
    <p>Deadlines and milestones in your own calendar, by a secret address.</p>
    ${link?.url && html`<${Copied} label="Address" url=${link.url} /><p class="small">Shown once. Whoever has it sees your deadlines.</p>`}
    <div class="lifecycle"><button type="button" class="button plain small" onClick=${make}><${Icon} name="calendar" />${link?.exists ? "Make a new address" : "Make the address"}</button>
      ${link?.exists && html`<button type="button" class="button plain small" onClick=${end}>End the feed</button>`}</div></section>`;
}

function Webhooks() {
  const [rows, load] = useList("/webhooks");
  const create = async () => {
    await dialog("New webhook", ({ close }) => {
      const [made, setMade] = useState(null);
      const send = async ({ url }) => setMade(await ask("POST", "/webhooks", { url }, { key: newId() }));
      return made
        ? html`<p>Its signatures are made with this secret. It is shown once.</p><p><code class="secret">${made.secret}</code></p><div class="actions"><button type="button" class="button" onClick=${() => close()}>Done</button></div>`
        : html`<${Form} send=${send}>${({ fault, busy }) => html`<${Field} label="Address" name="url" type="url" required autofocus placeholder="https://…" fault=${fault("url")} hint="Every change is sent there, signed." />
            <div class="actions"><button class="button" disabled=${busy}>Create</button></div>`}</${Form}>`;
    });
    await load();
  };
  const remove = async (row) => {
    if (!(await confirmed("Delete this webhook?", `Nothing more is sent to ${row.url}.`, "Delete"))) return;
    await attempt(async () => { await ask("DELETE", `/webhooks/${row.id}`, undefined, { key: newId() }); await load(); });
  };
  const test = (row) => attempt(async () => { const result = await ask("POST", `/webhooks/${row.id}/test`, undefined, { key: newId() }); toast(result.status === "delivered" ? "The test arrived" : "The test did not arrive"); });
  return html`<section class="sheet" aria-labelledby="webhooks-title"><div class="sheet-head"><h2 id="webhooks-title">Webhooks</h2><button type="button" class="button plain small" onClick=${create}><${Icon} name="plus" />New webhook</button></div>
    ${rows?.length ? html`<ul class="rows">${rows.map((row) => html`<li class="row" key=${row.id}><span><b>${row.description ?? new URL(row.url).host}</b><small>${row.status} · ${row.url}</small></span>
      <button type="button" class="button plain small" onClick=${() => test(row)}>Test</button><${IconButton} name="trash" label=${`Delete the webhook to ${row.url}`} onClick=${() => remove(row)} /></li>`)}</ul>` : html`<p class="quiet">None. They tell another program of every change.</p>`}</section>`;
}

function Everything() {
  const download = () =>
    attempt(async () => {
      const data = await ask("GET", "/users/me/export");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 1)], { type: "application/json" }));
      link.download = "waymark.json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
  const erase = () =>
    dialog("Erase this account", () => {
      const send = async ({ password }) => {
        await ask("DELETE", "/users/me", { password });
        session.value = null;
        localStorage.clear();
      };
      return html`<p>Everything in it is erased for good. Nobody can bring it back.</p><${Form} send=${send}>${({ fault, busy }) => html`
        <${Field} label="Your password" name="password" type="password" autocomplete="current-password" required autofocus fault=${fault("password")} />
        <div class="actions"><button class="button poor" disabled=${busy}>Erase everything</button></div>`}</${Form}>`;
    });
  return html`<section class="sheet" aria-labelledby="everything-title"><h2 id="everything-title">Your data</h2><p>It is yours: take all of it along, or leave nothing behind.</p>
    <div class="lifecycle"><button type="button" class="button plain small" onClick=${download}>Download everything</button><button type="button" class="button plain small poor" onClick=${erase}>Erase this account</button></div>
    <p class="small">Waymark ${document.body.dataset.version} · <a href="/docs">API</a></p></section>`;
}

