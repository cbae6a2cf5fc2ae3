// Only in previews (ownwords serve): reloads the page when the site changed, shows what there is to mend, and moves the day.
(() => {
  const own = document.currentScript.dataset;
  const at = "/_ownwords/";
  const remember = (key, value) => { try { sessionStorage.setItem("ownwords-" + key, value); } catch { /* storage may be off */ } };
  const remembered = (key) => { try { return sessionStorage.getItem("ownwords-" + key); } catch { return null; } };
  const make = (name, attributes = {}, ...children) => {
    const e = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
    e.append(...children);
    return e;
  };

  const host = make("div", { id: "ownwords-preview" });
  const root = host.attachShadow({ mode: "open" });
  const day = make("input", { type: "date", id: "day", required: "" });
  const back = make("button", { type: "button" }, "Back to the day it was");
  const form = make("form", {}, make("label", { for: "day" }, "See the site as of"), day, make("button", {}, "Show"), back);
  const toggle = make("button", { type: "button", "aria-controls": "list", "aria-expanded": "false" });
  const hide = make("button", { type: "button" }, "Hide this bar");
  const said = make("p", { role: "status" });
  const list = make("ol");
  const more = make("p", { hidden: "" });
  const close = make("button", { type: "button" }, "Close this list");
  const panel = make("div", { id: "list", role: "region", "aria-label": "To mend", tabindex: "0", hidden: "" }, list, more, close);
  const bar = make("section", { "aria-label": "Preview" }, panel, make("div", { class: "bar" }, make("strong", {}, "Preview"), form, said, toggle, hide));
  root.append(make("link", { rel: "stylesheet", href: at + "live.css" }), bar);

  // Nothing of the page lies under the bar, and what has the focus isn't hidden by it (WCAG 2.4.11).
  const room = new ResizeObserver(() => {
    const height = host.isConnected ? bar.offsetHeight + "px" : "";
    document.body.style.paddingBottom = document.documentElement.style.scrollPaddingBottom = height;
  });
  room.observe(bar);

  let problems = "";
  const open = (shown) => {
    panel.hidden = !shown;
    toggle.setAttribute("aria-expanded", String(shown));
  };
  const dismiss = () => {
    const inside = panel.contains(root.activeElement);
    open(false);
    remember("dismissed", problems);
    if (inside) toggle.focus();
  };
  toggle.addEventListener("click", () => (panel.hidden ? open(true) : dismiss()));
  close.addEventListener("click", dismiss);
  bar.addEventListener("keydown", (e) => { if (e.key === "Escape" && !panel.hidden) dismiss(); });
  hide.addEventListener("click", () => {
    remember("hidden", problems);
    host.remove();
  });

  const words = { error: "To mend", warning: "Check", advice: "Advice" };
  const show = (state) => {
    day.value = state.day;
    back.hidden = !state.moved;
    list.replaceChildren(...state.problems.map((p) =>
      make("li", { class: p.severity }, make("p", {}, make("strong", {}, words[p.severity]), " ", make("code", {}, p.place)), make("p", {}, p.message), make("p", {}, p.help))));
    more.textContent = `And ${state.more} more, which the terminal shows.`;
    more.hidden = state.more === 0;
    const count = state.problems.length + state.more;
    toggle.textContent = count === 1 ? "1 thing to look at" : `${count} things to look at`;
    toggle.hidden = count === 0;
    if (said.textContent !== state.left_out) said.textContent = state.left_out;
    problems = JSON.stringify(state.problems);
    if (count === 0) open(false);
    else if (state.problems[0].severity === "error" && remembered("dismissed") !== problems) open(true);
    if (remembered("hidden") !== problems || state.left_out) {
      if (!host.isConnected) document.body.append(host);
    } else host.remove();
  };
  const ask = async () => {
    const answer = await fetch(at + "state?path=" + encodeURIComponent(decodeURIComponent(location.pathname)));
    if (answer.ok) show(await answer.json());
  };
  const set = (value) => fetch(at + "day", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ day: value }) });
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    set(day.value);
  });
  back.addEventListener("click", () => set(""));

  const news = new EventSource(at + "events");
  news.onmessage = (e) => {
    const now = JSON.parse(e.data);
    if (now.session !== own.session || String(now.version) !== own.version) {
      news.close();
      location.reload();
    } else ask().catch(() => {});
  };
  addEventListener("pagehide", () => news.close());
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
})();
