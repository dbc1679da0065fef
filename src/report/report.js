"use strict";
// Tables can be sorted by a click on the head of a column, and searched. Nothing here loads anything.
(() => {
  const value = (cell) => {
    const text = cell.dataset.v ?? cell.textContent.replace(/[,%]/g, "").trim();
    const number = text === "" ? NaN : Number(text);
    return Number.isNaN(number) ? text.toLowerCase() : number;
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number") return -1;
    if (typeof b === "number") return 1;
    return a.localeCompare(b, undefined, { numeric: true });
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const isNumber = !head.classList.contains("text");
        // Numbers begin with the largest.
        const was = head.getAttribute("aria-sort");
        const down = was ? was === "ascending" : isNumber;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [value(row.cells[at]), row]);
        rows.sort(([a], [b]) => (down ? compare(b, a) : compare(a, b)));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }
  for (const input of document.querySelectorAll("input[data-find]")) {
    const id = input.dataset.find;
    const far = document.querySelector(`input[data-far="${id}"]`);
    const found = document.querySelector(`[data-found="${id}"]`);
    const rows = [...document.getElementById(id).tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]);
    const update = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const [row, text] of rows) {
        const shown = words.every((word) => text.includes(word)) && (!far.checked || row.classList.contains("far"));
        row.hidden = !shown;
        count += shown;
      }
      found.textContent = count === rows.length ? "" : `${count} of ${rows.length}`;
    };
    input.addEventListener("input", update);
    far.addEventListener("change", update);
  }
})();
