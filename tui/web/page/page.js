"use strict";

// textual.js, which runs before this, opens a terminal for the element of this class once the page
// has loaded. Addresses are relative to the page, so that it works behind any proxy and path.

const RETRY_MS = 3000; // after a session that could not begin
const PATIENCE_MS = 3000; // for the font; without it the terminal uses another

const terminal = document.querySelector(".textual-terminal");
const socket = new URL("ws", location.origin + location.pathname);
socket.protocol = location.protocol === "https:" ? "wss:" : "ws:";
terminal.dataset.sessionWebsocketUrl = socket.href;

const wanted = Number(new URLSearchParams(location.search).get("fontsize")) || 16;
terminal.dataset.fontSize = Math.min(Math.max(wanted, 6), 72);

// A terminal measures its cells once, so the font has to be there before it opens.
const open = window.onload;
window.onload = async (event) => {
  const faces = ["", "bold ", "italic "].map((face) => `${face}16px "Roboto Mono"`);
  const loaded = Promise.allSettled(faces.map((face) => document.fonts.load(face)));
  await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  open(event);
};

const again = () => location.reload();
document.querySelector(".ended button").addEventListener("click", again);

// The last place may have been taken since the page was sent: the next page says so.
new MutationObserver((_, observer) => {
  const has = (name) => document.body.classList.contains(name);
  if (has("-first-byte")) {
    document.querySelector(".xterm-helper-textarea").focus(); // keys work without a click
    observer.disconnect();
  } else if (has("-closed")) {
    setTimeout(again, RETRY_MS);
  }
}).observe(document.body, { attributeFilter: ["class"] });
