// Makes the form a walk from page to page: Next and Back, progress, a fault beside its question, a draft that
// survives a reload. Without this script all pages stand one under the other and the server checks the answers.
"use strict";

(() => {
  const sent = document.querySelector("main[data-address]");
  if (sent) {  // after sending: a reload shows an empty form instead of sending again
    history.replaceState(null, "", sent.dataset.address);
    const done = "draft " + sent.dataset.address.replace(/[^/]*$/, "");
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(done)) sessionStorage.removeItem(key);
    } catch { /* storage is off: there is no draft */ }
    return;
  }
  const form = document.getElementById("form");
  if (!form) return;
  const pages = [...form.querySelectorAll(".page")];
  const progress = form.querySelector(".progress");
  const send = form.querySelector(".send");
  const returned = "returned" in form.dataset;
  let trail = [0];  // the pages walked, in order; the last one is shown

  form.noValidate = true;
  form.classList.add("paged");

  // --- what is answered, and what is not -------------------------------------------------------------
  const filled = (part) => [...part.querySelectorAll("input, select, textarea")].some((control) => {
    if (control.type === "radio" || control.type === "checkbox") return control.checked;
    return !control.name.endsWith(".other_option_response") && control.value.trim() !== "";
  });

  const faultOf = (block) => {
    const rows = [...block.querySelectorAll("tr[data-required]")];
    if (rows.length) return rows.every(filled) ? "" : "Every row marked * needs an answer.";
    if ("required" in block.dataset && !filled(block)) return "This question needs an answer.";
    const other = block.querySelector(".other .text");
    if (other && block.querySelector('input[value="__other_option__"]').checked && !other.value.trim()) {
      return "Type the other answer, or choose another option.";
    }
    const odd = [...block.querySelectorAll("input, select, textarea")].find(
      (control) => !control.validity.valid && !control.validity.valueMissing);
    return odd ? odd.validationMessage : "";
  };

  const show = (block, fault) => {
    const place = block.querySelector(".fault");
    if (!place) return;
    place.textContent = fault;
    place.hidden = !fault;
    block.toggleAttribute("data-faulty", Boolean(fault));
    for (const control of block.querySelectorAll("input, select, textarea")) {
      if (fault) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
  };

  const firstFaulty = (page) => {
    let first = null;
    for (const block of page.querySelectorAll(".block")) {
      const fault = faultOf(block);
      show(block, fault);
      if (fault && !first) first = block;
    }
    return first;
  };

  const pointAt = (block) => {
    block.scrollIntoView({ block: "start" });
    const rows = [...block.querySelectorAll("tr[data-required]")].filter((row) => !filled(row));
    (rows[0] || block).querySelector("input, select, textarea")?.focus({ preventScroll: true });
  };

  // --- walking ---------------------------------------------------------------------------------------
  const after = (number) => {  // the page to come, or -1 when the form ends here
    let goTo = "";
    for (const option of pages[number].querySelectorAll("[data-go-to]")) {
      if (option.checked || (option.selected && option.value)) goTo = option.dataset.goTo;
    }
    if (goTo === "SUBMIT_FORM") return -1;
    if (goTo === "RESTART_FORM") return 0;
    const named = pages.findIndex((page) => goTo && page.dataset.item === goTo);
    const next = named >= 0 ? named : number + 1;
    return next < pages.length ? next : -1;
  };

  const refresh = () => {
    const here = trail[trail.length - 1];
    pages.forEach((page, number) => { page.hidden = number !== here; });
    const last = after(here) < 0;
    const steps = pages[here].querySelector(".steps");
    steps.querySelector(".back").hidden = trail.length === 1;
    steps.querySelector(".next").hidden = last;
    steps.append(send);
    send.hidden = !last;
    progress.hidden = pages.length === 1;
    progress.querySelector("progress").value = here + 1;
    progress.querySelector("span").textContent = `Page ${here + 1} of ${pages.length}`;
  };

  const walk = (to, remember) => {
    trail = to;
    refresh();
    if (remember) history.pushState({ trail }, "");
    window.scrollTo(0, 0);
    pages[trail[trail.length - 1]].querySelector("h1, h2").focus({ preventScroll: true });
  };

  const forward = () => {
    const here = trail[trail.length - 1];
    const faulty = firstFaulty(pages[here]);
    if (faulty) { pointAt(faulty); return; }
    const next = after(here);
    if (next >= 0) walk(next === 0 ? [0] : [...trail, next], true);
  };

  form.addEventListener("click", (event) => {
    if (event.target.matches(".next")) forward();
    if (event.target.matches(".back")) history.back();
    if (event.target.matches(".clear")) {
      const block = event.target.closest(".block");
      for (const control of block.querySelectorAll("input:checked")) control.checked = false;
      refresh();
      keep();
    }
  });
  window.addEventListener("popstate", (event) => walk(event.state?.trail || [0], false));

  // A link of the summary leads to its question, on whichever page that stands.
  form.querySelector("#summary")?.addEventListener("click", (event) => {
    const target = event.target.matches("a") && document.getElementById(event.target.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    open(target);
  });
  const open = (part) => {
    const number = pages.indexOf(part.closest(".page"));
    walk(pages.slice(0, number + 1).map((_, index) => index), true);
    pointAt(part.closest(".block"));
  };

  // --- drafts: typed answers survive a reload or a phone that throws the page away, in this browser tab only ---
  const key = "draft " + location.pathname.replace(/[^/]*$/, "") + location.search;
  const keep = () => {
    const draft = [...new FormData(form)];
    try { sessionStorage.setItem(key, JSON.stringify(draft)); } catch { /* storage is off: no draft */ }
  };
  const restore = () => {
    let draft;
    try { draft = JSON.parse(sessionStorage.getItem(key) || "[]"); } catch { draft = []; }
    for (const [name, value] of draft) {
      for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (control.type === "radio" || control.type === "checkbox") control.checked ||= control.value === value;
        else if (!control.value) control.value = value;
      }
    }
  };

  form.addEventListener("input", (event) => {
    const block = event.target.closest(".block");
    if (block && "faulty" in block.dataset && !faultOf(block)) show(block, "");
    if (event.target.matches(".other .text") && event.target.value) {
      event.target.closest(".other").querySelector("input").checked = true;
    }
    refresh();
    keep();
  });

  form.addEventListener("submit", (event) => {
    const here = trail[trail.length - 1];
    if (after(here) >= 0) {  // Enter in a text box before the last page means "on"
      event.preventDefault();
      forward();
      return;
    }
    for (const number of trail) {
      const faulty = firstFaulty(pages[number]);
      if (faulty) {
        event.preventDefault();
        if (number !== here) walk(trail.slice(0, trail.indexOf(number) + 1), true);
        pointAt(faulty);
        return;
      }
    }
    send.disabled = true;
    send.textContent = "Sending…";
  });
  window.addEventListener("pageshow", () => { send.disabled = false; send.textContent = "Submit"; });

  // --- the start -------------------------------------------------------------------------------------
  for (const button of form.querySelectorAll(".clear")) button.hidden = false;
  if (matchMedia("(max-width: 40rem)").matches) {
    for (const guide of form.querySelectorAll(".guide")) guide.open = false;  // room for the ratings on a phone
  }
  if (!returned) restore();
  history.replaceState({ trail }, "");
  refresh();
  if (returned) form.querySelector("#summary")?.focus();
})();
