// Two devices said different things: both sides are shown, and the reader says which holds.
import { html, useEffect, useState } from "./html.js";
import { ask, newId, Refused } from "./api.js";
import { conflicts, openConflicts } from "./store.js";
import { complain, Empty, Loading, toast } from "./parts.js";
import { instant, number, spoken } from "./words.js";

const SIDES = { base: "Before", server: "On the server", local: "From the device" };
const QUIET = new Set(["id", "userId", "version", "createdAt", "updatedAt", "deletedAt", "syncStatus", "goals", "pace", "stats", "milestones"]);
const title = (conflict) => {
  const held = conflict.server ?? conflict.local ?? conflict.base ?? {};
  return held.title ?? held.name ?? held.counterpartyName ?? spoken(conflict.entity);
};
const said = (value) => {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return number(value);
  if (typeof value === "object") return JSON.stringify(value);
  return /^\d{4}-\d\d-\d\dT/.test(value) ? instant(value) : String(value);
};

/** Fields in which the sides differ. */
const differing = ({ fields, base, server, local }) =>
  fields?.length
    ? fields
    : Object.keys({ ...server, ...local }).filter((name) => !QUIET.has(name) && local && name in local && JSON.stringify(server?.[name]) !== JSON.stringify(local[name]));

export function Conflicts() {
  useEffect(() => {
    conflicts.load().catch(complain);
  }, []);
  return html`<header class="head"><div><h1>Conflicts</h1><p class="sub">Two devices changed the same thing. Nothing was lost; you decide.</p></div></header>
    <${Loading} table=${conflicts}>${openConflicts.value.length
      ? openConflicts.value.map((each) => html`<${Conflict} key=${each.id} conflict=${each} />`)
      : html`<${Empty} icon="complete" title="Nothing to decide"><p>When two devices change the same amount while apart, both are kept here until you choose.</p></${Empty}>`}</${Loading}>`;
}

function Conflict({ conflict }) {
  const [busy, setBusy] = useState(false);
  const fields = differing(conflict);
  const sides = Object.keys(SIDES).filter((side) => side !== "base" || conflict.base);
  const resolve = async (resolution) => {
    setBusy(true);
    try {
      const decision = { conflictId: conflict.id, resolution, serverVersion: conflict.serverVersion };
      conflicts.put((await ask("POST", "/sync/resolve-conflict", decision, { key: newId() })).conflict);
      toast("Resolved on every device");
    } catch (error) {
      // It moved meanwhile: what is decided must be what is seen.
      if (error instanceof Refused && error.context?.conflict) conflicts.put(error.context.conflict);
      complain(error);
      await conflicts.load(true).catch(() => {});
    } finally {
      setBusy(false);
    }
  };
  return html`<section class="sheet" aria-label=${title(conflict)}><h2>${title(conflict)}</h2><p class="small">${spoken(conflict.entity)}${conflict.createdAt ? ` · ${instant(conflict.createdAt)}` : ""}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="The sides"><table><thead><tr><th scope="col">Field</th>${sides.map((side) => html`<th scope="col" key=${side}>${SIDES[side]}</th>`)}</tr></thead>
      <tbody>${fields.map((name) => html`<tr key=${name}><th scope="row">${spoken(name.replace(/([A-Z])/g, " $1").toLowerCase())}</th>${sides.map((side) => html`<td key=${side} class=${side}>${said(conflict[side]?.[name])}</td>`)}</tr>`)}</tbody></table></div>
    <div class="actions"><button type="button" class="button" disabled=${busy} onClick=${() => resolve("use_server")}>Keep the server's</button>
      <button type="button" class="button" disabled=${busy} onClick=${() => resolve("use_local")}>Take the device's</button>
      <button type="button" class="button plain" disabled=${busy} onClick=${() => resolve("merge")}>Merge, later edit wins</button></div></section>`;
}
