/* Attendance with the network cut. A tap is kept on this device until the service has answered it: whose tap it is,
   booking, code, key and time, never a name. Taps are sent in order; the key lets the service record each once. */
const STORE = "movewell-taps";
const REFUSED = new Set([404, 409, 410, 422]); // what the service will never take; all else is tried again
const AGAIN = 20_000;
const page = document.querySelector("[data-whom]");
const unsent = document.querySelector("[data-unsent]");
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
let trouble = "";
let sending = false;
let again = false; // somebody asked while it was sending: the network may have come back meanwhile

const kept = () => {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? [];
  } catch {
    return [];
  }
};
const keep = (taps) => localStorage.setItem(STORE, JSON.stringify(taps));
const mine = () => kept().filter((tap) => tap.whom === page.dataset.whom);
const waiting = () => mine().filter((tap) => !tap.refused);
const without = (key) => keep(kept().filter((tap) => tap.key !== key));
const sectionOf = (booking) => document.getElementById(`booking-${booking}`);

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
}

function line(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

function clock(at) {
  return new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Europe/London" }).format(new Date(at));
}

function show() {
  const taps = waiting();
  const lines = [];
  if (taps.length) {
    const number = taps.length === 1 ? "1 attendance is" : `${taps.length} attendances are`;
    const why = trouble || "They are sent when there is a network.";
    lines.push(line(`${number} not sent yet. They are kept on this device. ${why}`));
  }
  for (const tap of mine().filter((each) => each.refused)) {
    const said = line(`An attendance of ${clock(tap.at)} was not recorded. ${tap.refused} `);
    const link = document.createElement("a");
    link.href = `${tap.path.replace(/\/attendance$/, "")}#booking-${tap.booking}`;
    link.textContent = "Look at it";
    const button = document.createElement("button");
    button.className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small";
    button.textContent = "I have seen this";
    button.addEventListener("click", () => {
      without(tap.key);
      show();
    });
    said.append(link);
    lines.push(said, button);
  }
  unsent.replaceChildren(...lines);
  for (const tap of taps) {
    mark(tap);
  }
}

function mark(tap) {
  const section = sectionOf(tap.booking);
  const button = section?.querySelector(`button[value="${tap.code}"]`);
  const words = button?.firstChild.textContent.trim();
  if (!words) {
    return;
  }
  section.querySelector("[data-attendance]").textContent = `${words}, not sent yet`;
  for (const form of section.querySelectorAll("form[data-taps]")) {
    form.elements.was.value = tap.code;
  }
}

/** The patient's part of the page as the service has it now. */
async function renew(booking) {
  const section = sectionOf(booking);
  if (!section) {
    return;
  }
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(section.id);
  if (!answer.ok || !fresh) {
    return;
  }
  const had = section.contains(document.activeElement);
  section.replaceWith(fresh);
  if (had) {
    const heading = fresh.querySelector("h2");
    heading.tabIndex = -1;
    heading.focus();
  }
}

/** Whether the service has answered it for good. */
async function deliver(tap) {
  const answer = await fetch(tap.path, {
    method: "POST",
    headers: { Accept: "application/json", "Idempotency-Key": tap.key, "X-CSRF-Token": token },
    body: new URLSearchParams({ booking_id: tap.booking, code: tap.code, was: tap.was }),
    redirect: "error",
    signal: AbortSignal.timeout(15_000),
  });
  if (answer.ok) {
    without(tap.key);
    await renew(tap.booking);
    return true;
  }
  if (REFUSED.has(answer.status)) {
    const problem = await answer.json().catch(() => ({}));
    keep(kept().map((each) => (each.key === tap.key ? { ...each, refused: problem.detail ?? "Look at the register." } : each)));
    await renew(tap.booking);
    return true;
  }
  trouble = answer.status < 500 ? "Sign in again and open the register to send them." : "";
  return false;
}

async function sendAll() {
  trouble = "";
  for (let [tap] = waiting(); tap; [tap] = waiting()) {
    if (!(await deliver(tap))) {
      return;
    }
  }
}

async function send() {
  again = true;
  if (sending) {
    return;
  }
  sending = true;
  while (again && waiting().length) {
    again = false;
    try {
      await (navigator.locks ? navigator.locks.request(STORE, sendAll) : sendAll());
    } catch {
      // there is no network: the taps stay where they are
    }
  }
  sending = false;
  show();
}

function tapped(event) {
  const form = event.target.closest("form[data-taps]");
  if (!form || !event.submitter) {
    return;
  }
  const { booking_id: booking, was, idempotency_key: key } = form.elements;
  const tap = {
    whom: page.dataset.whom,
    path: new URL(form.action).pathname,
    booking: booking.value,
    code: event.submitter.value,
    was: was.value,
    key: key.value,
    at: new Date().toISOString(),
  };
  try {
    if (tap.was !== tap.code) {
      keep([...kept(), tap]);
    }
  } catch {
    return; // nothing can be kept here, so the form goes the way it goes without a script
  }
  event.preventDefault();
  for (const each of document.querySelectorAll(`#booking-${CSS.escape(tap.booking)} form[data-taps]`)) {
    each.elements.idempotency_key.value = newKey();
  }
  show();
  send();
}

if (page && unsent) {
  page.addEventListener("submit", tapped);
  addEventListener("online", send);
  addEventListener("storage", show);
  addEventListener("beforeunload", (event) => {
    if (!navigator.onLine && waiting().length) {
      event.preventDefault(); // without a network the page would not come back
    }
  });
  setInterval(send, AGAIN);
  show();
  send();
}
