// Formatting buttons over a plain text field: each writes the marks that could also be typed by hand.
(() => {
  "use strict";
  const starts = { heading: "## ", list: "- ", numbers: "1. " };
  const marks = /^(## |- |\d{1,2}\. )/;

  // insertText keeps the browser's own undo; where it is gone, the text is put in directly.
  const put = (field, from, to, text) => {
    field.focus();
    field.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text, from, to, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  const lines = (field, start) => {
    const from = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
    const after = field.value.indexOf("\n", field.selectionEnd);
    const to = after < 0 ? field.value.length : after;
    const rows = field.value.slice(from, to).split("\n");
    const off = rows.every((row) => row.startsWith(start));
    const number = (at) => (start === starts.numbers ? `${at + 1}. ` : start);
    const text = rows.map((row, at) => (off ? "" : number(at)) + row.replace(marks, "")).join("\n");
    put(field, from, to, text);
  };

  const bold = (field) => {
    const [from, to] = [field.selectionStart, field.selectionEnd];
    const chosen = field.value.slice(from, to).trim() || "重点";
    put(field, from, to, `**${chosen}**`);
    field.setSelectionRange(from + 2, from + 2 + chosen.length);
  };

  const link = (field) => {
    const [from, to] = [field.selectionStart, field.selectionEnd];
    const chosen = field.value.slice(from, to).trim() || "文字";
    put(field, from, to, `[${chosen}](https://)`);
    const address = from + chosen.length + 3;
    field.setSelectionRange(address, address + "https://".length);
  };

  const act = (field, what) => (what === "bold" ? bold(field) : what === "link" ? link(field) : lines(field, starts[what]));

  for (const bar of document.querySelectorAll("[data-editor]")) {
    const field = document.getElementById(bar.dataset.editor);
    bar.hidden = false;
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-mark]");
      if (button) act(field, button.dataset.mark);
    });
    field.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "b") {
        event.preventDefault();
        bold(field);
      }
    });
  }
})();
