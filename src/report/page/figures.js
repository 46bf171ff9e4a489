// Figures and choices: a click on a name in a figure hides its series; of several tables the chosen one is shown.

/** Makes the names of series in every figure buttons that hide and show them. */
export function startFigures() {
  for (const svg of document.querySelectorAll(".drawing svg")) {
    const keys = [...svg.querySelectorAll("[data-key]")];
    const names = new Set(keys.map(key => key.getAttribute("data-key")));
    if (names.size < 2) continue;
    svg.setAttribute("role", "group");
    for (const key of keys) {
      const series = key.getAttribute("data-key") ?? "";
      key.setAttribute("role", "button");
      key.setAttribute("tabindex", "0");
      key.setAttribute("aria-pressed", "true");
      key.setAttribute("aria-label", `Show ${key.textContent?.trim() ?? series}`);
      const toggle = () => {
        const isShown = key.getAttribute("aria-pressed") === "true";
        for (const other of keys)
          if (other.getAttribute("data-key") === series) other.setAttribute("aria-pressed", String(!isShown));
        for (const mark of svg.querySelectorAll(`[data-series="${CSS.escape(series)}"]`))
          mark.setAttribute("visibility", isShown ? "hidden" : "visible");
      };
      key.addEventListener("click", toggle);
      key.addEventListener("keydown", event => {
        if (!(event instanceof KeyboardEvent) || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault();
        toggle();
      });
    }
  }
}

/** Shows one of several tables, as a menu above them says; without a script all of them stand below each other. */
export function startChoices() {
  for (const group of document.querySelectorAll("[data-choose]")) {
    const tables = [...group.querySelectorAll(":scope > .table")];
    if (tables.length < 2) continue;
    const menu = document.createElement("select");
    for (const [at, table] of tables.entries()) {
      const option = document.createElement("option");
      option.value = String(at);
      option.textContent = table.querySelector("caption")?.textContent ?? "";
      menu.append(option);
    }
    const show = () => {
      for (const [at, table] of tables.entries()) table.toggleAttribute("hidden", String(at) !== menu.value);
    };
    menu.addEventListener("change", show);
    const label = document.createElement("label");
    label.append(`${group.getAttribute("data-choose")} `, menu);
    const controls = document.createElement("p");
    controls.className = "controls";
    controls.append(label);
    group.prepend(controls);
    show();
  }
}
