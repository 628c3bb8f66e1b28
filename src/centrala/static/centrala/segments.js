// How many SMS a text becomes: GSM 7-bit holds 160 characters (153 in each part of several), UCS-2 70 (67).
// Source: 3GPP TS 23.038 (alphabet and extension table) and 23.040 (concatenation).

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "^{}\\[~]|€\f"; // two places each
const COSTS = new Map([...[...BASIC].map((char) => [char, 1]), ...[...EXTENSION].map((char) => [char, 2])]);

const BARE = { ł: "l", Ł: "L", "„": '"', "”": '"', "“": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " " };

/** {characters, parts, left, alphabet: "gsm" | "ucs2", culprit}; `left` is free places in the last part, `culprit`
 *  the first character that GSM 7-bit lacks, or null. */
export function measure(text) {
  const characters = [...text];
  const culprit = characters.find((char) => !COSTS.has(char));
  const [single, many] = culprit === undefined ? [160, 153] : [70, 67];
  const costs = characters.map((char) => (culprit === undefined ? COSTS.get(char) : char.length));
  const whole = costs.reduce((sum, cost) => sum + cost, 0);
  const { parts, used } = whole <= single ? { parts: Number(whole > 0), used: whole } : fill(costs, many);
  return {
    characters: characters.length,
    parts,
    left: (parts > 1 ? many : single) - used,
    alphabet: culprit === undefined ? "gsm" : "ucs2",
    culprit: culprit ?? null,
  };
}

/** The text without the accents that GSM 7-bit lacks: "Zażółć" as "Zazolc". What is no letter with an accent stays. */
export function plain(text) {
  const bare = (char) => COSTS.has(char) ? char : (BARE[char] ?? char.normalize("NFD").replace(/\p{M}/gu, ""));
  return [...text.normalize("NFC")].map(bare).join("");
}

// A character of two places never straddles two parts.
function fill(costs, size) {
  let parts = 1;
  let used = 0;
  for (const cost of costs) {
    if (used + cost > size) {
      parts += 1;
      used = 0;
    }
    used += cost;
  }
  return { parts, used };
}
