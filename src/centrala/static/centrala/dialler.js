// The dialler's keypad writes into its number, where the cursor stands.
export function install() {
  document.addEventListener("click", ({ target }) => {
    const key = target.closest("#dial [data-key]")?.dataset.key;
    const field = document.querySelector("#dial [name=number]");
    if (!key || !field) return;
    field.setRangeText(key, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
