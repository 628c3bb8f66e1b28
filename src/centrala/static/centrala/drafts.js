// What was typed and not sent: kept in this tab, by conversation, until it is sent or somebody signs out. It belongs to
// one person; whoever comes next in the same tab does not find it.

const PREFIX = "centrala-draft ";
let own = PREFIX;

function drop(goes) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX) && goes(key)) sessionStorage.removeItem(key);
}

export function begin(person) {
  own = `${PREFIX}${person} `;
  drop((key) => !key.startsWith(own));
}

export function keep(conversation, text) {
  if (!text) return sessionStorage.removeItem(own + conversation);
  try {
    sessionStorage.setItem(own + conversation, text);
  } catch {
    // The tab's storage is full: the text stays in the box, as it would without any storage.
  }
}

export const kept = (conversation) => sessionStorage.getItem(own + conversation) ?? "";

export const forget = () => drop(() => true);
