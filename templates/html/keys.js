// The keyboard: what each key does, said on the page too. Keys without Ctrl or Alt can be turned off there.

function pressed(event, does) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  const action = moves(event.key, at, does) ?? letters(event.key, at, does);
  if (!action) return;
  event.preventDefault();
  action();
}

function moves(key, at, does) {
  if (key === "Escape") return escape(at, does);
  const by = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!by) return null;
  const buttons = [...document.querySelectorAll("#rows .open")];
  if (at.id === "search" && by > 0) return () => buttons[0]?.focus();
  if (!at.matches("#rows .open")) return null;
  const next = buttons[buttons.indexOf(at) + by] ?? (by < 0 ? byId("search") : at);
  return () => next.focus();
}

// From the nearest thing outwards: the search, the open row, then the whole filter.
function escape(at, { update, toggle }) {
  if (at.id === "search") return () => (at.value ? update({ text: "" }) : at.blur());
  const row = at.closest("#rows tr");
  const line = row?.classList.contains("details") ? row.previousElementSibling : row;
  if (line?.querySelector('.open[aria-expanded="true"]')) {
    return () => {
      toggle(line);
      line.querySelector(".open").focus();
    };
  }
  return at === document.body || at.closest("#observations") ? () => update(everything()) : null;
}

function letters(key, at, { turn }) {
  if (!byId("single-keys").checked || at.matches("input:not([type=checkbox]), select, textarea")) return null;
  return {
    "/": () => {
      byId("search").focus();
      byId("observations").scrollIntoView();
    },
    "?": () => {
      byId("keys").open = !byId("keys").open;
      byId("keys").scrollIntoView({ block: "nearest" });
    },
    n: () => turn(1),
    p: () => turn(-1),
  }[key];
}
