// The demo's own part of the page: where one can look, what a thread is about, and a button for the next day.

const key = window.location.hash.slice(1);
const sidebar = document.getElementById("messages-sidebar");
const scrim = document.getElementById("drawer-scrim");
const toolbar = document.getElementById("toolbar");
const header = document.querySelector(".channel-header");
const shownName = document.getElementById("channel-name");
const messages = document.getElementById("channel-message-list");
const status = document.getElementById("live-status");

async function ask(path, method = "GET") {
  const response = await fetch(path, { method, headers: { "X-Simcord-Capability": key }, cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.status === 204 ? null : response.json();
}

function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// The list of places.
const places = made("nav", { className: "demo-places", ariaLabel: "Channel and threads" });
sidebar.prepend(places);
document.getElementById("messages-toggle").lastChild.textContent = "Channels";
document.querySelector(".preview-brand strong").textContent = "Practice Bot";
document.querySelector(".preview-brand small").textContent = "demo in SimCord";

// What the shown thread is about, and what a new day brought.
const question = made("p", { className: "demo-note", hidden: true });
const news = made("p", { className: "demo-note", hidden: true, role: "status" });
header.after(question, news);

let listed = "";

async function list() {
  const known = await ask("/demo/places");
  if (JSON.stringify(known) === listed) return;
  listed = JSON.stringify(known);
  const buttons = known.places.map((place, index) => {
    const button = made("button", { type: "button", className: index ? "demo-thread" : "", title: place.name },
      index ? place.name : `# ${place.name}`);
    if (place.is_shown) button.setAttribute("aria-current", "page");
    button.addEventListener("click", () => show(place.id));
    return button;
  });
  places.replaceChildren(made("h2", {}, known.community), ...buttons);
  const asked = known.places.find((place) => place.is_shown)?.question;
  question.hidden = !asked;
  question.textContent = asked ?? "";
}

async function show(id) {
  news.hidden = true;
  // On a narrow screen the list lies over the conversation.
  if (!scrim.hidden) scrim.click();
  await ask(`/demo/places/${encodeURIComponent(id)}`, "POST");
  await list();
}

// A press on the card of a thread opens the thread, which bears its message's id.
messages.addEventListener("click", (event) => {
  const card = event.target.closest(".thread-summary");
  const message = card?.closest("[data-message-id]");
  if (message) void show(message.dataset.messageId);
});

const nextDay = made("button", { type: "button", className: "demo-next-day" }, "Next day");
toolbar.append(nextDay);
nextDay.addEventListener("click", async () => {
  nextDay.disabled = true;
  try {
    const told = await ask("/demo/next-day", "POST");
    news.textContent = told.news;
    news.hidden = false;
    await list();
  } finally {
    nextDay.disabled = false;
  }
});

// Keys pressed in the terminal change the page too: look again whenever what is shown has changed.
let waiting = 0;
const again = new MutationObserver(() => {
  clearTimeout(waiting);
  waiting = setTimeout(() => void list().catch(() => {}), 150);
});
again.observe(shownName, { childList: true, characterData: true, subtree: true });
again.observe(messages, { childList: true });

const ended = made("p", { className: "demo-note is-end", hidden: true, role: "alert" },
  "The demo has ended. Start it again in the terminal and open the address it prints.");
header.before(ended);
new MutationObserver(() => {
  if (status.textContent.startsWith("Connection lost")) ended.hidden = false;
  if (status.textContent.startsWith("Connection restored")) ended.hidden = true;
}).observe(status, { childList: true, characterData: true, subtree: true });

// simcord reports on every act; a visitor needs to know of those that went wrong.
const report = document.getElementById("action-status");
const weigh = () => { report.hidden = !/\b(not|uncertain|interrupted|ended|unavailable)\b/i.test(report.textContent); };
new MutationObserver(weigh).observe(report, { childList: true, characterData: true, subtree: true });
weigh();

void list();
