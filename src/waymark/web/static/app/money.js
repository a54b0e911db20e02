// Money as far as goals need it: transactions, budgets with their bars, debts with their payments.
import { html, useEffect, useState } from "./html.js";
import { ask, newId } from "./api.js";
import { budgets, debts, goals, transactions } from "./store.js";
import { Amount, attempt, complain, dialog, Empty, Field, Form, Icon, IconButton, Loading, Meter, options, toast } from "./parts.js";
import { day, me, money, near, percent, today } from "./words.js";

const TYPES = { expense: "Expense", income: "Income", transfer: "Transfer" };
const PERIODS = { none: "No period", weekly: "Weekly", monthly: "Monthly" };
const shown = (table) => table.all.value.filter((row) => row.showStatus === "active");
const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== ""));

export function Money() {
  const [count, setCount] = useState(20);
  useEffect(() => {
    for (const table of [transactions, budgets, debts, goals]) table.load().catch(complain);
  }, []);
  const moves = shown(transactions).sort((a, b) => b.date.localeCompare(a.date) || b.createdAt.localeCompare(a.createdAt));
  return html`<header class="head"><div><h1>Money</h1><p class="sub">What is spent, saved and owed, as far as your goals need it</p></div>
      <button type="button" class="button" onClick=${() => editTransaction()}><${Icon} name="plus" />New transaction</button></header>
    <div class="columns">
      <section class="main-column sheet" aria-labelledby="moves-title"><h2 id="moves-title">Transactions</h2>
        <${Loading} table=${transactions}>${moves.length
          ? html`<ul class="rows">${moves.slice(0, count).map((row) => html`<${TransactionRow} key=${row.id} row=${row} />`)}</ul>
            ${moves.length > count && html`<button type="button" class="link" onClick=${() => setCount(count + 50)}>Show more</button>`}`
          : html`<${Empty} icon="money" title="No transactions yet"><p>Say which goal, budget or debt one is for, and it counts there at once.</p></${Empty}>`}</${Loading}></section>
      <div class="side-column">
        <section class="sheet" aria-labelledby="budgets-title"><div class="sheet-head"><h2 id="budgets-title">Budgets</h2><button type="button" class="button plain small" onClick=${() => editBudget()}><${Icon} name="plus" />New budget</button></div>
          <${Loading} table=${budgets}>${shown(budgets).length ? shown(budgets).map((row) => html`<${BudgetCard} key=${row.id} row=${row} />`) : html`<p class="quiet">No budgets yet.</p>`}</${Loading}></section>
        <section class="sheet" aria-labelledby="debts-title"><div class="sheet-head"><h2 id="debts-title">Debts</h2><button type="button" class="button plain small" onClick=${() => editDebt()}><${Icon} name="plus" />New debt</button></div>
          <${Loading} table=${debts}>${shown(debts).length ? shown(debts).map((row) => html`<${DebtCard} key=${row.id} row=${row} />`) : html`<p class="quiet">No debts. Good.</p>`}</${Loading}></section>
      </div>
    </div>`;
}

const SIGNS = { income: "+", expense: "−", transfer: "" };

const TransactionRow = ({ row }) => html`<li class="row"><span><b>${row.name ?? row.categoryId ?? TYPES[row.type]}</b>
    <small>${day(row.date)}${row.name && row.categoryId ? ` · ${row.categoryId}` : ""}${row.goals?.length ? html` · ${row.goals.map((each) => html`<a key=${each.id} href=${`#/goal/${each.id}`}>${each.title}</a> `)}` : ""}</small></span>
  <span class=${`sum-cell ${row.type}`}>${SIGNS[row.type]}${money(row.amount, row.currency)}</span>
  <span class="row-tools"><${IconButton} name="edit" label=${`Edit the transaction of ${day(row.date)}`} onClick=${() => editTransaction(row)} /></span></li>`;

const BudgetCard = ({ row }) => html`<div class="balance"><div class="balance-head"><b>${row.name}</b><${IconButton} name="edit" label=${`Edit ${row.name}`} onClick=${() => editBudget(row)} /></div>
  <${Meter} value=${row.percentUsed} label=${`${row.name}, used`} kind=${row.isOverspent ? "poor" : row.percentUsed >= 90 ? "fair" : ""} />
  <p class="small">${money(row.spentAmount, row.currency)} of ${money(row.limitAmount, row.currency)}, ${row.isOverspent ? "overspent" : `${money(row.remainingAmount, row.currency)} left`}
    ${row.goals?.length ? html` · <a href=${`#/goal/${row.goals[0].id}`}>${row.goals[0].title}</a>` : ""}</p></div>`;

const DebtCard = ({ row }) => html`<div class="balance"><div class="balance-head"><b>${row.direction === "i_owe" ? `To ${row.counterpartyName}` : `${row.counterpartyName} owes me`}</b><${IconButton} name="edit" label=${`Edit ${row.counterpartyName}`} onClick=${() => editDebt(row)} /></div>
  <${Meter} value=${row.percentPaid} label=${`${row.counterpartyName}, paid`} kind=${row.status === "overdue" ? "poor" : "good"} />
  <p class="small">${money(row.remainingAmount, row.principalCurrency)} of ${money(row.principalAmount, row.principalCurrency)} left, ${percent(row.percentPaid)} paid${row.dueDate ? `, due ${near(row.dueDate)}` : ""}</p>
  ${row.status !== "paid" && html`<button type="button" class="button plain small" onClick=${() => pay(row)}>Record a payment</button>`}</div>`;

const choices = (rows, chosen, name) => [html`<option value="">None</option>`, ...rows.map((row) => html`<option value=${row.id} selected=${row.id === chosen}>${name(row)}</option>`)];
const save = (path, table, row, body) => (row ? ask("PATCH", `${path}/${row.id}`, body, { key: newId() }) : ask("POST", path, { id: newId(), ...given(body) }, { key: newId() })).then((saved) => table.put(saved));

const removal = (path, table, row, close) => () =>
  attempt(async () => {
    table.put(await ask("DELETE", `${path}/${row.id}`, undefined, { key: newId() }));
    close();
    toast("Deleted", { undo: async () => table.put(await ask("POST", `${path}/${row.id}/restore`, undefined, { key: newId() })) });
  });

const Actions = ({ busy, remove }) => html`<div class="actions"><button class="button" disabled=${busy}>Save</button>${remove && html`<button type="button" class="button plain" onClick=${remove}>Delete</button>`}</div>`;
const nulled = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === "" ? null : value]));

function editTransaction(row) {
  return dialog(row ? "Edit transaction" : "New transaction", ({ close }) => {
    const send = async (fields) => {
      await save("/transactions", transactions, row, nulled({ ...fields, currency: fields.currency.toUpperCase() }));
      close();
    };
    return html`<${Form} send=${send} amounts=${["amount", "rate"]}>${({ fault, busy }) => html`
      <div class="pair"><${Field} label="Type" name="type" as="select">${options(TYPES, row?.type ?? "expense")}</${Field}>
        <${Field} label="Day" name="date" type="date" value=${row?.date ?? today()} fault=${fault("date")} /></div>
      <div class="pair"><${Amount} label="Amount" name="amount" required autofocus value=${String(row?.amount ?? "")} fault=${fault("amount")} />
        <${Field} label="Currency" name="currency" maxlength="3" required value=${row?.currency ?? me.value.baseCurrency} fault=${fault("currency")} /></div>
      <${Field} label="What for" name="name" maxlength="200" value=${row?.name ?? ""} fault=${fault("name")} />
      <${Field} label="Goal" name="goalId" as="select" fault=${fault("goalId")}>${choices(goals.all.value.filter((goal) => goal.currency && goal.showStatus === "active"), row?.goalId, (goal) => goal.title)}</${Field}>
      <div class="pair"><${Field} label="Budget" name="budgetId" as="select" fault=${fault("budgetId")}>${choices(shown(budgets), row?.budgetId, (each) => each.name)}</${Field}>
        <${Field} label="Category" name="categoryId" maxlength="200" value=${row?.categoryId ?? ""} fault=${fault("categoryId")} /></div>
      <${Amount} label="Rate (for another currency)" name="rate" value=${String(row?.rate ?? "")} fault=${fault("rate")} />
      <${Actions} busy=${busy} remove=${row && removal("/transactions", transactions, row, close)} />`}</${Form}>`;
  });
}

function editBudget(row) {
  return dialog(row ? "Edit budget" : "New budget", ({ close }) => {
    const send = async ({ categories, ...fields }) => {
      const categoryIds = categories.split(",").map((each) => each.trim()).filter(Boolean);
      await save("/budgets", budgets, row, nulled({ ...fields, currency: fields.currency.toUpperCase(), categoryIds: categoryIds.length ? categoryIds : null }));
      close();
    };
    return html`<${Form} send=${send} amounts=${["limitAmount"]}>${({ fault, busy }) => html`
      <${Field} label="Name" name="name" required autofocus maxlength="200" value=${row?.name ?? ""} fault=${fault("name")} />
      <div class="pair"><${Amount} label="Limit" name="limitAmount" required value=${String(row?.limitAmount ?? "")} fault=${fault("limitAmount")} />
        <${Field} label="Currency" name="currency" maxlength="3" required value=${row?.currency ?? me.value.baseCurrency} fault=${fault("currency")} /></div>
      <div class="pair"><${Field} label="Period" name="periodType" as="select" fault=${fault("periodType")}>${options(row?.periodType === "custom_range" ? { ...PERIODS, custom_range: "Its own days" } : PERIODS, row?.periodType ?? "monthly")}</${Field}>
        <${Field} label="Categories" name="categories" value=${row?.categoryIds?.join(", ") ?? ""} hint="With commas between" fault=${fault("categoryIds")} /></div>
      <${Actions} busy=${busy} remove=${row && removal("/budgets", budgets, row, close)} />`}</${Form}>`;
  });
}

function editDebt(row) {
  return dialog(row ? "Edit debt" : "New debt", ({ close }) => {
    const send = async (fields) => {
      await save("/debts", debts, row, nulled({ ...fields, principalCurrency: fields.principalCurrency.toUpperCase() }));
      close();
    };
    return html`<${Form} send=${send} amounts=${["principalAmount", "interestRateAnnual"]}>${({ fault, busy }) => html`
      <div class="pair"><${Field} label="Who owes" name="direction" as="select">${options({ i_owe: "I owe", they_owe_me: "They owe me" }, row?.direction ?? "i_owe")}</${Field}>
        <${Field} label="With whom" name="counterpartyName" required autofocus maxlength="200" value=${row?.counterpartyName ?? ""} fault=${fault("counterpartyName")} /></div>
      <div class="pair"><${Amount} label="Amount" name="principalAmount" required value=${String(row?.principalAmount ?? "")} fault=${fault("principalAmount")} />
        <${Field} label="Currency" name="principalCurrency" maxlength="3" required value=${row?.principalCurrency ?? me.value.baseCurrency} fault=${fault("principalCurrency")} /></div>
      <div class="pair"><${Field} label="Due" name="dueDate" type="date" value=${row?.dueDate ?? ""} fault=${fault("dueDate")} />
        <${Amount} label="Interest a year, %" name="interestRateAnnual" value=${String(row?.interestRateAnnual ?? "")} fault=${fault("interestRateAnnual") ?? fault("interestMode")} /></div>
      <${Actions} busy=${busy} remove=${row && removal("/debts", debts, row, close)} />`}</${Form}>`;
  });
}

function pay(row) {
  return dialog(`A payment: ${row.counterpartyName}`, ({ close }) => {
    const send = async (fields) => {
      const payment = await ask("POST", `/debts/${row.id}/payments`, { id: newId(), ...given(fields) }, { key: newId() });
      debts.put(await ask("GET", `/debts/${row.id}`));
      close();
      toast("Payment recorded", {
        undo: async () => {
          await ask("DELETE", `/debts/${row.id}/payments/${payment.id}`, undefined, { key: newId() });
          debts.put(await ask("GET", `/debts/${row.id}`));
        },
      });
    };
    return html`<${Form} send=${send} amounts=${["amount"]}>${({ fault, busy }) => html`
      <${Amount} label=${`Amount in ${row.principalCurrency}`} name="amount" required autofocus fault=${fault("amount")} hint=${`${money(row.remainingAmount, row.principalCurrency)} are left`} />
      <${Field} label="Day" name="paymentDate" type="date" value=${today()} fault=${fault("paymentDate")} />
      <div class="actions"><button class="button" disabled=${busy}>Record</button></div>`}</${Form}>`;
  });
}
