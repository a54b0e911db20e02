// Where the page begins: who is here, which view is shown, and the frame around it.
import { effect, html, render, untracked, useEffect, useRef, useState } from "./html.js";
import { online, session } from "./api.js";
import { connect, disconnect, live } from "./live.js";
import { delivered, returned, waiting } from "./outbox.js";
import { begun, forgotten, newInsights, onInsight, openConflicts, refetched } from "./store.js";
import { closeDialogs, Dialogs, explained, Icon, IconButton, toast, Toasts } from "./parts.js";
import { go, route } from "./route.js";
import { isDark, setTheme } from "./look.js";
import { me, plural } from "./words.js";
import { Goals } from "./goals.js";
import { Welcome } from "./welcome.js";

/** Views that are fetched when they are first shown. */
const LATER = {
  goal: () => import("./goal.js").then((module) => module.GoalPage),
  new: () => import("./goal-form.js").then((module) => module.NewGoal),
  today: () => import("./today.js").then((module) => module.Today),
  money: () => import("./money.js").then((module) => module.Money),
  insights: () => import("./feed.js").then((module) => module.Feed),
  achievements: () => import("./achievements.js").then((module) => module.Achievements),
  conflicts: () => import("./conflicts.js").then((module) => module.Conflicts),
  settings: () => import("./settings.js").then((module) => module.Settings),
};
const TITLES = {
  goals: "Goals",
  today: "Today",
  money: "Money",
  insights: "Insights",
  achievements: "Achievements",
  conflicts: "Conflicts",
  settings: "Settings",
  new: "New goal",
};
const loaded = { goals: Goals };

/** What most people open next is fetched while they look: not where they asked for few bytes. */
function fetchedAhead() {
  if (!navigator.connection?.saveData) (window.requestIdleCallback ?? setTimeout)(() => LATER.goal().catch(() => {}));
}

function View() {
  const { name, path } = route.value;
  const [, redraw] = useState(0);
  const [failure, setFailure] = useState(null);
  const ref = useRef();
  const known = name in loaded || name in LATER;
  useEffect(() => {
    if (name in loaded || !known) return;
    LATER[name]().then(
      (view) => {
        loaded[name] = view;
        setFailure(null);
        redraw((count) => count + 1);
      },
      // A file of an older version is gone once the server has a newer one.
      setFailure,
    );
  }, [name]);
  const Shown = loaded[name];
  useEffect(() => {
    closeDialogs();
    document.title = TITLES[name] ? `${TITLES[name]} · Waymark` : "Waymark";
    scrollTo(0, 0);
    // Unless the view itself has put the focus where one will type.
    if (!ref.current?.contains(document.activeElement)) ref.current?.focus({ preventScroll: true });
  }, [path]);
  return html`<main id="main" tabindex="-1" ref=${ref}>
    ${!known && html`<div class="empty"><h1>There is nothing here</h1><a class="button" href="#/goals">To your goals</a></div>`}
    ${failure && html`<div class="empty"><h1>This part could not be loaded</h1>
      <button type="button" class="button" onClick=${() => location.reload()}>Load the page again</button></div>`}
    ${Shown ? html`<${Shown} key=${path} rest=${route.value.rest} query=${route.value.query} />` : known && !failure && html`<div class="skeleton"></div>`}
  </main>`;
}

const PLACES = [
  ["goals", "Goals"],
  ["today", "Today"],
  ["money", "Money"],
  ["insights", "Insights"],
  ["achievements", "Achievements"],
  ["settings", "Settings"],
];

function Places() {
  const here = { goal: "goals", new: "goals" }[route.value.name] ?? route.value.name;
  const places = openConflicts.value.length ? [...PLACES.slice(0, 4), ["conflicts", "Conflicts"], ...PLACES.slice(4)] : PLACES;
  const counts = { insights: newInsights.value.length, conflicts: openConflicts.value.length };
  return html`<nav class="places" aria-label="Main">
    <a class="brand" href="#/goals" aria-label="Waymark, to the goals"><${Icon} name="blaze" /><span>Waymark</span></a>
    <ul>
      ${places.map(
        ([name, label]) => html`<li key=${name}><a href=${`#/${name}`} aria-current=${here === name ? "page" : undefined}>
          <${Icon} name=${name} /><span>${label}</span>
          ${counts[name] ? html`<b class="count"><span aria-hidden="true">${counts[name] > 99 ? "99+" : counts[name]}</span><span class="hidden">${counts[name]} new</span></b>` : null}
        </a></li>`,
      )}
    </ul>
    <div class="foot"><${Theme} /><${Line} /></div>
  </nav>`;
}

function Theme() {
  return html`<${IconButton} name="theme" label="Switch between light and dark" onClick=${() => setTheme(isDark() ? "light" : "dark")} />`;
}

/** Whether changes arrive by themselves right now. */
function Line() {
  const isLive = live.value === "live";
  return html`<span class=${`line ${isLive ? "is-live" : ""}`} title=${isLive ? "Changes from elsewhere show at once" : "Not connected"}>
    <i></i>${isLive ? "Live" : "Offline"}
  </span>`;
}

function Banner() {
  const count = waiting.value.length;
  const [isLong, setLong] = useState(false);
  const isCut = live.value === "waiting" || !online.value;
  // A short gap heals by itself; nobody needs to hear of it.
  useEffect(() => {
    const timer = setTimeout(() => setLong(isCut), isCut ? 2_500 : 0);
    return () => clearTimeout(timer);
  }, [isCut]);
  const text = !online.value
    ? "You are offline. What you see may be old."
    : "Live updates are paused; connecting again.";
  return html`<div role="status" aria-live="polite">
    ${(isCut && isLong) || count
      ? html`<p class="banner"><${Icon} name="offline" />
          ${isCut && isLong ? text : ""} ${count ? `${plural(count, "change")} waiting to be sent.` : ""}</p>`
      : null}
  </div>`;
}

function App() {
  const isIn = session.value !== null;
  useEffect(() => {
    if (!isIn) {
      disconnect();
      forgotten();
      return;
    }
    begun().then(fetchedAhead, (error) => session.value && toast(explained(error), { kind: "poor", label: "Try again", undo: begun }));
    connect();
  }, [isIn]);
  useEffect(
    () =>
      onInsight((insight) => {
        if (insight.status !== "new") return;
        const goalId = insight.related?.goalId;
        toast(insight.title, { kind: insight.level === "celebration" ? "good" : "", ...(goalId && { label: "Show", undo: () => go(`goal/${goalId}`) }) });
      }),
    [],
  );
  if (!isIn) return html`<${Welcome} /><${Toasts} />`;
  return html`<div class="frame">
      <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.getElementById("main").focus(); }}>Skip to the content</a>
      <${Places} />
      <div class="content"><${Banner} />${me.value ? html`<${View} />` : html`<main id="main"><div class="skeleton"></div></main>`}</div>
    </div>
    <${Dialogs} /><${Toasts} />`;
}

effect(() => {
  const letters = returned.value;
  if (!letters.length) return;
  untracked(() => letters.forEach(({ about, error }) => toast(`${about}: ${explained(error)}`, { kind: "poor" })));
  returned.value = [];
});

effect(() => {
  if (delivered.value) untracked(refetched);
});

const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
