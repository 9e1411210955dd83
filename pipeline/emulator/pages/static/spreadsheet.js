// Makes the grid a spreadsheet: moving about, notes, editing in the cell or in the formula bar, pasting. Every change
// goes to the server, which types it in as Google's USER_ENTERED; then the page is fetched anew and put in place.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const scroll = byId("scroll");
  const formula = byId("formula");
  const where = byId("where");
  const state = byId("state");
  const note = byId("note");
  let here = null;  // the selected cell
  let editor = null;
  let busy = Promise.resolve();

  const asked = new URLSearchParams(location.hash.slice(1)).get("gid");  // Google's own way to name a tab
  if (asked !== null && !new URLSearchParams(location.search).has("gid")) {
    location.replace(`?gid=${encodeURIComponent(asked)}`);
    return;
  }

  const name = (cell) => cell.id.slice("cell-".length);
  const source = (cell) => cell.dataset.source ?? cell.textContent;
  const place = (cell) => [Number(cell.parentElement.dataset.r), Number(cell.dataset.c)];
  const say = (text, bad = false) => {
    state.textContent = text;
    state.classList.toggle("bad", bad);
    if (bad && here) reveal(here);  // a long sentence leaves the grid less room
  };

  // --- selecting -------------------------------------------------------------------------------------
  const select = (cell, focus = true) => {
    if (!cell) return;
    here?.classList.remove("here");
    here?.setAttribute("tabindex", "-1");
    here?.removeAttribute("aria-describedby");
    here = cell;
    cell.classList.add("here");
    cell.setAttribute("tabindex", "0");
    where.textContent = name(cell);
    formula.value = source(cell);
    if (focus) {
      cell.focus({ preventScroll: true });
      reveal(cell);
    }
    showNote(cell);
  };

  const stays = (cell) => getComputedStyle(cell).position === "sticky";  // on a phone frozen columns do not
  const frozen = () => {  // how much of the view frozen rows and columns cover
    const letters = [...byId("sheet").querySelectorAll(".letters th")].filter(stays);
    return [byId("sheet").querySelector("thead").offsetHeight, letters.reduce((sum, th) => sum + th.offsetWidth, 0)];
  };

  const reveal = (cell) => {
    const [above, before] = frozen();
    const frame = scroll.getBoundingClientRect();
    const spot = cell.getBoundingClientRect();
    const top = spot.top - frame.top - above;
    const left = spot.left - frame.left - before;
    if (!cell.closest("thead")) {
      if (top < 0) scroll.scrollTop += top;
      else scroll.scrollTop += Math.max(0, Math.min(spot.bottom - frame.top - scroll.clientHeight, top));
    }
    if (!stays(cell)) {
      if (left < 0) scroll.scrollLeft += left;
      else scroll.scrollLeft += Math.max(0, Math.min(spot.right - frame.left - scroll.clientWidth, left));
    }
  };

  const showNote = (cell) => {
    note.hidden = !cell?.dataset.note;
    if (note.hidden) return;
    note.textContent = cell.dataset.note;
    if (cell === here) cell.setAttribute("aria-describedby", "note");
    const box = cell.getBoundingClientRect();
    const left = Math.min(box.right + 6, window.innerWidth - note.offsetWidth - 8);
    const top = Math.min(box.top, window.innerHeight - note.offsetHeight - 8);
    note.style.left = `${Math.max(left, 8)}px`;
    note.style.top = `${Math.max(top, 8)}px`;
  };

  const rowOf = (cell) => cell.parentElement;
  const inRow = (row, column) => {
    const cells = [...row.querySelectorAll("td")];
    return cells.filter((cell) => Number(cell.dataset.c) <= column).pop() || cells[0];
  };
  const step = (down, right) => {
    if (right) {
      let next = here;
      do next = right > 0 ? next.nextElementSibling : next.previousElementSibling;
      while (next && next.tagName !== "TD");
      return next;
    }
    const rows = [...byId("sheet").querySelectorAll("tr[data-r]")];
    const at = rows.indexOf(rowOf(here));
    const row = rows[Math.min(Math.max(at + down, 0), rows.length - 1)];
    return row && row !== rowOf(here) ? inRow(row, Number(here.dataset.c)) : null;
  };

  // --- sending ---------------------------------------------------------------------------------------
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error("The page could not be read again; reload it.");
    let css = "";  // taken out before parsing: its nonce is that answer's, and this page's policy would refuse it
    const text = (await answer.text()).replace(/<style id="looks"[^>]*>([^<]*)<\/style>/, (_, found) => { css = found; return ""; });
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const looks = byId("looks");
    const style = document.createElement("style");
    style.id = "looks";
    style.nonce = looks.nonce;
    style.textContent = css;
    const kept = here && here.id;
    const open = editor;  // goes out of the page with the old sheet and into the new one; that is not leaving the cell
    const caret = open && open.tagName === "TEXTAREA" ? [open.selectionStart, open.selectionEnd] : null;
    editor = null;
    looks.replaceWith(style);
    byId("sheet").replaceWith(document.adoptNode(fresh.getElementById("sheet")));
    for (const list of document.querySelectorAll("datalist")) list.remove();
    for (const list of fresh.querySelectorAll("datalist")) document.body.append(document.adoptNode(list));
    byId("locks").replaceWith(document.adoptNode(fresh.getElementById("locks")));
    here = null;
    arrange();
    const again = kept && byId(kept);
    const typing = open || document.activeElement === formula;
    if (again) select(again, !typing);
    if (open && again) {
      editor = open;
      byId("sheet").append(open);
      open.focus();
      if (caret) open.setSelectionRange(...caret);
      formula.value = open.value;
    }
  };

  const allowed = async (cells) => {  // protected ranges: some ask first, others refuse
    const locks = [...new Set(cells.map((cell) => cell?.dataset.lock).filter(Boolean))];
    for (const lock of locks.map((number) => byId("locks").children[Number(number)])) {
      const why = lock.textContent || "This range is protected.";
      if (lock.dataset.warning !== "yes") { say(`Not changed. ${why}`, true); return false; }
      byId("ask-text").textContent = why;
      const ask = byId("ask");
      ask.returnValue = "no";
      ask.showModal();
      await new Promise((done) => { ask.addEventListener("close", done, { once: true }); });
      if (ask.returnValue !== "yes") { say("Not changed."); return false; }
    }
    return true;
  };

  const post = async (cell, values) => {
    const [row, column] = place(cell);
    const sheet = byId("sheet");
    say("Saving…");
    const answer = await fetch(sheet.dataset.post, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ gid: Number(sheet.dataset.gid), row, column, values, confirmed: true }),
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.error || `The change was refused (${answer.status}).`);
    await refresh();
    say("Saved");
  };

  const write = (cell, values) => {  // one after the other, in the order typed
    const [row, column] = place(cell);
    busy = busy.then(async () => {
      const touched = [];
      for (const tr of byId("sheet").querySelectorAll("tr[data-r]")) {
        if (tr.dataset.r < row || tr.dataset.r >= row + values.length) continue;
        for (const td of tr.querySelectorAll("td[data-lock]")) {
          const at = Number(td.dataset.c);
          if (at >= column && at < column + Math.max(...values.map((line) => line.length))) touched.push(td);
        }
      }
      if (await allowed(touched)) await post(cell, values);
      else here?.focus();
    }).catch((fault) => { say(fault.message, true); here?.focus(); });
    return busy;
  };

  // --- editing ---------------------------------------------------------------------------------------
  const close = () => {
    const old = editor;
    editor = null;
    old?.remove();
  };

  const commit = (text, down, right) => {
    const cell = here;
    const changed = text !== source(cell);
    close();
    select(step(down, right) || cell);
    if (changed) write(cell, [[text]]);
  };

  const edit = (start, open = false) => {
    if (!here || editor) return;
    note.hidden = true;
    const cell = here;
    const list = cell.dataset.list;
    if (list === "boolean") { write(cell, [[source(cell) === "TRUE" ? "FALSE" : "TRUE"]]); return; }
    editor = list && start === undefined ? chooser(cell, list) : box(start ?? source(cell));
    byId("sheet").append(editor);
    const frame = byId("sheet").getBoundingClientRect();
    const spot = cell.getBoundingClientRect();
    editor.style.left = `${spot.left - frame.left - 1}px`;
    editor.style.top = `${spot.top - frame.top - 1}px`;
    editor.style.minWidth = `${spot.width + 2}px`;
    editor.style.minHeight = `${spot.height + 2}px`;
    editor.style.width = `${Math.max(spot.width + 2, Math.min(editor.value.length * 8 + 24, 420))}px`;
    editor.focus();
    grow(editor);
    if (open) try { editor.showPicker?.(); } catch { /* a browser that does not open it without another click */ }
  };

  const grow = (area) => {
    if (area.tagName !== "TEXTAREA") return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 4, 320)}px`;
  };

  const box = (text) => {
    const area = document.createElement("textarea");
    area.id = "editor";
    area.rows = 1;
    area.value = text;
    area.spellcheck = false;
    area.setAttribute("aria-label", `Edit ${name(here)}`);
    area.addEventListener("input", () => { formula.value = area.value; grow(area); });
    area.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") { const cell = here; close(); select(cell); }
      else if (event.key === "Enter" && !event.altKey && !event.shiftKey) { event.preventDefault(); commit(area.value, 1, 0); }
      else if (event.key === "Enter") { event.preventDefault(); area.setRangeText("\n", area.selectionStart, area.selectionEnd, "end"); grow(area); }
      else if (event.key === "Tab") { event.preventDefault(); commit(area.value, 0, event.shiftKey ? -1 : 1); }
    });
    area.addEventListener("blur", () => { if (editor === area) commit(area.value, 0, 0); });
    return area;
  };

  const chooser = (cell, list) => {
    const choose = document.createElement("select");
    choose.id = "chooser";
    choose.setAttribute("aria-label", `Choose ${name(cell)}`);
    const offered = [...byId(list).options].map((option) => option.value);
    const now = cell.textContent;
    for (const value of ["", ...(offered.includes(now) || !now ? [] : [now]), ...offered]) {
      choose.add(new Option(value || "(empty)", value, false, value === now));
    }
    // What is offered is text, whatever it looks like: an apostrophe keeps it from becoming a formula.
    const chosen = () => (choose.value === now ? source(cell) : choose.value.replace(/^(?=[=+'])/, "'"));
    choose.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") { close(); select(cell); }
      else if (event.key === "Enter") { event.preventDefault(); commit(chosen(), 1, 0); }
      else if (event.key === "Tab") { event.preventDefault(); commit(chosen(), 0, event.shiftKey ? -1 : 1); }
    });
    let typed = false;  // arrow keys change a select too: these wait for Enter
    choose.addEventListener("keydown", () => { typed = true; });
    choose.addEventListener("pointerdown", () => { typed = false; });
    choose.addEventListener("change", () => { if (!typed) commit(chosen(), 0, 0); });
    choose.addEventListener("blur", () => { if (editor === choose) commit(chosen(), 0, 0); });
    return choose;
  };

  // --- keys and pointer ------------------------------------------------------------------------------
  const ends = (event) => {
    const cells = [...rowOf(here).querySelectorAll("td")];
    const rows = [...byId("sheet").querySelectorAll("tr[data-r]")];
    const row = event.ctrlKey ? rows[event.key === "Home" ? 0 : rows.length - 1] : rowOf(here);
    const ofRow = event.ctrlKey ? [...row.querySelectorAll("td")] : cells;
    return event.key === "Home" ? ofRow[0] : ofRow[ofRow.length - 1];
  };

  scroll.addEventListener("keydown", (event) => {
    if (!here || editor || event.altKey || event.metaKey) return;
    const moves = {
      ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1],
      PageDown: [20, 0], PageUp: [-20, 0], Tab: [0, event.shiftKey ? -1 : 1],
    };
    if (moves[event.key]) {
      const next = step(...moves[event.key]);
      if (next || event.key !== "Tab") event.preventDefault();  // Tab at the end of a row leaves the grid
      select(next);
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      select(ends(event));
    } else if (event.key === "Enter" || event.key === "F2" || (event.key === " " && here.dataset.list === "boolean")) {
      event.preventDefault();
      edit();
    } else if (event.key === "Escape") {
      note.hidden = true;
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      if (source(here)) write(here, [[""]]);
    } else if (event.key.length === 1 && !event.ctrlKey) {
      event.preventDefault();
      edit(event.key);
    }
  });

  scroll.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.target.closest("#editor, #chooser, a")) return;
    if (editor) editor.blur();
    const again = cell === here;
    const arrow = cell.classList.contains("list") && event.clientX > cell.getBoundingClientRect().right - 20;
    event.preventDefault();
    select(cell);
    if (arrow || cell.dataset.list === "boolean" || (again && event.pointerType === "touch")) edit(undefined, arrow);
  });
  scroll.addEventListener("dblclick", (event) => { if (event.target.closest("td")) edit(); });
  scroll.addEventListener("pointerover", (event) => {
    const cell = event.target.closest("td");
    if (cell && !editor) showNote(cell.dataset.note ? cell : here);
  });
  scroll.addEventListener("scroll", () => { note.hidden = true; });

  formula.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); commit(formula.value, 1, 0); }
    else if (event.key === "Escape") { formula.value = source(here); here.focus(); }
  });

  document.addEventListener("copy", (event) => {
    if (!here || editor || document.activeElement !== here) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", here.textContent);
  });
  document.addEventListener("paste", (event) => {
    if (!here || editor || document.activeElement !== here) return;
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (text) write(here, text.split("\n").map((line) => line.split("\t")));
  });

  // Another program may have written meanwhile: whoever comes back to the page sees what is there now.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && !editor) busy = busy.then(refresh).catch((fault) => say(fault.message, true));
  });

  // --- charts stand at their cell ----------------------------------------------------------------------
  const arrange = () => {
    const sheet = byId("sheet");
    const [above, before] = frozen();
    scroll.style.scrollPadding = `${above}px 0 0 ${before}px`;
    const frame = sheet.getBoundingClientRect();
    let low = 0;
    let far = 0;
    for (const chart of sheet.querySelectorAll(".chart")) {
      const row = sheet.querySelector(`tr[data-r="${Number(chart.dataset.row)}"]`);
      const cell = row && inRow(row, Number(chart.dataset.column));
      if (!cell) continue;  // its cell is on another page of rows: the chart stays below
      const spot = cell.getBoundingClientRect();
      chart.classList.add("placed");
      chart.style.left = `${spot.left - frame.left + Number(chart.dataset.dx)}px`;
      chart.style.top = `${spot.top - frame.top + Number(chart.dataset.dy)}px`;
      low = Math.max(low, chart.offsetTop + chart.offsetHeight + 24);
      far = Math.max(far, chart.offsetLeft + chart.offsetWidth + 24);
    }
    sheet.style.minWidth = `${Math.max(far, sheet.querySelector("table").offsetWidth)}px`;
    sheet.style.minHeight = `${low}px`;
  };

  arrange();
  select(byId("sheet").querySelector("td"), false);
  note.hidden = true;
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
})();
