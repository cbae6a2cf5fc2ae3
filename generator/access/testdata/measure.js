// Measurements that the browser tests take in the page. Each function returns sentences about what is wrong, or none.
(() => {
  const describe = (el) => {
    let name = el.localName;
    if (el.id) name += "#" + el.id;
    for (const c of el.classList) name += "." + c;
    const words = (el.innerText || el.value || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return words ? `${name} “${words}”` : name;
  };

  const visible = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  // Visually hidden on purpose: still read aloud, and shown on focus if it can be reached.
  const tuckedAway = (el) => {
    for (let up = el; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      const box = up.getBoundingClientRect();
      if ((style.position === "absolute" || style.position === "fixed") &&
          (box.right + scrollX <= 0 || box.bottom + scrollY <= 0 || (box.width <= 2 && box.height <= 2) ||
           style.clip === "rect(0px, 0px, 0px, 0px)" || style.clip === "rect(1px, 1px, 1px, 1px)" || style.clipPath === "inset(50%)")) return true;
    }
    return false;
  };

  const scrollsSideways = (el) => /auto|scroll/.test(getComputedStyle(el).overflowX) && el.scrollWidth > el.clientWidth + 1;

  const scroller = (el) => {
    for (let up = el.parentElement; up && up !== document.body && up !== document.documentElement; up = up.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return up;
    }
    return null;
  };

  const textNodes = function* () {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const el = node.parentElement;
      if (node.data.trim() && visible(el) && !["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "OPTION"].includes(el.tagName) && !tuckedAway(el)) yield [node, el];
    }
  };

  const rects = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].filter((r) => r.width > 0 && r.height > 0);
  };

  // WCAG 1.4.10: no scrolling sideways, and nothing cut off at the side instead. Tables, code and pictures may scroll in a box of their own.
  const reflow = () => {
    const faults = [];
    const width = document.documentElement.clientWidth;
    const root = document.scrollingElement;
    if (root.scrollWidth > width) {
      const widest = [...document.body.querySelectorAll("*")].filter((el) => visible(el) && !scroller(el) && el.getBoundingClientRect().right + root.scrollLeft > width + 1);
      const inner = widest.filter((el) => !widest.some((other) => other !== el && el.contains(other)));
      faults.push(`the page is ${root.scrollWidth} wide in a window of ${width}: ${inner.slice(0, 3).map(describe).join(", ") || "for no element of its own"}`);
    }
    for (const [node, el] of textNodes()) {
      if (scroller(el)) continue;
      for (const r of rects(node)) {
        if (r.right > width + 1 || r.left < -1) {
          faults.push(`words stand outside the window: ${describe(el)}`);
          break;
        }
      }
    }
    for (const el of document.body.querySelectorAll("*")) {
      if (visible(el) && scrollsSideways(el) && !el.matches("table, pre, code, svg, textarea, input, select") && !el.querySelector("table, pre, code, svg, img, video, math")) {
        faults.push(`plain words scroll sideways in ${describe(el)}`);
      }
    }
    return faults;
  };

  // WCAG 1.4.4 and 1.4.12: no words cut off, and none that spill out of their box over others.
  const clipped = () => {
    const faults = [];
    for (const el of document.body.querySelectorAll("*")) {
      const style = getComputedStyle(el);
      if (!visible(el) || !el.innerText?.trim() || tuckedAway(el) || style.display === "inline") continue;
      const cutX = /hidden|clip/.test(style.overflowX) && el.scrollWidth > el.clientWidth + 1;
      const cutY = /hidden|clip/.test(style.overflowY) && el.scrollHeight > el.clientHeight + 1;
      if (cutX || cutY) faults.push(`words are cut off in ${describe(el)}`);
    }
    for (const [node, el] of textNodes()) {
      let box = el;
      while (getComputedStyle(box).display === "inline" && box.parentElement) box = box.parentElement;
      const style = getComputedStyle(box);
      if (style.overflowY !== "visible" || style.display === "contents") continue;
      const edge = box.getBoundingClientRect();
      const lines = rects(node);
      const last = lines[lines.length - 1];
      if (last && (last.top + last.bottom) / 2 > edge.bottom + 1) faults.push(`words spill out of ${describe(box)}`);
    }
    return faults;
  };

  // Everything that Tab should stop at, in the order of the document.
  const stops = () => {
    const all = [...document.querySelectorAll("a[href], area[href], button, input, select, textarea, summary, iframe, audio[controls], video[controls], [tabindex], [contenteditable]")];
    return all.filter((el) => {
      if (el.tabIndex < 0 || el.matches(":disabled") || el.type === "hidden" || !el.checkVisibility({ visibilityProperty: true }) || el.closest("[inert]")) return false;
      if (el.localName === "summary" && el.parentElement?.querySelector(":scope > summary") !== el) return false;
      if (el.localName === "input" && el.type === "radio" && el.name) {
        const group = all.filter((other) => other.type === "radio" && other.name === el.name && other.form === el.form);
        return el === (group.find((other) => other.checked) || group[0]);
      }
      return true;
    });
  };

  // WCAG 2.5.8, with its exceptions for links in a sentence and for spacing.
  const targets = () => {
    const all = [...document.querySelectorAll("a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link]")]
      .filter((el) => visible(el) && !tuckedAway(el))
      .map((el) => {
        let box = el.getBoundingClientRect();
        for (const label of el.labels || []) {
          const other = label.getBoundingClientRect();
          if (Math.min(other.width, other.height) > Math.min(box.width, box.height)) box = other;
        }
        const pieces = [...el.getClientRects()]; // a link that goes on in the next line has several
        return { el, box, pieces, small: box.width < 23.9 || box.height < 23.9, x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
      })
      .filter((t) => t.box.width > 0 && t.box.height > 0);
    const inSentence = (el) => {
      if (getComputedStyle(el).display !== "inline") return false;
      let block = el.parentElement;
      while (block && getComputedStyle(block).display === "inline") block = block.parentElement;
      if (!block) return false;
      const copy = block.cloneNode(true);
      for (const link of copy.querySelectorAll("a, button")) link.remove();
      return /\p{L}{2}/u.test(copy.textContent);
    };
    const gap = (t, box) => Math.hypot(Math.max(box.left - t.x, 0, t.x - box.right), Math.max(box.top - t.y, 0, t.y - box.bottom));
    const faults = [];
    for (const t of all) {
      if (!t.small || inSentence(t.el)) continue;
      const near = all.find((o) => o !== t && !o.el.contains(t.el) && !t.el.contains(o.el) &&
        (o.pieces.some((piece) => gap(t, piece) < 11.9) || (o.small && Math.hypot(o.x - t.x, o.y - t.y) < 23.9)));
      if (near) faults.push(`${describe(t.el)} is ${t.box.width.toFixed(1)} by ${t.box.height.toFixed(1)}, and too near to ${describe(near.el)}`);
    }
    return faults;
  };

  // Which elements are shown, and how, apart from colours.
  const shown = () => [...document.body.querySelectorAll("*")].map((el) => `${el.localName} ${visible(el)} ${getComputedStyle(el).display}`).join();

  // WCAG 2.3.3 and 2.2.2
  const styles = function* () {
    for (const el of document.querySelectorAll("*")) {
      for (const pseudo of ["", "::before", "::after"]) {
        const style = getComputedStyle(el, pseudo || undefined);
        if (!pseudo || style.content !== "none") yield [describe(el) + pseudo, style];
      }
    }
  };
  const longest = (list) => Math.max(...list.split(",").map((s) => (s.trim().endsWith("ms") ? parseFloat(s) : parseFloat(s) * 1000)));
  const motion = () => {
    const faults = [];
    for (const [name, style] of styles()) {
      if (style.animationName !== "none" && longest(style.animationDuration) > 10) faults.push(`${name} still moves (animation ${style.animationName})`);
      if (style.transitionProperty !== "none" && longest(style.transitionDuration) > 10) faults.push(`${name} still moves (transition of ${style.transitionProperty})`);
      if (style.scrollBehavior === "smooth") faults.push(`${name} still scrolls smoothly`);
    }
    return faults;
  };
  const moving = () => document.getAnimations()
    .filter((a) => a instanceof CSSAnimation && a.effect.getComputedTiming().endTime > 5000)
    .map((a) => `${describe(a.effect.target)} moves for more than five seconds`);

  // What must be seen without background colours and shadows.
  const forced = () => {
    const faults = [];
    for (const el of document.querySelectorAll("button, input, select, textarea, a[href], summary, [role=button]")) {
      if (!visible(el) || tuckedAway(el) || ["hidden", "checkbox", "radio", "range", "file", "color"].includes(el.type)) continue;
      const style = getComputedStyle(el);
      const filled = !/^rgba\(.*, 0\)$|^transparent$/.test(style.backgroundColor);
      const box = ["a", "summary"].includes(el.localName) ? filled : true;
      const edged = ["Top", "Right", "Bottom", "Left"].some((side) => style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) >= 1) ||
        (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1);
      if (box && !edged) faults.push(`${describe(el)} has no edge left`);
    }
    for (const el of document.body.querySelectorAll("*")) {
      if (getComputedStyle(el).forcedColorAdjust === "none" && el.innerText?.trim() && visible(el)) faults.push(`${describe(el)} overrides the reader's colours`);
    }
    return faults;
  };

  // Reading needs no script: the words are there, and nothing is shown that does nothing.
  const withoutScript = () => {
    const faults = [];
    const main = document.querySelector("main");
    if (!/\p{L}{3}/u.test(main?.innerText ?? "")) faults.push("there are no words to read");
    for (const el of document.querySelectorAll("button, input:not([type=hidden]), select, textarea")) {
      if (visible(el) && !el.form?.getAttribute("action")) faults.push(`${describe(el)} does nothing`);
    }
    return faults;
  };

  // The walk by keyboard: start, then once after each press of Tab.
  let expected = [];
  let seen = new Set();
  let last = null;

  // Puts the focus back to where it is before the first press of Tab: a browser goes on from where an element was that had it.
  const fromTop = () => {
    document.activeElement?.blur();
    const top = document.body.insertBefore(document.createElement("span"), document.body.firstChild);
    top.tabIndex = -1;
    top.focus();
    top.remove();
    getSelection().removeAllRanges();
    scrollTo({ top: 0, left: 0, behavior: "instant" });
  };

  let walked = [], walking = false, over = false;

  // When Tab is pressed, what the press before it led to stands in its place.
  addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || over) return;
    if (walking) note();
    walking = true;
  }, true);

  const note = () => {
    const at = step();
    if (at.end) over = true;
    else if (!at.repeat) walked.push(at);
  };

  const ended = () => {
    if (!over && (!document.activeElement || document.activeElement === document.body)) note();
    return over;
  };

  const start = () => {
    fromTop();
    expected = stops();
    seen = new Set();
    last = null;
    walked = [];
    walking = over = false;
    const parts = expected.filter((el) => el.matches("audio, video, input[type=date]")).length; // Tab stops at more than one of their parts
    return { stops: expected.length, presses: expected.length + 5 + parts * 12 };
  };

  // Two elements with the same look show the focus in the same way: by the same outline, on the same ground, cut off by
  // the same box. Where there is an outline, nothing else about the element matters.
  const look = (el) => {
    const parts = [];
    for (const pseudo of [undefined, "::before", "::after"]) {
      const style = getComputedStyle(el, pseudo);
      if (pseudo && style.content === "none") continue;
      parts.push(pseudo, style.outline, style.outlineOffset, style.backgroundColor);
      if (style.outlineStyle === "none") parts.push(el.localName, el.type, style.boxShadow, style.color, style.display, style.position);
    }
    let ground = "none", cut = "";
    for (let up = el.parentElement; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (ground === "none" && !/, 0\)$|^transparent$/.test(style.backgroundColor)) ground = style.backgroundColor;
      if (style.overflow !== "visible" || style.clipPath !== "none" || style.contain !== "none") cut += `${up.localName}.${up.className} `;
    }
    return [...parts, ground, cut].join("|");
  };

  const step = () => {
    const el = document.activeElement;
    const out = { end: false, repeat: false, element: el, order: [], covered: [], look: "" };
    if (!el || el === document.body || el === document.documentElement || (seen.size > 1 && el === expected[0] && last !== el)) return { ...out, end: true };
    if (el === last) return { ...out, repeat: true };
    const place = expected.indexOf(el);
    if (seen.has(el)) out.order.push(`Tab comes back to ${describe(el)}`);
    if (place < 0 && el.tabIndex > 0) out.order.push(`${describe(el)} takes the focus out of turn`);
    if (last && !(last.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING)) out.order.push(`Tab goes back from ${describe(last)} to ${describe(el)}`);
    if (last && seen.size > 1) {
      const loose = (x) => { for (; x && x !== document.body; x = x.parentElement) if (/fixed|sticky|absolute/.test(getComputedStyle(x).position)) return true; return false; };
      const a = last.getClientRects()[0], b = el.getClientRects()[0];
      if (a && b && !loose(last) && !loose(el) && !tuckedAway(last)) {
        const rtl = getComputedStyle(el.parentElement).direction === "rtl";
        const above = b.bottom <= a.top + 1, besides = rtl ? b.right <= a.left + 1 : b.left >= a.right - 1;
        const sameLine = b.top < a.bottom - 2 && a.top < b.bottom - 2, before = rtl ? b.left >= a.right - 1 : b.right <= a.left + 1;
        if ((above && !besides) || (sameLine && before)) out.order.push(`Tab goes from ${describe(last)} to ${describe(el)}, which is shown before it`);
      }
    }
    seen.add(el);
    last = el;

    const view = { width: document.documentElement.clientWidth, height: innerHeight };
    const pieces = [...el.getClientRects()].filter((r) => r.width > 0 && r.height > 0);
    if (pieces.length === 0) out.covered.push(`${describe(el)} has the focus and no size`);
    let shown = 0;
    for (const r of pieces) {
      const dx = Math.min(3, r.width / 3), dy = Math.min(3, r.height / 3);
      for (const [x, y] of [[r.left + dx, r.top + dy], [r.right - dx, r.top + dy], [r.left + dx, r.bottom - dy], [r.right - dx, r.bottom - dy], [(r.left + r.right) / 2, (r.top + r.bottom) / 2]]) {
        if (x < 0 || y < 0 || x >= view.width || y >= view.height) continue;
        shown++;
        const top = document.elementFromPoint(x, y);
        if (top && top !== el && !el.contains(top) && !top.contains(el) && ![...(el.labels || [])].some((l) => l.contains(top))) {
          out.covered.push(`${describe(el)} has the focus and lies under ${describe(top)}`);
          shown = Infinity;
          break;
        }
      }
      if (shown === Infinity) break;
    }
    const whole = el.getBoundingClientRect();
    if (pieces.length > 0 && shown === 0) out.covered.push(`${describe(el)} has the focus outside the window`);

    out.look = look(el);
    return out;
  };

  // Goes on without keys, until only so many stops are left.
  const hurry = (left) => {
    note();
    for (const el of expected.slice(expected.indexOf(document.activeElement) + 1, expected.length - left)) {
      el.focus();
      note();
    }
  };

  const told = () => walked.map(({ order, covered, look }) => ({ order, covered, look }));

  const visit = () => {
    start();
    over = true; // whatever comes by keyboard isn't part of it
    for (const el of expected) {
      el.focus();
      const at = step();
      if (!at.end && !at.repeat) walked.push(at);
    }
    return told();
  };

  const goTo = (number) => {
    last = walked[number].element;
    last.focus();
    const own = last.getBoundingClientRect();
    // A link whose ::after covers its card shows the focus around the card.
    const around = getComputedStyle(last, "::after").position === "absolute" ? last.offsetParent?.getBoundingClientRect() ?? own : own;
    const whole = {
      left: Math.min(own.left, around.left), top: Math.min(own.top, around.top), right: Math.max(own.right, around.right), bottom: Math.max(own.bottom, around.bottom),
    };
    const pieces = [...last.getClientRects()].filter((r) => r.width > 0 && r.height > 0);
    const width = document.documentElement.clientWidth;
    const left = Math.max(0, Math.floor(whole.left - 8)), top = Math.max(0, Math.floor(whole.top - 8));
    const right = Math.min(width, Math.ceil(whole.right + 8)), bottom = Math.min(innerHeight, Math.ceil(whole.bottom + 8));
    return {
      name: describe(last), scrollX, scrollY,
      box: { x: left + scrollX, y: top + scrollY, width: Math.max(1, right - left), height: Math.max(1, bottom - top), scale: 1 },
      edge: pieces.reduce((sum, r) => sum + Math.min(r.width, width) + Math.min(r.height, innerHeight), 0),
    };
  };

  const unreached = () => expected.filter((el) => !seen.has(el)).map((el) => `Tab never reaches ${describe(el)}`);
  const letGo = () => { document.activeElement.blur(); };
  const takeBack = () => { last.focus({ preventScroll: true }); };

  // WCAG 2.4.1: what has the focus after one press of Tab, and where Enter on it leads.
  const skipLink = () => {
    const el = document.activeElement;
    if (!el || el.localName !== "a" || !el.getAttribute("href")?.startsWith("#")) return [`the first stop is ${describe(el || document.body)}, not a skip link`];
    const r = el.getBoundingClientRect();
    const top = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
    if (r.width < 24 || r.height < 16 || r.left < -1 || r.top < -1 || r.right > innerWidth + 1 || !(el === top || el.contains(top))) return ["the skip link can't be seen when it has the focus"];
    return [];
  };
  const skipped = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return ["Enter on the skip link leads nowhere"];
    const main = document.querySelector("main");
    if (!main || !(main === target || main.contains(target))) return ["Enter on the skip link doesn't lead to the main part"];
    const top = target.getBoundingClientRect().top;
    if (top < -1 || top >= innerHeight) return ["the main part isn't in sight after Enter on the skip link"];
    return [];
  };
  const afterSkip = () => {
    const el = document.activeElement, main = document.querySelector("main");
    const inside = main.contains(el) || Boolean(main.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING);
    return el === document.body || inside ? [] : [`after the skip link, Tab goes to ${describe(el)}, before the main part`];
  };

  // Waits until the page has taken on a view: the window's size, the reader's size of letters, colours and own style sheet.
  // A constructed sheet isn't stopped by the page's Content-Security-Policy, just as a reader's isn't (WCAG 1.4.12).
  const settle = async (view) => {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.fontSize = "medium";
    const asWished = () => innerWidth === view.width && innerHeight === view.height && devicePixelRatio === view.scale &&
      matchMedia("(prefers-color-scheme: dark)").matches === view.dark && matchMedia("(prefers-reduced-motion: reduce)").matches === view.still &&
      matchMedia("(forced-colors: active)").matches === view.forced && getComputedStyle(probe).fontSize === view.letters + "px";
    for (const until = performance.now() + 10000; !asWished();) {
      if (performance.now() > until) throw new Error(`the window never became as wished: ${innerWidth} by ${innerHeight}, ${getComputedStyle(probe).fontSize}`);
      await new Promise((done) => setTimeout(done, 2));
    }
    probe.remove();
    document.adoptedStyleSheets = [];
    if (view.sheet) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(view.sheet);
      document.adoptedStyleSheets = [sheet];
    }
    scrollTo({ top: 0, left: 0, behavior: "instant" });
    // Colours that fade into others are measured when they have arrived.
    for (const a of document.getAnimations()) if (a instanceof CSSTransition) a.finish();
  };

  globalThis.measure = {
    settle, shown, reflow, clipped, targets, motion, moving, forced, withoutScript,
    fromTop, start, ended, walked: told, visit, hurry, goTo, unreached, letGo, takeBack,
    skipLink, skipped, afterSkip,
  };
})();
