// A goal's milestones edited as one set; those without a place are spread evenly by the server.
import { html, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { typed } from "./decimals.js";
import { goals } from "./store.js";
import { dialog, Form, IconButton } from "./parts.js";

let fresh = 0;
const begun = () => ({ key: `new-${(fresh += 1)}`, title: "", place: "", dueDate: "" });

export function MilestoneList({ rows, set, isMeasured, fault }) {
  const change = (index, fields) => set(rows.map((row, at) => (at === index ? { ...row, ...fields } : row)));
  return html`<ol class="edit-list">${rows.map(
      (row, index) => html`<li key=${row.key}>
        <input aria-label=${`Milestone ${index + 1}`} placeholder="What is reached" maxlength="200" value=${row.title} onInput=${(event) => change(index, { title: event.currentTarget.value })} />
        <input class="narrow" aria-label=${`Place of milestone ${index + 1}`} inputmode="decimal" placeholder=${isMeasured ? "value" : "%"} value=${row.place} onInput=${(event) => change(index, { place: event.currentTarget.value })} />
        <input type="date" aria-label=${`Due day of milestone ${index + 1}`} value=${row.dueDate} onInput=${(event) => change(index, { dueDate: event.currentTarget.value })} />
        <${IconButton} name="trash" label=${`Remove milestone ${index + 1}`} onClick=${() => set(rows.filter((_, at) => at !== index))} />
        ${fault?.(index) && html`<p class="fault">${fault(index)}</p>`}
      </li>`,
    )}</ol>
    <button type="button" class="link" onClick=${() => set([...rows, begun()])}>Add a milestone</button>
    <p class="hint">Leave the places empty, and they are spread evenly over the way.</p>`;
}

/** Rows of the form as the API takes them. */
export const asBodies = (rows, isMeasured) =>
  rows
    .filter((row) => row.title.trim())
    .map(({ id, title, place, dueDate }) => ({
      ...(id && { id }),
      title: title.trim(),
      ...(place && { [isMeasured ? "targetValue" : "targetPercent"]: typed(place) ?? place }),
      ...(dueDate && { dueDate }),
    }));

export function editMilestones(goal) {
  const isMeasured = goal.metricType !== "none" && goal.targetValue !== null;
  return dialog("Milestones", ({ close }) => {
    const [rows, set] = useState(() =>
      goal.milestones.length
        ? goal.milestones.map((each) => ({ key: each.id, id: each.id, title: each.title, place: String(isMeasured ? each.targetValue : each.targetPercent), dueDate: each.dueDate ?? "" }))
        : [begun(), begun()],
    );
    const send = async () => {
      await ask("PUT", `/goals/${goal.id}/milestones`, { milestones: asBodies(rows, isMeasured) }, { key: newId() });
      goals.put(await ask("GET", `/goals/${goal.id}`));
      close();
    };
    return html`<${Form} send=${send}>${({ busy, error }) => html`
      <${MilestoneList} rows=${rows} set=${set} isMeasured=${isMeasured} fault=${(index) => error?.details?.find((each) => each.field.startsWith(`milestones[${index}]`) || each.field.startsWith(`milestones.${index}`))?.message} />
      <div class="actions"><button class="button" disabled=${busy}>Save</button></div>`}</${Form}>`;
  }, { wide: true });
}
