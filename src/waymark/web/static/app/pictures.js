// Pictures of a goal for wikis and e-mails: one secret link, made, copied and ended here.
import { html, useEffect, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { attempt, complain, dialog, toast } from "./parts.js";
import { instant } from "./words.js";

export function sharePictures(goal) {
  const path = `/goals/${goal.id}/pictures`;
  return dialog("Share a picture", () => {
    const [link, setLink] = useState(null);
    useEffect(() => void ask("GET", path).then(setLink, complain), []);
    const make = () => attempt(async () => setLink(await ask("POST", path, {}, { key: newId() })));
    const end = () =>
      attempt(async () => {
        setLink(await ask("DELETE", path, undefined, { key: newId() }));
        toast("The link no longer works");
      });
    if (!link) return html`<div class="skeleton low"></div>`;
    return html`<p>Whoever has the address sees this goal's chart and badge, and nothing else. You can end it at any time.</p>
      ${link.chartUrl && html`<div class="shared"><img src=${local(link.badgeUrl)} alt="The badge" /><img src=${local(link.chartUrl)} alt="The chart" width="640" height="320" />
        <${Copied} label="Chart" url=${link.chartUrl} /><${Copied} label="Badge" url=${link.badgeUrl} />
        <p class="small">The addresses are shown only now: keep them where you need them.</p></div>`}
      ${link.exists && !link.chartUrl && html`<p>There is a link since ${instant(link.createdAt)}. A new one takes its place.</p>`}
      <div class="actions"><button type="button" class=${`button ${link.chartUrl ? "plain" : ""}`} onClick=${make}>${link.exists ? "Make a new link" : "Make the link"}</button>
        ${link.exists && html`<button type="button" class="button plain poor" onClick=${end}>End the link</button>`}</div>`;
  }, { wide: true });
}

/** The picture from where this page is, whatever name the server knows itself by. */
const local = (url) => {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
};

export function Copied({ label, url }) {
  const address = new URL(url, location.href).href;
  const copy = async (event) => {
    const input = event.currentTarget.parentElement.querySelector("input");
    input.select();
    try {
      await navigator.clipboard.writeText(address);
      toast("Copied");
    } catch {
      toast("Press Ctrl+C to copy the address");
    }
  };
  return html`<div class="copied"><label>${label}<input readonly value=${address} onFocus=${(event) => event.currentTarget.select()} /></label>
    <button type="button" class="button plain small" onClick=${copy}>Copy</button></div>`;
}
