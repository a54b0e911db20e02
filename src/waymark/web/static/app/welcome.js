// Before anybody is signed in: one small form, either way.
import { html, useRef, useState } from "./html.js";
import { Refused, register, signIn } from "./api.js";
import { Badge, Field, Form, Icon, Trail } from "./parts.js";
import { go } from "./route.js";

const CURRENCIES = { US: "USD", GB: "GBP", UZ: "UZS", KZ: "KZT", RU: "RUB", IN: "INR", JP: "JPY", CN: "CNY", TR: "TRY", CH: "CHF", PL: "PLN", BR: "BRL", CA: "CAD", AU: "AUD" };
const EURO = new Set(["DE", "FR", "IT", "ES", "NL", "BE", "AT", "IE", "PT", "FI", "GR", "SK", "SI", "EE", "LV", "LT", "LU", "MT", "CY", "HR"]);

/** A likely currency by the reader's region; only a default, it can be changed. */
function likelyCurrency() {
  const region = new Intl.Locale(navigator.language).maximize().region;
  return EURO.has(region) ? "EUR" : (CURRENCIES[region] ?? "USD");
}

async function begin(email, password) {
  const fields = { email, password, baseCurrency: likelyCurrency() };
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    await register(timezone ? { ...fields, timezone } : fields);
  } catch (error) {
    // A browser may know a zone that the server does not.
    if (!(error instanceof Refused && error.of("timezone"))) throw error;
    await register(fields);
  }
  go("new?first=1");
}

export function Welcome() {
  let known = false;
  try {
    known = localStorage.getItem("waymark.known") !== null;
  } catch {
    // Then everybody is new here.
  }
  const [isNew, setNew] = useState(!known);
  const email = useRef();
  const send = async ({ email, password }) => {
    await (isNew ? begin(email, password) : signIn(email, password));
    try {
      localStorage.setItem("waymark.known", "1");
    } catch {
      // As above.
    }
  };
  const other = () => {
    setNew(!isNew);
    email.current?.focus();
  };
  return html`<div class="welcome">
    <section class="pitch">
      <p class="brand"><${Icon} name="blaze" /><span>Waymark</span></p>
      <h1>Know how far you are, and what comes next.</h1>
      <p class="lead">Check-ins, tasks, habits, money and focus time add up to one number per goal. A number that tells you why.</p>
      <${Example} />
      <${Sample} />
    </section>
    <main id="main" class="sign">
      <h2>${isNew ? "Create your account" : "Sign in"}</h2>
      <${Form} key=${isNew} send=${send}>
        ${({ fault, busy }) => html`
          <${Field} label="E-mail address" name="email" type="email" autocomplete="username" required control=${email} fault=${fault("email") ?? fault("emailOrUsername")} />
          <${Field} label="Password" name="password" type="password" autocomplete=${isNew ? "new-password" : "current-password"} required
            hint=${isNew ? "At least 8 characters; a few words are easy to remember." : undefined} fault=${fault("password")} />
          <button class="button" disabled=${busy}>${isNew ? "Create account" : "Sign in"}</button>`}
      </${Form}>
      <p>${isNew ? "Been here before?" : "New here?"} <button type="button" class="link" onClick=${other}>${isNew ? "Sign in" : "Create an account"}</button></p>
      <p class="small">Your data stays on this server. <a href="/docs">For developers: the API</a></p>
    </main>
  </div>`;
}

const EXAMPLE = {
  status: "active",
  progressPercent: 58.33,
  pace: { status: "ahead", safeDays: 9, expectedPercent: 51 },
  milestones: [25, 50, 75, 100].map((targetPercent) => ({ id: targetPercent, title: "", targetPercent, completedAt: targetPercent < 58 || null })),
};

/** A goal as it will look; the words beside it say the same. */
const Example = () => html`<div class="card example" aria-hidden="true">
  <div class="card-head"><span class="kind"><${Icon} name="type-education" /></span><h2>Read 12 books</h2><${Badge} goal=${EXAMPLE} /></div>
  <p class="figures"><strong>58.33 %</strong><span>7 of 12 books</span></p><${Trail} goal=${EXAMPLE} />
  <div class="card-foot"><p>1 more this month</p></div></div>`;

/** The trail as a picture: what the page is about, before there is anything to show. */
const Sample = () => html`<svg class="sample" viewBox="0 0 520 150" role="img" aria-label="A trail with waymarks: three reached, two still ahead">
  <path class="hill far" d="M0 118 C70 60 120 92 170 74 S290 10 350 48 460 80 520 44 V150 H0Z" />
  <path class="hill" d="M0 132 C60 110 130 126 200 112 S330 66 400 88 470 112 520 96 V150 H0Z" />
  <path class="path walked" d="M18 128 C80 118 130 124 190 108 S262 92 296 82" />
  <path class="path" d="M296 82 C344 66 380 84 420 90 S480 84 500 66" />
  ${[[70, 119.5], [168, 113.5], [250, 94]].map(([x, y]) => html`<path class="mark reached" d=${`M${x} ${y - 9}l9 9-9 9-9-9Z`} />`)}
  ${[[390, 84.5], [500, 66]].map(([x, y]) => html`<path class="mark" d=${`M${x} ${y - 9}l9 9-9 9-9-9Z`} />`)}
  <circle class="here" cx="296" cy="82" r="7" />
</svg>`;
